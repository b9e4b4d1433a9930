from __future__ import annotations

from collections.abc import Iterator

from bridge.fixers.interface import Example
from bridge.fixers.moves import Mover, Moves
from bridge.model import Change, Diagnosis, ObjectSchema, Record, Risk


class CopyOptions(Moves, frozen=True):
    """Field → field that gets the same value."""


class Copy(Mover):
    """Give a field the value that another one has.

    Problem: the org wants in a field of its own what the message says in another one.

    Repair: `{Source__c: Target__c}` copies the value where the target is null, absent or blank; a
    value that is there is never replaced. The message did not say it of this field, so it counts as
    invented, as it does in `defaults: {Target__c: {from: Source__c}}`, which is the same.
    """

    name = "copy"
    risk = Risk.INVENTED
    Options = CopyOptions
    examples = (
        Example(
            says="A sender without a last name gets the whole one.",
            options={"User_Full_Name__c": "User_Last_Name__c"},
            before={"User_Full_Name__c": "Sender Twelve", "User_Last_Name__c": None},
            after={"User_Full_Name__c": "Sender Twelve", "User_Last_Name__c": "Sender Twelve"},
        ),
        Example(
            says="A value that is there is never replaced.",
            options={"User_Full_Name__c": "User_Last_Name__c"},
            before={"User_Full_Name__c": "Sender Twelve", "User_Last_Name__c": "Twelve"},
            after={"User_Full_Name__c": "Sender Twelve", "User_Last_Name__c": "Twelve"},
        ),
    )

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        for source, target in self.moves(record, schema):
            yield Change(
                field=target,
                before=record.get(target),
                after=record[source],
                fixer=self.name,
                why=f"the message says it in {source}",
                risk=Risk.INVENTED,
            )
