"""What an observer is told of whole runs: in order, adding up, nobody's text in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge import use_cases
from bridge.cli.progress.tally import Tally
from bridge.events import (
    CallsMade,
    Event,
    Fetched,
    Interrupted,
    MessageOutcome,
    PlanFinished,
    Planned,
    PlanStarted,
    Repaired,
    RoundStarted,
    SendingFinished,
    SendingStarted,
    Verified,
)
from bridge.model import Decision, EndingKind, Outcome
from bridge.practice import (
    CutBefore,
    Fault,
    LoseAnswer,
    Operation,
    PracticeServer,
    Remote,
    Scenario,
)
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House
from tests.whole.test_healing import BASE, NAMED, house_with, nameless

FAULTS = [
    pytest.param([], id="nothing goes wrong"),
    pytest.param([Fault(Remote.SALESFORCE, LoseAnswer(), Operation.INSERT)], id="answer lost"),
    pytest.param([Fault(Remote.SALESFORCE, CutBefore(), Operation.INSERT)], id="call cut"),
]


def watched(house: House) -> tuple[str, list[Event]]:
    """Plan, send and verify; all that was told."""
    told: list[Event] = []
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        run = use_cases.plan(house.settings, house.request, ledger, org, observe=told.append)
        use_cases.apply(
            house.settings,
            run.id,
            use_cases.ApplyRequest(),
            ledger,
            org,
            tempo=HASTE,
            observe=told.append,
        )
        use_cases.verify(run.id, ledger, org, observe=told.append)
    return run.id, told


@pytest.mark.parametrize("faults", FAULTS)
def test_what_is_told_adds_up_to_what_is_on_record(
    open_house: OpenHouse, faults: list[Fault]
) -> None:
    house = open_house(Scenario(size=120))
    house.practice.faults.add(*faults)
    run_id, told = watched(house)
    counts = house.document(run_id).counts

    tally = Tally()
    figures = tally.figures
    for event in told:
        tally.take(event)
        if isinstance(event, SendingFinished):
            figures = tally.figures
    assert figures.sent == counts.synced
    assert figures.there == counts.present
    assert figures.refused - figures.repaired == counts.rejected
    assert (figures.left, figures.in_doubt) == (0, counts.in_doubt)

    last = {event.key: event for event in told if isinstance(event, MessageOutcome)}
    items = {item.key: item for item in house.items(run_id)}
    assert last.keys() == items.keys()
    for key, item in items.items():
        held = item.decision is not Decision.READY and item.outcome is Outcome.NOT_SENT
        assert last[key].state is (item.decision if held else item.outcome)
        assert last[key].reason is (item.held_reason if held else None)
        assert last[key].cause_id == item.cause_id
        assert last[key].salesforce_id == item.salesforce_id


def test_it_is_told_in_the_order_in_which_it_happens(open_house: OpenHouse) -> None:
    house = open_house(Scenario(size=420))
    run_id, told = watched(house)
    kinds = [type(event) for event in told]
    assert kinds[0] is PlanStarted
    assert kinds.index(PlanFinished) < kinds.index(SendingStarted) < kinds.index(RoundStarted)
    assert kinds.index(SendingFinished) < kinds.index(Verified)
    assert [event for event in told if isinstance(event, SendingFinished)] == [
        SendingFinished(run_id, EndingKind.FINISHED, None)
    ]
    fetched = [event for event in told if isinstance(event, Fetched)]
    assert [event.count for event in fetched] == [200, 400, 420]
    assert {event.announced for event in fetched} <= {420, None}
    planned = [e.counts.total for e in told if isinstance(e, Planned | PlanFinished)]
    assert planned == [200, 400, 420, 420]
    calls = [event.calls for event in told if isinstance(event, CallsMade)]
    assert calls[-1] == max(calls)
    numbers = [event.number for event in told if isinstance(event, RoundStarted)]
    assert numbers == list(range(1, len(numbers) + 1))
    ready = next(event for event in told if isinstance(event, PlanFinished)).counts.ready
    assert [e.to_send for e in told if isinstance(e, SendingStarted)] == [ready]


def test_no_event_holds_a_text_a_name_or_a_token(open_house: OpenHouse) -> None:
    house = open_house(Scenario(size=60))
    run_id, told = watched(house)
    everything = repr(told)
    items = house.items(run_id)
    texts = [str(v) for i in items for n, v in i.original.items() if "Text__c" in n]
    names = [str(v) for i in items for n, v in i.original.items() if "Full_Name__c" in n]
    secrets = [v for n, v in house.environment.items() if "TOKEN" in n or "SECRET" in n]
    for private in (*texts, *secrets, *(name for name in names if len(name) > 3)):
        assert private not in everything


def test_what_is_repaired_is_told_and_to_be_sent_once_more(tmp_path: Path) -> None:
    with PracticeServer(nameless(60)) as practice:
        house = house_with(tmp_path, practice, BASE + NAMED)
        _, told = watched(house)
    tally = Tally()
    for event in told:
        tally.take(event)
        if isinstance(event, SendingFinished):
            break
    figures = tally.figures
    assert [event.count for event in told if isinstance(event, Repaired)] == [60]
    assert (figures.sent, figures.refused + figures.held, figures.repaired) == (60, 60, 60)
    assert (figures.to_send, figures.left) == (120, 0)


@pytest.mark.parametrize("at", [SendingStarted, RoundStarted, Repaired])
def test_an_interrupt_while_no_request_is_under_way_ends_a_sending_too(
    tmp_path: Path, at: type[Event]
) -> None:
    with PracticeServer(nameless(60)) as practice:
        house = house_with(tmp_path, practice, BASE + NAMED)
        run = house.plan()
        told: list[Event] = []

        def interrupt(event: Event) -> None:
            told.append(event)
            if isinstance(event, at):
                raise KeyboardInterrupt

        with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
            ending = use_cases.apply(
                house.settings,
                run.id,
                use_cases.ApplyRequest(),
                ledger,
                org,
                tempo=HASTE,
                observe=interrupt,
            )
        assert ending.kind is EndingKind.INTERRUPTED
        assert Interrupted(run.id, 0, 0) in told
        house.apply(run.id)
        assert house.document(run.id).counts.synced == 60
        assert set(house.rows().values()) == {1}
