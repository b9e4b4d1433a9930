"""Cases of a mapping: messages, and what the mapping should make of each.

They stand in a file of their own beside the mapping: `my-org.cases.yaml` beside `my-org.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bridge.errors import MappingError
from bridge.fixers import EXAMPLE_OBJECT
from bridge.model import (
    Decision,
    FieldSchema,
    HeldReason,
    ObjectSchema,
    PicklistValue,
    Record,
    Risk,
)
from bridge.planning.described import Described, read_described
from bridge.planning.mistakes import mapping_error
from bridge.planning.nearest import no_such_field
from bridge.planning.text_file import read_text
from bridge.planning.yaml_source import Path, Place, YamlSource, read_yaml

BY_NO_LINE: Final = "default"
"""Stands for the line of a policy where none decided."""
_LARGEST: Final = 1_000_000
"""Bytes of a file of cases."""
_MEND: Final = "Mend the cases there."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FieldForm(_Strict):
    """A field that the org has otherwise than its describe says, or has beside it."""

    type: str | None = None
    length: Annotated[int, Field(ge=0)] | None = None
    precision: Annotated[int, Field(ge=0)] | None = None
    scale: Annotated[int, Field(ge=0)] | None = None
    digits: Annotated[int, Field(ge=0)] | None = None
    required: bool | None = None
    unique: bool | None = None
    createable: bool | None = None
    restricted: bool | None = None
    values: list[str] | None = None
    inactive: list[str] | None = None
    reference_to: list[str] | None = None


class ExpectForm(_Strict):
    """What should come of a message; what is left out is not looked at."""

    decision: Annotated[Decision | None, Field(strict=False)] = None
    record: dict[str, Any] = {}
    risk: Annotated[Risk | None, Field(strict=False)] = None
    reason: Annotated[HeldReason | None, Field(strict=False)] = None
    code: str | None = None
    fields: list[str] | None = None
    what: str | None = None
    line: Annotated[int, Field(ge=1)] | Literal["default"] | None = None

    @model_validator(mode="after")
    def _something(self) -> ExpectForm:
        if not self.model_fields_set:
            raise ValueError("say what is expected, such as decision: ready")
        return self


class CaseForm(_Strict):
    """One case."""

    name: Annotated[str, Field(min_length=1)]
    message: dict[str, Any] | None = None
    standard: dict[str, Any] | None = None
    error: str | None = None
    expect: ExpectForm

    @model_validator(mode="after")
    def _a_message(self) -> CaseForm:
        if self.message is None and self.standard is None:
            raise ValueError("give a message, or a standard: one of GoTallo's standard shape")
        return self


class CasesForm(_Strict):
    """The file."""

    describe: str | None = None
    fields: dict[str, FieldForm] = {}
    given: dict[str, Any] = {}
    cases: Annotated[list[CaseForm], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class MappingCase:
    """A message, and what should come of it."""

    name: str
    record: Record
    """Of the salesforce shape; empty where only the standard shape has the message."""
    standard: Record
    error_text: str | None
    expected: ExpectForm
    place: Place


@dataclass(frozen=True, slots=True)
class MappingCases:
    """A file of cases, read and validated."""

    name: str
    describe: str | None
    """The file of the org's describe; None for the package's object with what the cases add."""
    described: Described
    cases: tuple[MappingCase, ...]


def cases_beside(mapping: FilePath) -> FilePath:
    """Where the cases of a mapping are looked for."""
    return mapping.with_name(f"{mapping.stem}.cases{mapping.suffix}")


def read_cases(path: FilePath) -> MappingCases:
    """Read a file of cases, and the describe that it names.

    Raises:
        MappingError: one of them can't be read, or says something that it can't say: one line each
            with file, line and column.
    """
    text = read_text(path, _LARGEST, "file of cases", "Name it with --cases.")
    return parse_cases(text, path.name, path.parent)


def parse_cases(text: str, name: str, folder: FilePath) -> MappingCases:
    """Read cases from their text; a describe is looked for in the folder.

    Raises:
        MappingError: see `read_cases`.
    """
    source = read_yaml(text, name)
    if not isinstance(source.data, dict):
        raise MappingError(
            f"{source.place(())}: a file of cases starts with keys such as cases:", _MEND
        )
    try:
        form = CasesForm.model_validate(source.data)
    except ValidationError as exc:
        raise mapping_error(exc, source, (), _keys_at, _MEND) from exc
    described = Described(EXAMPLE_OBJECT)
    if form.describe is not None:
        described = read_described(folder / form.describe)
    described = replace(described, object=_with_fields(described.object, form.fields, source))
    cases = tuple(
        _case(case, form.given, described.object, source, ("cases", n))
        for n, case in enumerate(form.cases)
    )
    return MappingCases(name, form.describe, described, cases)


def _case(
    form: CaseForm, given: Mapping[str, Any], schema: ObjectSchema, source: YamlSource, path: Path
) -> MappingCase:
    for name in form.expect.record:
        if schema.get(name) is None:
            place = source.key_place((*path, "expect", "record", name))
            raise MappingError(f"{place}: {no_such_field(schema, name)}", _MEND)
    record: dict[str, Any] = {}
    if form.message is not None:
        record = _under_own_names(given, schema) | _under_own_names(form.message, schema)
    return MappingCase(
        name=form.name,
        record=record,
        standard=form.standard or {},
        error_text=form.error,
        expected=form.expect,
        place=source.place(path),
    )


def _under_own_names(record: Mapping[str, Any], schema: ObjectSchema) -> dict[str, Any]:
    """So that a case's field takes the place of one that is given to all, however it is spelt."""
    return {field.name if (field := schema.get(n)) else n: value for n, value in record.items()}


