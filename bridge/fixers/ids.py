"""Ids as a mapping names them."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


def has_form(text: str) -> bool:
    """Whether it is what an id looks like: 15 or 18 letters and digits."""
    return _ID.fullmatch(text) is not None


def _an_id(text: str) -> str:
    if not has_form(text):
        raise ValueError("must be the id of a record: 15 or 18 letters and digits")
    return text


Id: TypeAlias = Annotated[str, AfterValidator(_an_id)]
