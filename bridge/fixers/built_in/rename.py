from __future__ import annotations

from collections.abc import Iterator

from bridge.fixers.interface import Example
from bridge.fixers.moves import Mover, Moves
from bridge.model import Change, Diagnosis, ObjectSchema, Record, Risk


class RenameOptions(Moves, frozen=True):
    """Old name → the field's name in the org."""


class Rename(Mover):
    """Put a value under the name that its field has in the org.

    Problem: GoTallo sends a field under a name that the org does not have (`INVALID_FIELD`), or
    whose values live in another field by now.

    Repair: `{Old__c: New__c}` moves the value, which loses nothing. Where the new field has a value
    already, both stay as they are.
    """

    name = "rename"
    risk = Risk.LOSSLESS
    Options = RenameOptions
    examples = (
        Example(
            says="A field that the org has under another name.",
            options={"Sender_Name__c": "User_Full_Name__c"},
            before={"Sender_Name__c": "Sender 12"},
            after={"Sender_Name__c": None, "User_Full_Name__c": "Sender 12"},
        ),
        Example(
            says="A value that is there is never replaced.",
            options={"Sender_Name__c": "User_Full_Name__c"},
            before={"Sender_Name__c": "Sender 12", "User_Full_Name__c": "Twelve"},
            after={"Sender_Name__c": "Sender 12", "User_Full_Name__c": "Twelve"},
        ),
    )

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        for source, target in self.moves(record, schema):
            value, lossless = record[source], Risk.LOSSLESS
            there, here = f"it is now in {target}", f"it was in {source}"
            yield Change(source, value, None, self.name, there, lossless)
            yield Change(target, record.get(target), value, self.name, here, lossless)
