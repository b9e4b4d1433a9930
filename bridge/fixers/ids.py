"""Ids of records: 15 characters that tell one, and three that repeat which of these are capital."""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator

from bridge.model import Value

_TELLING: Final = 15
_GROUP: Final = 5
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


def has_form(text: str) -> bool:
    """Whether it is what an id looks like: 15 or 18 letters and digits."""
    return _ID.fullmatch(text) is not None


def is_id_of(value: Value, record_id: str) -> bool:
    """Whether a value leads to the record of that id, whichever form each has."""
    return isinstance(value, str) and value.strip()[:_TELLING] == record_id.strip()[:_TELLING]


def in_full(text: str) -> str:
    """The 18 characters of an id that has 15; any other text as it is.

    Source: Salesforce Help, "Record ID": each of the three tells of five which are capital.
    """
    if len(text) != _TELLING or not has_form(text):
        return text
    fives = (text[at : at + _GROUP] for at in range(0, _TELLING, _GROUP))
    capitals = (sum(sign.isupper() << at for at, sign in enumerate(five)) for five in fives)
    return text + "".join(_SUFFIX[number] for number in capitals)


def _an_id(text: str) -> str:
    if not has_form(text):
        raise ValueError("must be the id of a record: 15 or 18 letters and digits")
    return text


Id: TypeAlias = Annotated[str, AfterValidator(_an_id)]
