from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import UsageError
from bridge.model import FailedMessage, Origin, UnreadableMessage
from bridge.planning import Narrowing

UUIDS = st.lists(st.uuids(), unique=True, max_size=12)


def message(key: str) -> FailedMessage:
    return FailedMessage(key, {}, {}, None, Origin.SALESFORCE, "{}")


@given(UUIDS, st.data())
def test_exactly_the_named_ones_are_chosen_whatever_their_spelling(
    listed: list[uuid.UUID], data: st.DataObject
) -> None:
    named = data.draw(st.lists(st.sampled_from(listed), max_size=5)) if listed else []
    spelt = [data.draw(st.sampled_from([u.hex, str(u), u.hex.upper(), f" {u} "])) for u in named]
    narrowing = Narrowing(spelt)
    window = [message(u.hex) for u in listed] + [UnreadableMessage("no object", "1")]
    chosen = list(narrowing.among(window))
    assert chosen == ([m for m in window[:-1] if m.key in {u.hex for u in named}] or window)  # type: ignore[union-attr]
    assert narrowing.listed == len(window)


def test_one_that_the_window_does_not_list_is_named_before_anything_is_planned() -> None:
    with pytest.raises(UsageError, match="lists 1 failed messages, and not b, c"):
        Narrowing(["a", "b", "c"]).among([message("a")])


def test_no_key_at_all_is_no_key() -> None:
    with pytest.raises(UsageError, match="empty"):
        Narrowing([" "])
