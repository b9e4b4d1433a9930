"""Who goes next: no item overtakes its conversation, no cause sends more than it has proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bridge.delivery.rounds import STEPS, Round, Rounds, Step, Told
from bridge.ledger import PendingItem
from bridge.model import Outcome, Risk


def item(
    position: int,
    conversation: str = "",
    cause: str = "a",
    *,
    transient: bool = False,
    shape: str = "s",
) -> PendingItem:
    return PendingItem(
        position=position,
        key=f"k{position}",
        conversation=conversation or f"c{position}",
        order=f"{position:06}",
        cause_id=cause,
        transient=transient,
        shape=shape,
        fixers=(),
        risk=Risk.LOSSLESS,
        attempts=0,
        refused_before=0,
    )


def synced(items: Sequence[PendingItem]) -> list[Told]:
    return [Told(one.position, Outcome.SYNCED, None) for one in items]


def refused(items: Sequence[PendingItem], cause: str = "a") -> list[Told]:
    return [Told(one.position, Outcome.REJECTED, cause) for one in items]


def sent_of(step: Step) -> list[PendingItem]:
    return list(step.candidates[: step.most])


def test_five_go_first_then_twenty_five_then_all() -> None:
    rounds = Rounds([item(n) for n in range(100)])
    sizes = []
    while not (this := rounds.next()).empty:
        going = [one for step in this.steps for one in sent_of(step)]
        going += [one for conversation in this.conversations for one in conversation]
        sizes.append(len(going))
        assert rounds.tell(synced(going)) == ()
    assert sizes == [5, 25, 70]


def test_where_all_of_a_step_are_refused_for_one_cause_the_rest_is_held() -> None:
    rounds = Rounds([item(n) for n in range(40)])
    (step,) = rounds.next().steps
    (held,) = rounds.tell(refused(sent_of(step)))
    assert (held.tried, len(held.items), held.rejection_cause_id) == (5, 35, "a")
    assert rounds.next().empty


def test_one_success_among_them_lets_the_next_step_go() -> None:
    rounds = Rounds([item(n) for n in range(40)])
    first = sent_of(rounds.next().steps[0])
    assert rounds.tell([*refused(first[:4]), *synced(first[4:])]) == ()
    assert rounds.next().steps[0].most == 25


def test_a_passing_refusal_holds_nothing() -> None:
    rounds = Rounds([item(n) for n in range(40)])
    first = sent_of(rounds.next().steps[0])
    assert rounds.tell([Told(i.position, Outcome.REJECTED, None) for i in first]) == ()


def test_messages_that_are_there_already_prove_nothing() -> None:
    rounds = Rounds([item(n) for n in range(300)])
    step = rounds.next().steps[0]
    rounds.tell([Told(one.position, Outcome.PRESENT, None) for one in step.candidates])
    (step,) = rounds.next().steps
    assert (step.most, len(step.candidates)) == (STEPS[0], 100)


def test_canaries_differ_where_they_can() -> None:
    same = [item(n, shape="same") for n in range(20)]
    other = [item(n, shape=f"other {n}") for n in range(20, 24)]
    (step,) = Rounds([*same, *other]).next().steps
    assert {one.shape for one in sent_of(step)} == {"same", *(one.shape for one in other)}


def test_a_transient_cause_needs_no_canary() -> None:
    this = Rounds([item(n, transient=True) for n in range(50)]).next()
    assert (this.steps, len(this.conversations)) == ((), 50)


def test_without_steps_all_go_at_once() -> None:
    assert len(Rounds([item(n) for n in range(50)], ()).next().conversations) == 50


def test_a_conversation_waits_for_the_cause_of_its_earlier_message() -> None:
    rounds = Rounds([item(1, "c", "a"), item(2, "c", "b"), item(3, "d", "b")])
    steps = {step.cause_id: step.candidates for step in rounds.next().steps}
    assert [one.position for one in steps["a"]] == [1]
    assert [one.position for one in steps["b"]] == [3]


plans = st.lists(
    st.tuples(st.sampled_from("cdefgh"), st.sampled_from("ABC"), st.sampled_from("xyz")),
    max_size=120,
)


@given(plans, st.dictionaries(st.integers(0, 120), st.sampled_from(list(Outcome))), st.booleans())
def test_every_item_goes_once_in_the_order_of_its_conversation_or_is_held(
    plan: list[tuple[str, str, str]], fates: dict[int, Outcome], canary: bool
) -> None:
    pending = [item(n, talk, cause, shape=s) for n, (talk, cause, s) in enumerate(plan)]
    rounds = Rounds(pending, STEPS if canary else ())
    gone: list[PendingItem] = []
    held: Counter[int] = Counter()
    refused_so_far: Counter[str] = Counter()
    for _ in range(len(pending) + 1):
        this = rounds.next()
        if this.empty:
            break
        going = _going(this)
        talks = Counter(
            one.conversation
            for group in going
            for one in {g.conversation: g for g in group}.values()
        )
        assert all(count == 1 for count in talks.values()), "a conversation in two lanes at once"
        told = []
        for group in going:
            for one in sorted(group, key=lambda i: i.position):
                gone.append(one)
                outcome = fates.get(one.position, Outcome.SYNCED)
                cause = one.cause_id if outcome is Outcome.REJECTED else None
                refused_so_far[one.cause_id] += outcome is Outcome.REJECTED
                told.append(Told(one.position, outcome, cause))
        for back in rounds.tell(told):
            held.update(one.position for one in back.items)
    counts = Counter(one.position for one in gone) + held
    doubts = {i.conversation for i in gone if fates.get(i.position) is Outcome.IN_DOUBT}
    waiting = {i.position for i in pending if i.position not in counts}
    assert set(counts.values()) <= {1}
    assert {i.conversation for i in pending if i.position in waiting} <= doubts
    for talk in {one.conversation for one in gone}:
        positions = [one.position for one in gone if one.conversation == talk]
        assert positions == sorted(positions), "an item overtook its conversation"


def _going(this: Round) -> list[list[PendingItem]]:
    return [sent_of(step) for step in this.steps] + [list(c) for c in this.conversations]


def test_a_conversation_with_a_message_in_doubt_is_left_for_later() -> None:
    rounds = Rounds([item(1, "c"), item(2, "c"), item(3, "d")], ())
    assert rounds.tell([Told(1, Outcome.IN_DOUBT, None), Told(3, Outcome.SYNCED, None)]) == ()
    assert rounds.next().empty


def test_a_step_is_judged_when_it_is_full() -> None:
    """Two causes in one conversation: one refusal is not five."""
    rounds = Rounds([item(n, "talk", "ab"[n % 2]) for n in range(14)])
    (step,) = rounds.next().steps
    assert len(step.candidates) == 1
    assert rounds.tell(refused(step.candidates, "a")) == ()
    assert not rounds.next().empty


def test_a_new_cause_of_refusal_is_tried_further_once() -> None:
    rounds = Rounds([item(n) for n in range(60)])
    assert rounds.tell(refused(sent_of(rounds.next().steps[0]), "another")) == ()
    (step,) = rounds.next().steps
    assert step.most == 25
    (held,) = rounds.tell(refused(sent_of(step), "another"))
    assert (held.tried, len(held.items)) == (25, 30)


def test_those_never_refused_before_go_ahead_of_the_hopeless() -> None:
    hopeless = [replace(item(n), refused_before=1) for n in range(5)]
    fresh = [item(n) for n in range(5, 10)]
    (step,) = Rounds([*hopeless, *fresh]).next().steps
    assert {one.position for one in sent_of(step)} == {5, 6, 7, 8, 9}
