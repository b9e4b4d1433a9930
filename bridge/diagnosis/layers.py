"""What the readers of the grammar hand each other: several for each text, so they are light."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from bridge.diagnosis.ids import is_id
from bridge.model import Handler, Step, Wrapper

TOOK_LENGTH: Final = 200
"""How many characters of what was taken off a step keeps."""

_API_NAME = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*", re.ASCII)


class Found(NamedTuple):
    """One error, as one layer of a text states it."""

    code: str | None
    message: str
    fields: tuple[str, ...] = ()
    object: str | None = None
    in_place: bool = True
    """Whether the code stood where the form has one."""
    labelled: bool = False
    """Whether the layer named fields by what people call them."""
    cut: bool = False
    """Whether the text ends before the form does."""


class Envelope(NamedTuple):
    """What a channel handed on: the errors in it, and what stood round them."""

    errors: tuple[Found, ...]
    steps: tuple[Step, ...]
    cut: bool = False
    """Whether it ends too early."""


class Peeled(NamedTuple):
    """One wrapper taken off a message."""

    step: Step
    inner: Found | None
    """The error inside, where it has a code."""
    rest: str
    """What is left to be read: the inner error's message, or the words behind the wrapper."""
    handler: Handler | None = None


def step(wrapper: Wrapper, took: str) -> Step:
    """A step that keeps the start of what it took off."""
    words = took if len(took) <= TOOK_LENGTH else took[: TOOK_LENGTH - 1] + "…"
    return Step(wrapper, words.strip())


def api_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names, each once; none of them where one can't be an API name: then they are labels."""
    found: dict[str, None] = {}
    for name in names:
        if not name:
            continue
        if not _API_NAME.fullmatch(name) or is_id(name):
            return ()
        found[name] = None
    return tuple(found)
