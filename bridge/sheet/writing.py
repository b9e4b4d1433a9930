"""Messages become a file that a person opens in a spreadsheet. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bridge.model import ObjectSchema, Record
from bridge.sheet.cells import cell_of, forms_of

KEY: Final = "key"
CAUSE: Final = "cause"
WHY: Final = "why"
ERROR: Final = "error"
END: Final = "end of row"
"""Each row ends with its number among how many, so that a cut file is found out, and with a
fingerprint of its key, so that a changed key is; behind it a mark of each cell, so that what a
person left alone is known from what has changed since."""
OF_THE_BRIDGE: Final = frozenset({KEY, CAUSE, WHY, ERROR, END})
"""Columns that are no fields."""
_DIGITS: Final = 6
"""Of a fingerprint or a mark."""
_BOM = "\ufeff"
"""Excel takes a CSV file for UTF-8 only with it."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One message of the table."""

    key: str
    cause_id: str
    why: str
    """Why it is held, or what Salesforce answered."""
    error_text: str
    """What it failed with at first."""
    record: Record


def columns_of(
    rows: Iterable[SheetRow], about: Iterable[str], schema: ObjectSchema, key_field: str
) -> tuple[str, ...]:
    """The fields of the table, in the order of the describe; never the key.

    Args:
        rows: of the table.
        about: the fields that a hold or a refusal is about, as they are named.
        schema: of the object.
        key_field: the field that makes the message.
    """
    filled = [schema.get(name) for row in rows for name in row.record]
    names = {field.name for field in filled if field is not None and field.createable}
    unknown = []
    for name in about:
        field = schema.get(name)
        if field is not None:
            names.add(field.name)
        elif any(name in row.record for row in rows):
            unknown.append(name)
    known = [field.name for field in schema.fields if field.name in names - {key_field}]
    return (*known, *dict.fromkeys(unknown))


def write_sheet(rows: Sequence[SheetRow], fields: Sequence[str], schema: ObjectSchema) -> str:
    """The text of the file, to be written in UTF-8 with its line ends as they are."""
    file = io.StringIO(newline="")
    file.write(_BOM)
    writer = csv.writer(file, lineterminator="\r\n")
    heads = [heading(name, schema) for name in fields]
    writer.writerow([KEY, CAUSE, WHY, ERROR, *heads, END])
    for number, row in enumerate(rows, 1):
        told = map(cell_of, (row.key, row.cause_id, row.why, row.error_text))
        cells = [cell_of(row.record.get(name)) for name in fields]
        marks = [marks_of(name, cell)[0] for name, cell in zip(fields, cells, strict=True)]
        writer.writerow([*told, *cells, end_of(row.key, number, len(rows), marks)])
    return file.getvalue()


def heading(name: str, schema: ObjectSchema) -> str:
    """The field as people know it, without the package's prefix where that leads back to it."""
    short = schema.short(name)
    field = schema.get(short)
    return short if field is not None and field.name == name else name


def end_of(key: str, number: int, rows: int, marks: Iterable[str]) -> str:
    """What the last cell of a row holds."""
    return f"({' '.join((f'{number} of {rows},', fingerprint(key), *marks))})"


def fingerprint(key: str) -> str:
    return _hash(key)[:_DIGITS]


def marks_of(field: str, cell: str) -> tuple[str, ...]:
    """What tells the cell of a field from most others, in each form that it may have had."""
    return tuple(_hash(f"{field}={form}")[:_DIGITS] for form in forms_of(cell))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
