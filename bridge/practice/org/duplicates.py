"""Duplicate rules: rows that an admin will not have twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from bridge.practice.org.errors import SaveError, Twins
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
    """Refuses a new row of which a live one has the same values, in any case.

    Rows of the same save are not compared with each other. Source: Salesforce help, "Things to
    Know About Duplicate Rules".
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    sobject: str
    """API name; in a scenario without the package's namespace."""
    fields: tuple[str, ...]
    """The same; a row that lacks one of them matches none."""
    action: DuplicateAction = DuplicateAction.BLOCK

    def refusal(
        self, table: Table, row: Row, insistence: Insistence, same_save: Collection[str]
    ) -> SaveError | None:
        """Why the row may not be stored beside those of the table, or None."""
        allow_save = self.action is DuplicateAction.ALERT
        if allow_save and insistence is Insistence.ALLOW_SAVE:
            return None
        found = tuple(i for i in self._like(table, row) if i not in same_save)
        if not found:
            return None
        return SaveError(
            "DUPLICATES_DETECTED",
            "Use one of these records?",
            twins=Twins(self.sobject, found, allow_save),
        )

    def _like(self, table: Table, row: Row) -> Iterator[str]:
        """The ids of the live rows with the same values."""
        wanted = {name: str(row[name]).lower() for name in self.fields if row.get(name) is not None}
        if len(wanted) < len(self.fields):
            return
        indexed = next((name for name in self.fields if table.indexed(name)), None)
        candidates = table.with_value(indexed, wanted[indexed]) if indexed else table.rows.values()
        for other in candidates:
            if not other["IsDeleted"] and all(
                str(other.get(name)).lower() == value for name, value in wanted.items()
            ):
                yield str(other["Id"])
