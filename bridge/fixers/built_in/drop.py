from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, model_validator

from bridge.fixers.by_field import per_schema
from bridge.fixers.interface import Example, Fixer
from bridge.model import Change, Diagnosis, ObjectSchema, Record, Risk


class DropOptions(BaseModel, extra="forbid", frozen=True, strict=True):
    """Which fields are left out."""

    unknown: bool = False
    """Those that the org does not have, or does not show to this user."""
    not_createable: bool = False
    """Those that this user may not write."""
    fields: tuple[str, ...] = ()
    """Those of these names, whether the org has them or not."""

    @model_validator(mode="before")
    @classmethod
    def _bare_list(cls, given: object) -> object:
        is_bare = isinstance(given, str)
        if is_bare:
            raise ValueError(f"must be a list, write [{given}]")
        given = {"fields": given} if isinstance(given, list) else given
        if isinstance(given, Mapping) and isinstance(given.get("fields"), list):
            return {**given, "fields": tuple(given["fields"])}
        return given

    @model_validator(mode="after")
    def _something(self) -> DropOptions:
        if not (self.unknown or self.not_createable or self.fields):
            raise ValueError("say what is dropped: unknown: true, not_createable: true, or fields")
        return self


_WHY_UNKNOWN = "the org has no such field, or does not show it to this user"
_WHY_CLOSED = "this user may not write the field"
_WHY_NAMED = "the mapping leaves the field out"


class Drop(Fixer[DropOptions]):
    """Leave out a field, and keep its value on record.

    Problem: one field that the org does not have, or that the integration user may not write, gets
    the whole record refused (`INVALID_FIELD`, `INVALID_FIELD_FOR_INSERT_UPDATE`).

    Repair: `{unknown: true}` leaves out what the org's describe does not have, `{not_createable:
    true}` what it says this user may not write, a list the fields of these names. All of it counts
    as lossy. What is left out stays in the ledger and is shown, so that it can be brought in later.
    """

    name = "drop"
    risk = Risk.LOSSY
    Options = DropOptions
    examples = (
        Example(
            says="A field that the org does not have.",
            options={"unknown": True},
            before={"Mood__c": "cheerful", "Text__c": "Hi"},
            after={"Mood__c": None, "Text__c": "Hi"},
        ),
        Example(
            says="A field that the mapping names.",
            options=["User_Gender__c"],
            before={"User_Gender__c": "x", "Text__c": "Hi"},
            after={"User_Gender__c": None, "Text__c": "Hi"},
        ),
        Example(
            says="A field that nobody may write.",
            options={"not_createable": True},
            before={"Id": "a0B000000000001AAA", "Text__c": "Hi"},
            after={"Id": None, "Text__c": "Hi"},
        ),
        Example(
            says="What the org takes stays.",
            options={"unknown": True, "not_createable": True},
            before={"Text__c": "Hi", "OwnerId": "005000000000001AAA"},
            after={"Text__c": "Hi", "OwnerId": "005000000000001AAA"},
        ),
        Example(
            says="A field of an unknown name stays where the mapping does not say otherwise.",
            options={"not_createable": True},
            before={"Mood__c": "cheerful"},
            after={"Mood__c": "cheerful"},
        ),
    )

    def __init__(self, options: DropOptions) -> None:
        super().__init__(options)
        self._named = frozenset(name.casefold() for name in options.fields)
        self._reasons = per_schema(self._work_out_reasons)

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        reasons = self._reasons(schema)
        for name, value in record.items():
            why = reasons[name] if name in reasons else self._why(name, schema)
            if why is not None and value is not None:
                yield Change(name, value, None, self.name, why, Risk.LOSSY)

    def _work_out_reasons(self, schema: ObjectSchema) -> Mapping[str, str | None]:
        """Why each field of the org is left out; None for one that stays."""
        return {field.name: self._why(field.name, schema) for field in schema.fields}

    def _why(self, name: str, schema: ObjectSchema) -> str | None:
        if not self._named.isdisjoint((name.casefold(), schema.short(name).casefold())):
            return _WHY_NAMED
        field = schema.get(name)
        if field is None:
            return _WHY_UNKNOWN if self.options.unknown else None
        return _WHY_CLOSED if self.options.not_createable and not field.createable else None
