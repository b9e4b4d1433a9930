"""Duplicate rules: rows that an admin will not have twice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from bridge.practice.org.errors import SaveError
from bridge.practice.org.schema import Row
from bridge.practice.org.table import Table


class DuplicateAction(StrEnum):
    """What a duplicate rule does with a row that matches another."""

    BLOCK = "block"
    ALERT = "alert"
    """Refuses it too, unless the request's header says `allowSave=true`.

    Source: REST API Developer Guide, "Duplicate Rule Header".
    """


class Insistence(StrEnum):
    """Whether a request asks to be saved where a rule only alerts."""

    NONE = "none"
    ALLOW_SAVE = "allow_save"


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """Refuses a new row of which a live one has the same values, in any case."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    sobject: str
    """API name; in a scenario without the package's namespace."""
    fields: tuple[str, ...]
    """The same; a row that lacks one of them matches none."""
    action: DuplicateAction = DuplicateAction.BLOCK

    def refuses(self, table: Table, row: Row, insistence: Insistence) -> bool:
        """Whether the row may not be stored beside those of the table."""
        if self.action is DuplicateAction.ALERT and insistence is Insistence.ALLOW_SAVE:
            return False
        wanted = {name: str(row[name]).lower() for name in self.fields if row.get(name) is not None}
        if len(wanted) < len(self.fields):
            return False
        indexed = next((name for name in self.fields if table.indexed(name)), None)
        candidates = table.with_value(indexed, wanted[indexed]) if indexed else table.rows.values()
        return any(
            not other["IsDeleted"]
            and all(str(other.get(name)).lower() == value for name, value in wanted.items())
            for other in candidates
        )


DUPLICATES_DETECTED = SaveError("DUPLICATES_DETECTED", "Use one of these records?")
