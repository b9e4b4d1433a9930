from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, RootModel

from bridge.fixers import NoOptions, Option, find, options_of
from bridge.fixers.by_field import ByField
from bridge.fixers.registry import OURS


class Side(StrEnum):
    """Where it is cut."""

    END = "end"
    """The first words stay."""
    START = "start"
    """The last words stay."""


class Undocumented(StrEnum):
    A = "a"


class Inner(BaseModel):
    """What each field has."""

    length: Annotated[int, Field(gt=0, le=80)] | None = None
    """How much
    may stay."""
    side: Side = Side.END
    other: Undocumented = Undocumented.A
    names: list[str] = []
    table: dict[str, int] = Field(default={}, description="By name, a number.")
    word: Literal["all"] | float = "all"
    anything: Any = None


class Outer(ByField[Inner], frozen=True):
    """Field → how it is cut."""


class Needed(Inner):
    must: bool
    """Has to be said."""


class Endless(BaseModel):
    inner: Endless | None = None


class Strange(BaseModel):
    value: Callable[[], int] = int


def by_name(model: type[BaseModel]) -> dict[str, Option]:
    return {option.name: option for option in options_of(model)}


def test_no_options_are_none() -> None:
    assert options_of(NoOptions) == ()


def test_options_of_each_field_stand_behind_it() -> None:
    assert list(by_name(Outer)) == [
        "{Field}",
        *(f"{{Field}}.{name}" for name in ("length", "side", "other", "names", "table")),
        *("{Field}.table.{key}", "{Field}.word", "{Field}.anything"),
    ]
    assert by_name(Outer)["{Field}"].meaning == "Field → how it is cut."


def test_types_and_defaults_are_told_in_words() -> None:
    told = {name: (option.type, option.default) for name, option in by_name(Inner).items()}
    assert told == {
        "length": ("whole number above 0 up to 80", None),
        "side": ("end or start", "end"),
        "other": ("a", "a"),
        "names": ("list of text", []),
        "table": ("table of whole number", {}),
        "table.{key}": ("whole number", None),
        "word": ("all or number", "all"),
        "anything": ("anything", None),
    }


def test_meanings_come_from_docstrings_and_descriptions() -> None:
    meanings = {name: option.meaning for name, option in by_name(Inner).items()}
    assert meanings["length"] == "How much may stay."
    assert meanings["table"] == "By name, a number."
    assert meanings["names"] == ""
    assert meanings["side"] == (
        "Where it is cut. `end`: The first words stay. `start`: The last words stay."
    )


def test_inherited_options_keep_their_meaning_and_needed_ones_are_told() -> None:
    options = by_name(Needed)
    assert options["length"].meaning == "How much may stay."
    assert (options["must"].needed, options["must"].meaning) == (True, "Has to be said.")
    assert not options["length"].needed


def test_a_model_that_holds_itself_comes_to_an_end() -> None:
    assert 1 < len(options_of(Endless)) < 20


def test_what_json_does_not_know_is_no_error() -> None:
    assert options_of(Strange) == ()
    assert options_of(RootModel[list[str]]) == ()


@pytest.mark.parametrize("name", OURS)
def test_our_options_can_be_told(name: str) -> None:
    model = find(name).Options
    assert (options_of(model) == ()) is (model is NoOptions)
