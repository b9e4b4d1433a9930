"""What comes back from a spreadsheet as it went there changes nothing, whoever saved it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.errors import UsageError
from bridge.model import Record, Value
from bridge.sheet import read_table
from bridge.sheet.cells import MOST_CHARACTERS, cell_of, guarded, says, value_of
from tests.fixers.schema import MESSAGE, field
from tests.sheet.making import ACTIVE, MESSAGES, OFFSET, TEXT, TEXTS, VALUES, read, written
from tests.sheet.spreadsheet import PROGRAMS, Program, opened

KEY = "72590c9a68704b68991a7c125813c850"
every_program = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)


@every_program
@settings(max_examples=120)
@given(messages=MESSAGES)
def test_unchanged_is_unchanged(program: Program, messages: Mapping[str, Record]) -> None:
    data = program.round_trip(written(messages))
    found = read(data, messages)
    assert found.mistakes == ()
    assert found.amended == ()
    assert found.unchanged == len(messages)


@every_program
@given(messages=MESSAGES, others=MESSAGES)
def test_an_old_file_that_nobody_edited_changes_nothing(
    program: Program, messages: Mapping[str, Record], others: Mapping[str, Record]
) -> None:
    now = dict(zip(messages, [*others.values(), *messages.values()], strict=False))
    found = read(program.round_trip(written(messages)), now)
    assert (found.mistakes, found.amended) == ((), ())


@given(messages=MESSAGES)
def test_as_it_was_written_is_unchanged(messages: Mapping[str, Record]) -> None:
    assert read(written(messages), messages).unchanged == len(messages)


@given(VALUES)
def test_no_cell_is_a_formula(value: Value) -> None:
    cell = cell_of(value)
    assert cell.strip()[:1] not in set("=+-@\uff1d\uff0b\uff0d\uff20")
    assert cell[:1] not in set("\t\r\n")
    assert opened(cell) == cell


FORMULA = st.sampled_from(
    [
        "=cmd|'/c calc'!A1",
        "+HYPERLINK(1)",
        ' "=WEBSERVICE(1)"',
        "'@sum(1)",
        "- milk (2)",
        "=a;-b(1)",
    ]
)
IN_FRONT = st.sampled_from(["Hi\n", "Hi;", "\r\n", "\n\n", "Hi; ", "a\n- b\n", ";", '"\n'])


@example("\n", "=cmd|'/c calc'!A1", "")
@given(IN_FRONT, FORMULA, TEXTS.filter(lambda text: len(text) < MOST_CHARACTERS // 2))
def test_no_line_is_a_formula_where_the_program_takes_another_delimiter(
    before: str, formula: str, behind: str
) -> None:
    """A spreadsheet that splits at semicolons takes quotes within a row for text."""
    text = before + formula + behind
    file = written({KEY: {TEXT: text}}).decode("utf-8-sig")
    for piece in re.split(r"[\r\n;]", file):
        begins = piece.lstrip(' \t"')[:1]
        of_the_text = piece.partition('",')[0]
        assert begins not in tuple("=+-@") or not set("(!|") & set(of_the_text)
    assert value_of(cell_of(text), field("Text__c", "textarea", 400)) == value_of(
        cell_of(text.replace("\r\n", "\n")), field("Text__c", "textarea", 400)
    )
    assert says(cell_of(text), text)


@given(st.lists(IN_FRONT | FORMULA, max_size=6).map("".join))
def test_lines_like_formulas_come_as_they_were_written(text: str) -> None:
    text = text.replace("\r\n", "\n")
    found = value_of(guarded(text), field("Text__c", "textarea", 400))
    assert found == (text.strip(" \t\n\v\f\r") or None)


@given(VALUES)
def test_a_cell_says_its_value(value: Value) -> None:
    assert says(cell_of(value), value)


@given(TEXTS, TEXTS)
def test_two_texts_that_differ_have_cells_that_differ(one: str, other: str) -> None:
    """But for what Salesforce keeps alike, and what no cell can hold."""
    if says(guarded(one), other):
        kept = [cell_of(text) for text in (one, other)]
        plain = [text.strip(" \t\n\v\f\r").removeprefix("'").strip(" \t\n\v\f\r") for text in kept]
        assert plain[0] == plain[1]


@given(st.text(min_size=1, max_size=40))
def test_what_a_person_writes_for_a_text_comes_as_written(text: str) -> None:
    """However it is quoted by the program; a mark in front is the spreadsheet's."""
    cell = guarded(text.replace("\r", "\n"))
    found = value_of(cell, field("Text__c", "textarea", 400))
    assert found == (text.replace("\r", "\n").strip(" \t\n\v\f\r") or None)


