"""Salesforce's status codes as data: what kind of failure each is, and what to do about it.

The data are in `catalogue.toml`, which names its sources. Every code that is known has a kind.
Those that an insert of a message, a query or a login can give have a text as well; of the others,
which belong to setup, mail, content, commerce and the like, the kind is *unknown* unless the name
itself says what may help: a permission or limit is *admin*, something that is there already
*duplicate*, a service that is busy or away *transient*. A code that is not in the file is unknown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from bridge.model import Kind

FILE: Final = "catalogue.toml"
"""Lies beside this module."""


class Source(StrEnum):
    """Where a code is defined; of several, the first of these."""

    WSDL = "wsdl"
    """The enumeration `StatusCode`: the errors of a record."""
    SOAP_FAULT = "soap-fault"
    """The enumeration `ExceptionCode`: the errors of a whole call, REST's `errorCode` too."""
    REST = "rest"
    """In neither enumeration, but documented or answered."""
    OAUTH = "oauth"
    """The words of a login."""
    BULK = "bulk"
    """The exception codes of the Bulk API: the errors of a job or batch."""


class Who(StrEnum):
    """Who can do something about it."""

    OPERATOR = "operator"
    """Whoever runs the resync."""
    ADMIN = "admin"
    """A person in Setup, of the org or of who runs the bridge."""
    DEVELOPER = "developer"
    """Whoever wrote the trigger, the class or the query."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One status code; without a text `meaning`, `usual_cause` and `advice` are empty."""

    code: str
    kind: Kind
    source: Source
    meaning: str = ""
    """What happened, one sentence."""
    usual_cause: str = ""
    """What it mostly comes from, one sentence."""
    advice: str = ""
    """What to do next, one sentence for the person who runs a resync."""
    who: Who | None = None
    """Set exactly where there is a text."""

    @property
    def explained(self) -> bool:
        return self.who is not None


class _Catalogue(Mapping[str, Entry]):
    """Code → entry; the file is read when the first code is looked up."""

    def __getitem__(self, code: str) -> Entry:
        return _entries()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_entries())

    def __len__(self) -> int:
        return len(_entries())

    def __contains__(self, code: object) -> bool:
        return code in _entries()


CATALOGUE: Final[Mapping[str, Entry]] = _Catalogue()
"""Every known code, sorted."""

WRAPPERS: Final = frozenset({"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"})
"""Codes which say only where it failed; the text inside may say why."""

NOT_ATTEMPTED: Final = frozenset(
    {"ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED", "BATCH_PROCESSING_HALTED"}
)
"""Codes of a record that was not tried because of another one."""

MAY_QUOTE: Final = WRAPPERS | {
    "APEX_ERROR",
    "APEX_FAILED",
    "CUSTOM_APEX_ERROR",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "FLOW_EXCEPTION",
    "UNKNOWN_EXCEPTION",
}
"""Codes under which a trigger may have passed on another error's text, as by `addError(e)`."""

_LOCKED_INSIDE = (
    "UNABLE_TO_LOCK_ROW",
    "unable to obtain exclusive access",
    "Record Currently Unavailable",
    "Too many batch retries",
    "retries of batch save",
)
_DECIDED_BY_PHRASES: Final[Mapping[str, tuple[Kind, tuple[str, ...]]]] = {
    "REQUEST_LIMIT_EXCEEDED": (
        Kind.TRANSIENT,
        ("ConcurrentRequests", "ConcurrentPerOrgLongTxn", "concurrentPerOrgLongTxn"),
    ),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (Kind.TRANSIENT, _LOCKED_INSIDE),
    "CANNOT_EXECUTE_FLOW_TRIGGER": (Kind.TRANSIENT, _LOCKED_INSIDE),
    "INVALID_FIELD": (Kind.DATA, ("Foreign key external ID: ",)),
}
"""Codes that hide another kind where their message has one of these phrases."""


def kind_of(code: str | None, message: str) -> Kind:
    """Say what may help against a root of this code and message."""
    entry = CATALOGUE.get(code or "")
    if entry is None:
        return Kind.UNKNOWN
    if entry.code not in _DECIDED_BY_PHRASES:
        return entry.kind
    kind, phrases = _DECIDED_BY_PHRASES[entry.code]
    return kind if any(phrase in message for phrase in phrases) else entry.kind


class _Text(BaseModel):
    """A table of the file's part `explained`."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    source: Source
    who: Who
    meaning: str = Field(min_length=1)
    usual_cause: str = Field(min_length=1)
    advice: str = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    named: dict[Source, dict[Kind, tuple[str, ...]]]
    explained: dict[str, _Text]


@cache
def _entries() -> Mapping[str, Entry]:
    content = resources.files("bridge.diagnosis").joinpath(FILE).read_text("utf-8")
    file = _File.model_validate(tomllib.loads(content))
    entries = [
        Entry(code, kind, source)
        for source, kinds in file.named.items()
        for kind, codes in kinds.items()
        for code in codes
    ]
    entries += [
        Entry(
            code=code,
            kind=text.kind,
            source=text.source,
            meaning=text.meaning,
            usual_cause=text.usual_cause,
            advice=text.advice,
            who=text.who,
        )
        for code, text in file.explained.items()
    ]
    return {entry.code: entry for entry in sorted(entries, key=lambda entry: entry.code)}
