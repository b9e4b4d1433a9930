"""What to do about a diagnosis, and who can.

The catalogue says it of a code. Where the text decided on another kind than the code alone has,
the advice is another one too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.diagnosis.catalogue import CATALOGUE, WRAPPERS, Who, kind_of
from bridge.model import Kind


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence for the person who runs a resync, and who can do it."""

    sentence: str
    who: Who | None = None
    happened: str = ""
    """What happened, where the text decided on another kind; else the code's meaning says it."""


WITHOUT_TEXT: Final = Advice(
    "Read the error text, and look the code up in Salesforce's API documentation."
)
WITHOUT_CODE: Final[Mapping[Kind, Advice]] = {
    Kind.TRANSIENT: Advice("Send it again in a few minutes.", Who.OPERATOR),
    Kind.ADMIN: Advice(
        "Show the error to the developer of the code it names; retry once repaired.", Who.DEVELOPER
    ),
}
_NO_CODE: Final = Advice("Read the error text: it has no status code of Salesforce.")
_OF_ITS_OWN: Final = Advice(
    "Show the error to the developer of the trigger or flow: it met a limit or login of its own.",
    Who.DEVELOPER,
)
_LOCKED: Final = Advice(
    "Send it again: another process held a record that the trigger or flow needs.",
    Who.OPERATOR,
    "A trigger or flow of the org met a locked record.",
)
_DECIDED: Final[Mapping[tuple[str, Kind], Advice]] = {
    ("REQUEST_LIMIT_EXCEEDED", Kind.TRANSIENT): Advice(
        "Send it again in a few minutes: too many long requests ran at the same time.",
        Who.OPERATOR,
        "The org answered too many long requests at once.",
    ),
    ("INVALID_FIELD", Kind.DATA): Advice(
        "Amend the reference, or leave it out: no record has this external id.",
        Who.OPERATOR,
        "A reference by an external id leads to no record.",
    ),
    **{(code, Kind.TRANSIENT): _LOCKED for code in WRAPPERS},
}


def advise(code: str | None, kind: Kind) -> Advice:
    """Say what to do about a root of this code and, as its text decided, this kind."""
    if code is None:
        return WITHOUT_CODE.get(kind, _NO_CODE)
    if (code, kind) in _DECIDED:
        return _DECIDED[code, kind]
    if kind is Kind.ADMIN and kind_of(code, "") is Kind.STOP:
        return _OF_ITS_OWN
    entry = CATALOGUE.get(code)
    return Advice(entry.advice, entry.who) if entry and entry.explained else WITHOUT_TEXT