def _with_fields(
    schema: ObjectSchema, forms: Mapping[str, FieldForm], source: YamlSource
) -> ObjectSchema:
    fields = {field.name: field for field in schema.fields}
    for name, form in forms.items():
        known = schema.get(name)
        if known is None and form.type is None:
            place = source.key_place(("fields", name))
            raise MappingError(
                f"{place}: {no_such_field(schema, name)}",
                "Mend the name, or give a type: for a field that the org has beside these.",
            )
        base = known or FieldSchema(name=name, label=name, type="string")
        fields[base.name] = replace(base, **dict(_traits(form, base)))
    return replace(schema, fields=tuple(fields.values()))


def _traits(form: FieldForm, base: FieldSchema) -> Iterator[tuple[str, Any]]:
    for name in ("type", "precision", "scale", "digits", "unique", "createable"):
        value = getattr(form, name)
        if value is not None:
            yield name, value
    if form.length is not None:
        yield "length", form.length
        yield "byte_length", 3 * form.length
    if form.required is not None:
        yield "nillable", not form.required
        yield "defaulted_on_create", base.defaulted_on_create and not form.required
    if form.values is not None or form.inactive is not None:
        yield "picklist_values", _values(form)
        yield "restricted_picklist", form.restricted is not False
    elif form.restricted is not None:
        yield "restricted_picklist", form.restricted
    if form.reference_to is not None:
        yield "reference_to", tuple(form.reference_to)


def _values(form: FieldForm) -> tuple[PicklistValue, ...]:
    active = (PicklistValue(value, value, active=True) for value in form.values or ())
    inactive = (PicklistValue(value, value, active=False) for value in form.inactive or ())
    return (*active, *inactive)


def _keys_at(path: Path) -> tuple[str, ...]:
    match path:
        case ():
            return tuple(CasesForm.model_fields)
        case ("fields", _):
            return tuple(FieldForm.model_fields)
        case ("cases", _):
            return tuple(CaseForm.model_fields)
        case ("cases", _, "expect"):
            return tuple(ExpectForm.model_fields)
        case _:
            return ()