@pytest.mark.parametrize(
    ("cell", "type_", "value"),
    [
        ("TRUE", "boolean", True),
        ("WAAR", "boolean", True),
        ("'false", "boolean", False),
        ("0", "boolean", False),
        ("maybe", "boolean", "maybe"),
        ("5", "int", 5),
        ("'-5", "int", -5),
        ("5", "double", 5),
        ("4.5", "double", 4.5),
        ("4,5", "double", 4.5),
        ("1,234", "double", "1,234"),
        ("'1e3", "double", 1000.0),
        ("1e999", "double", "1e999"),
        ("12345678901234567.89", "double", "12345678901234567.89"),
        ("'0031", "string", "0031"),
        ("=1+1", "string", "=1+1"),
        ("", "string", None),
        ("  ", "string", None),
        ("", "boolean", None),
    ],
)
def test_a_cell_becomes_a_value_of_its_fields_type(cell: str, type_: str, value: Value) -> None:
    found = value_of(cell, field("X__c", type_))
    assert found == value
    assert type(found) is type(value)


@every_program
@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        (TEXT, "A new text,\nwith a line; and a tab\t!", "A new text,\nwith a line; and a tab\t!"),
        (TEXT, "", None),
        (ACTIVE, "TRUE", True),
        (OFFSET, "4.5", 4.5),
    ],
)
def test_one_cell_that_a_person_edits_is_all_that_changes(
    program: Program, name: str, typed: str, value: Value
) -> None:
    record: Record = {TEXT: "=old", ACTIVE: False, OFFSET: 1.0, "Score__c": 7}
    rows = list(csv.reader(io.StringIO(written({KEY: record}).decode("utf-8-sig"), newline="")))
    at = rows[0].index(MESSAGE.short(name))
    rows[1] = [opened(cell) for cell in rows[1]]
    rows[1][at] = typed
    found = read(program.save(rows), {KEY: record})
    (amended,) = found.amended
    assert [(change.field, change.after) for change in amended.changes] == [(name, value)]


def test_a_text_that_no_cell_holds_is_told_by_its_length() -> None:
    cell = cell_of("x" * 40_000)
    assert cell == "[as it was: 40,000 characters, too many for a spreadsheet]"
    assert says(cell, "x" * 40_000)
    assert not says(cell, "x" * 40_001)


def test_the_file_is_for_excel() -> None:
    data = written({KEY: {TEXT: "two\nlines"}})
    assert data.startswith(b"\xef\xbb\xbfkey,cause,why,error,Text__c,")
    assert data.endswith(b')"\r\n')
    assert b'"two\nlines"' in data
    assert b"'held" not in data


def test_a_file_with_the_line_ends_of_an_old_mac_is_read() -> None:
    record: Record = {TEXT: "a;b;c;d;e;f;g;h;i;j;k"}
    data = written({KEY: record}).replace(b"\r\n", b"\r")
    assert read(data, {KEY: record}).unchanged == 1


@example(b"")
@example(b"key,end of row\r\n")
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_read_or_refused_by_an_error_of_ours(data: bytes) -> None:
    with suppress(UsageError):
        read_table(data)
