"""How the org refuses: one row, or a whole request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Twins:
    """The rows that a duplicate rule found a row to be like."""

    sobject: str
    ids: tuple[str, ...]
    allow_save: bool
    """Whether a request may insist."""


@dataclass(frozen=True, slots=True)
class SaveError:
    """Why one row was not saved."""

    code: str
    """The platform's status code."""
    message: str
    fields: tuple[str, ...] = ()
    twins: Twins | None = None

    def as_bulk_text(self) -> str:
        """The error as a Bulk API result file has it: `CODE:message:Field1 Field2 --`."""
        names = " ".join(self.fields)
        return (
            f"{self.code}:{self.message}:{names} --" if names else f"{self.code}:{self.message}:--"
        )


class RequestRefused(Exception):
    """A whole request was refused: nothing of it was done."""

    def __init__(
        self, status: int, code: str, message: str, fields: tuple[str, ...] | None = None
    ) -> None:
        """The HTTP status, the platform's code, its text; fields where its body names any."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields


class ValueRefused(Exception):
    """A value given as text does not fit the field's type."""

    def __init__(self, error: SaveError) -> None:
        super().__init__(error.message)
        self.error = error
