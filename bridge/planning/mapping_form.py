"""The form of a mapping file: its keys, and what may stand behind each."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bridge.model import Kind

FixerEntry: TypeAlias = "str | dict[str, Any]"
Then: TypeAlias = "str | dict[str, Any] | list[FixerEntry]"


class _Strict(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class WhenForm(_Strict):
    """Which failures an entry is for: each part that is given must match."""

    code: str | None = None
    """The status code of the error; `*` and `?` stand for any characters."""
    outer_code: str | None = None
    """The code that stood round the error: of the trigger or flow in which it arose."""
    kind: Annotated[Kind | None, Field(strict=False)] = None
    """What may help."""
    fields: list[str] = []
    """The error names all of these fields, or is traced to them."""
    object: str | None = None
    """The object whose record was refused."""
    rule: str | None = None
    """The message of the validation rule."""
    handler: str | None = None
    """The name of the trigger, flow or class in which the error arose."""
    message: str | None = None
    """The error's message, whole, with `*` and `?`."""
    platform: str | None = None
    """What the field holds that `platform:` names at the top."""
    record: dict[str, str | bool | int | float | None] = {}
    """Field → what the message holds in it; null for nothing."""


class CauseForm(_Strict):
    """Which failures, and what to do about them."""

    when: WhenForm
    then: Then

    @field_validator("then")
    @classmethod
    def _known_word(cls, then: object) -> object:
        if isinstance(then, str) and not then.strip():
            raise ValueError("say what to do: retry, hold, skip or a fixer")
        return then


class MappingForm(_Strict):
    """What a record should look like, and what to do about each cause of failure."""

    object: str
    """The object that messages are inserted into."""
    key: str
    """The field with the message's identifier: what makes it the same message."""
    conversation: str
    """The field whose value makes messages one conversation."""
    order: str
    """The field that orders the messages of a conversation in time."""
    platform: str | None = None
    """The field that says which chat a message came from."""
    content: list[str] | None = None
    """The fields that make it another message when they change at GoTallo; all, if left out."""
    fixers: list[FixerEntry] = []
    """Run over every record, from top to bottom."""
    causes: list[CauseForm] = []
    """What to do about a cause; the first that matches decides."""
    from_standard: dict[str, str] = {}
    """Field of the record ← field of GoTallo's standard shape."""
    downstream: dict[str, dict[str, str]] = {}
    """Object that a trigger makes → its field ← the message's field that fills it."""
    witness: Annotated[dict[str, str], Field(min_length=1, max_length=1)] | None = None
    """An object whose rows show that a message was there, and its field that holds the key."""
    version: Literal[1] = 1
    """Of this format."""


def keys_at(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that may stand at a path of the file."""
    match path:
        case ():
            return tuple(MappingForm.model_fields)
        case ("causes", _):
            return tuple(CauseForm.model_fields)
        case ("causes", _, "when"):
            return tuple(WhenForm.model_fields)
        case _:
            return ()
