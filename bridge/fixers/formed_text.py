"""What the fixers of e-mail addresses, phone numbers and URLs have in common.

Their fields hold text of one form. A value is in that form, can be brought into it, or is beyond
repair.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import BaseModel, Field

from bridge.fixers.by_field import ByField, per_schema
from bridge.fixers.interface import Fixer
from bridge.fixers.text import fits
from bridge.model import Change, Diagnosis, FieldSchema, ObjectSchema, Record, Risk


class Otherwise(StrEnum):
    """What becomes of a value that is beyond repair."""

    HOLD = "hold"
    """It stays: the schema check, the org or a person says more."""
    CLEAR = "clear"
    """The field is left empty."""


class Form(BaseModel, extra="forbid", frozen=True, strict=True):
    """What a mapping may say about one field."""

    otherwise: Annotated[Otherwise, Field(alias="else", strict=False)] = Otherwise.HOLD


FormT = TypeVar("FormT", bound=Form)


@dataclass(frozen=True, slots=True)
class Formed:
    """A value in the form of its field."""

    text: str
    why: str
    risk: Risk = Risk.LOSSLESS
    lost: int = 0
    """How many characters were left out."""


class FormedText(Fixer[ByField[FormT]], Generic[FormT]):
    """Brings text into the form of its field: by describe type, and where a mapping names it."""

    field_type: ClassVar[str]
    unsaid: FormT
    """What holds for a field about which the mapping says nothing."""
    beyond_repair: ClassVar[str]
    """Why such a value is cleared."""

    def __init__(self, options: ByField[FormT]) -> None:
        super().__init__(options)
        self._forms = per_schema(self._work_out_forms)

    @abstractmethod
    def formed(self, text: str, form: FormT) -> Formed | None:
        """The value in its form, the same where it is right; None where it is beyond repair."""

    def named_fields(self) -> Iterator[str]:
        return self.options.named_fields()

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        forms = self._forms(schema)
        for name, value in record.items():
            found = forms.get(name)
            if found is None or not isinstance(value, str) or not value.strip():
                continue
            field, form = found
            formed = self.formed(value, form)
            if formed is None or not _fits(formed.text, field):
                if form.otherwise is Otherwise.CLEAR:
                    yield self._change(name, value, None, self.beyond_repair, Risk.LOSSY)
            elif formed.text != value:
                yield self._change(
                    name, value, formed.text, formed.why, formed.risk, lost=formed.lost
                )

    def _change(
        self, name: str, before: str, after: str | None, why: str, risk: Risk, lost: int = 0
    ) -> Change:
        return Change(name, before, after, self.name, why, risk, lost)

    def _work_out_forms(self, schema: ObjectSchema) -> Mapping[str, tuple[FieldSchema, FormT]]:
        named = {field.name for name in self.named_fields() if (field := schema.get(name))}
        return {
            field.name: (field, form)
            for field, form in self.options.choices(schema, unsaid=self.unsaid)
            if field.type == self.field_type
            or (field.name in named and field.is_text and field.type != "id")
        }


def _fits(text: str, field: FieldSchema) -> bool:
    return not field.length or fits(text, field, field.length)
