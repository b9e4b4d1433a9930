"""Which changes go without a person, and what is said of those that wait for one. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Set

from bridge.model import BY_HAND, Change, Decision, Held, HeldReason, Item, Risk, Value

_VALUE_ROOM = 60
"""Characters of a value, in a sentence."""


def unapproved(changes: Sequence[Change], approve: Set[Risk] | None) -> tuple[Change, ...]:
    """Those of these changes that a person has to approve.

    What a person wrote needs nobody else, nor does what was done to that field before.

    Args:
        changes: of one record.
        approve: the risks that go without a person; None for all.
    """
    if approve is None:
        return ()
    written = {change.field for change in changes if change.fixer == BY_HAND}
    return tuple(
        change for change in changes if change.risk not in approve and change.field not in written
    )


def held_for_approval(
    waiting: Sequence[Change], command: str, failed_for: Iterable[str] = ()
) -> Held:
    """Why an item waits for a person: what is done about its failure first, then what weighs most.

    Args:
        waiting: the changes to approve; not empty.
        command: lets the item go.
        failed_for: the fields that the failure names.
    """
    named = {field.casefold() for field in failed_for}
    ordered = sorted(
        waiting,
        key=lambda change: (
            change.field.casefold() not in named,
            change.risk is not Risk.INVENTED,
            not change.lost,
        ),
    )
    return Held(
        HeldReason.APPROVAL,
        "; ".join(map(in_words, ordered)),
        f"Look at it, then let it go: {command}",
        fields=tuple(dict.fromkeys(change.field for change in ordered)),
    )


def awaiting_approval(item: Item, approve: Set[Risk] | None, command: str) -> Item:
    """The item, held where it is ready and a change in it has to be approved."""
    waiting = unapproved(item.changes, approve) if item.decision is Decision.READY else ()
    if not waiting:
        return item
    failed_for = item.diagnosis.fields if item.diagnosis else ()
    held = held_for_approval(waiting, command, failed_for)
    return item._replace(decision=Decision.HELD, held=held)


def command_to_approve(run_id: str, what: str, flags: str) -> str:
    """The command that lets items of a run go."""
    return f"bridge apply {run_id} --approve {what}{flags}"


def in_words(change: Change) -> str:
    """What a change does to a field, and who does it: a clause for a person."""
    return f"{_what_it_does(change)} by {change.fixer}"


def _what_it_does(change: Change) -> str:
    field = change.field
    if change.lost:
        return f"{field} loses {change.lost:,} {'character' if change.lost == 1 else 'characters'}"
    if change.after is None:
        return f"{field} is dropped, it had {_literal(change.before)}"
    if change.before is None:
        return f"{field} is filled with {_literal(change.after)}"
    return f"{field} becomes {_literal(change.after)}, it had {_literal(change.before)}"


def _literal(value: Value) -> str:
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= _VALUE_ROOM else f"{told[: _VALUE_ROOM - 1]}…"
