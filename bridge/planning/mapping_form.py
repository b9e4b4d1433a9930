"""The form of a mapping file: its keys, and what may stand behind each."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bridge.model import Kind

FixerEntry: TypeAlias = "str | dict[str, Any]"
Then: TypeAlias = "str | dict[str, Any] | list[FixerEntry]"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WhenForm(_Strict):
    """Of an entry of `causes`: which failures it is for."""

    code: str | None = None
    outer_code: str | None = None
    kind: Annotated[Kind | None, Field(strict=False)] = None
    fields: list[str] = []
    object: str | None = None
    rule: str | None = None
    handler: str | None = None
    message: str | None = None
    platform: str | None = None
    record: dict[str, str | bool | int | float | None] = {}


class CauseForm(_Strict):
    """An entry of `causes`."""

    when: WhenForm
    then: Then

    @field_validator("then")
    @classmethod
    def _known_word(cls, then: object) -> object:
        if isinstance(then, str) and not then.strip():
            raise ValueError("say what to do: retry, hold, skip or a fixer")
        return then


class MappingForm(_Strict):
    """The file."""

    object: str
    key: str
    conversation: str
    order: str
    platform: str | None = None
    content: list[str] | None = None
    fixers: list[FixerEntry] = []
    causes: list[CauseForm] = []
    from_standard: dict[str, str] = {}
    downstream: dict[str, dict[str, str]] = {}
    witness: Annotated[dict[str, str], Field(min_length=1, max_length=1)] | None = None
    version: Literal[1] = 1


def keys_at(location: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that may stand where an unknown one was found."""
    if "when" in location[:-1]:
        return tuple(WhenForm.model_fields)
    if "causes" in location[:-1]:
        return tuple(CauseForm.model_fields)
    if len(location) == 1:
        return tuple(MappingForm.model_fields)
    return ()
