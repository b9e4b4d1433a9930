"""A record on its way through the fixers, each of them watched. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bridge.fixers import Misbehaviour, trusted_changes
from bridge.model import (
    Change,
    Diagnosis,
    Held,
    HeldReason,
    ObjectSchema,
    Record,
    Risk,
    Value,
    canonical_key,
)
from bridge.planning.policies import FixerUse, Policy

_KEY_SPELLING: Final = "key"
"""What the plan names as the fixer where only the spelling of the key was changed."""


@dataclass(slots=True)
class Repair:
    """A record, what was changed in it so far, and what decided that."""

    key_field: str
    """API name of the field that no fixer may change."""
    record: dict[str, Value]
    """A field that a fixer clears leaves it, since an absent one is null to the next fixer too."""
    changes: list[Change] = field(default_factory=list)
    policies: list[Policy | None] = field(default_factory=list)
    """What the mapping says about each error, oldest first; None is the default."""
    failure: Held | None = None
    """Set where a fixer failed: nothing is done any more."""
    is_another_key: bool = False
    """Whether the key's field held something else than the message's identifier."""

    def spell_key(self, key: str) -> None:
        """Write the message's identifier as GoTallo itself inserts it."""
        before = self.record.get(self.key_field)
        if before == key:
            return
        self.is_another_key = before is not None and canonical_key(str(before)) != key
        spelt = Change(
            field=self.key_field,
            before=before,
            after=key,
            fixer=_KEY_SPELLING,
            why="the identifier in the spelling that GoTallo itself inserts",
            risk=Risk.LOSSLESS,
        )
        self._make((spelt,))

    def run(
        self, uses: Sequence[FixerUse], schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> None:
        """Let these fixers repair the record, one after the other."""
        for use in uses:
            if self.failure is not None:
                return
            try:
                changes = trusted_changes(use.fixer, self.record, schema, diagnosis)
                if changes:
                    _refuse_another_key(changes, self.key_field)
                    self._make(changes)
            except Misbehaviour as exc:
                self.failure = Held(
                    HeldReason.POLICY,
                    f"the fixer {use.fixer.name} failed on it: {exc}",
                    f"Mend the fixer or its options ({use.place}), then resync.",
                )
                return

    def _make(self, changes: Sequence[Change]) -> None:
        self.changes += changes
        for change in changes:
            if change.after is None:
                self.record.pop(change.field, None)
            else:
                self.record[change.field] = change.after

    def finish(self) -> Record:
        """Leave null fields out: the record itself is what Salesforce is given, as it is then."""
        for name in [name for name, value in self.record.items() if value is None]:
            del self.record[name]
        return self.record


def _refuse_another_key(changes: Sequence[Change], key: str) -> None:
    for change in changes:
        if change.field == key:
            raise Misbehaviour(f"it changed the key ({key}), which makes the message itself")
