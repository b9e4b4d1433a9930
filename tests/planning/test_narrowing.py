from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.diagnosis import cause_of, diagnose
from bridge.errors import UsageError
from bridge.model import FailedMessage, Origin, UnreadableMessage
from bridge.planning import Narrowing, ToAll, ToCauses, ToKeys, ToOpen
from bridge.planning.narrowing import Message

UUIDS = st.lists(st.uuids(), unique=True, max_size=12)


RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION: Links are not allowed."
CAUSE = cause_of(diagnose(RULE)).id


def message(key: str, text: str | None = None) -> FailedMessage:
    return FailedMessage(key, {}, {}, text, Origin.SALESFORCE, "{}")


def chosen(narrowing: Narrowing, *listed: FailedMessage) -> list[str]:
    window: list[Message] = [*listed, UnreadableMessage("no object", "1")]
    return [one.key for one in narrowing.among(window) if isinstance(one, FailedMessage)]


@given(UUIDS, st.data())
def test_exactly_the_named_ones_are_chosen_whatever_their_spelling(
    listed: list[uuid.UUID], data: st.DataObject
) -> None:
    named = data.draw(st.lists(st.sampled_from(listed), max_size=5)) if listed else []
    spelt = [data.draw(st.sampled_from([u.hex, str(u), u.hex.upper(), f" {u} "])) for u in named]
    narrowing: Narrowing = ToKeys(spelt) if spelt else ToAll()
    window: list[Message] = [message(u.hex) for u in listed]
    window.append(UnreadableMessage("no object", "1"))
    chosen = list(narrowing.among(window))
    assert chosen == ([m for m in window[:-1] if m.key in {u.hex for u in named}] or window)  # type: ignore[union-attr]
    assert narrowing.listed == len(window)


def test_one_that_the_window_does_not_list_is_named_before_anything_is_planned() -> None:
    with pytest.raises(UsageError, match="lists 1 failed message, and not b, c"):
        ToKeys(["a", "b", "c"]).among([message("a")])


def test_no_key_at_all_is_no_key() -> None:
    with pytest.raises(UsageError, match="empty"):
        ToKeys([" "])


def test_a_cause_chooses_what_failed_for_it_and_what_was_refused_for_it() -> None:
    narrowing = ToCauses((CAUSE,), {"b"}, ToAll())
    listed = [message("a", RULE), message("b", "NO_SUCH: x"), message("c", "NO_SUCH: x")]
    assert chosen(narrowing, *listed) == ["a", "b"]
    assert narrowing.keys == ("a", "b")
    assert narrowing.listed == 4
    assert narrowing.words == f" --cause {CAUSE}"


def test_a_window_without_the_cause_is_no_plan() -> None:
    with pytest.raises(UsageError, match=f"lists 2 failed messages, and none of the cause {CAUSE}"):
        chosen(ToCauses((CAUSE,), (), ToAll()), message("a"))


def test_what_is_open_is_chosen_and_what_is_not_listed_any_more_is_told() -> None:
    narrowing = ToOpen({"a", "b", "gone"})
    assert chosen(narrowing, message("a"), message("other"), message("b")) == ["a", "b"]
    (note,) = narrowing.notes
    assert note == (
        "1 of the 3 that are open in the ledger is not listed by GoTallo any more: it is not in "
        "this plan."
    )
    fewer = ToOpen({"a", "gone", "lost"})
    assert chosen(fewer, message("a")) == ["a"]
    assert fewer.notes[0].startswith("2 of the 3 that are open in the ledger are not listed")
    everything = ToOpen({"a"})
    assert chosen(everything, message("a")) == ["a"]
    assert everything.notes == ()


def test_a_cause_of_what_is_open_is_both() -> None:
    narrowing = ToOpen({"a", "gone"}, (CAUSE, "b0b"))
    assert chosen(narrowing, message("a", RULE), message("b", RULE), message("c")) == ["a"]
    assert narrowing.words == f" --open --cause {CAUSE} --cause b0b"
    assert len(narrowing.notes) == 1


def test_several_causes_are_chosen_together() -> None:
    other = "REQUIRED_FIELD_MISSING: Required fields are missing: [Region__c]"
    narrowing = ToCauses((CAUSE, cause_of(diagnose(other)).id), (), ToAll())
    listed = [message("a", RULE), message("b", other), message("c", "NO_SUCH: x")]
    assert chosen(narrowing, *listed) == ["a", "b"]
