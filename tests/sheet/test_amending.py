"""What a person edited becomes changes; what can't be taken is named with row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

import pytest

from bridge.errors import UsageError
from bridge.fixers import with_fields
from bridge.model import BY_HAND, Change, Record, Risk, Value
from bridge.sheet import read_table
from tests.fixers.schema import field
from tests.sheet.making import ACTIVE, FIELDS, NAME, TEXT, read, written

KEYS = [f"{number:031x}f" for number in (1, 2, 3)]
FULL: Record = {
    "Social25__Identifier__c": "x",
    "Social25__Chat_Identifier__c": "talk",
    NAME: "Test Sender 1",
    TEXT: "Hello",
    ACTIVE: False,
}
MESSAGES: Mapping[str, Record] = {key: {**FULL, "Score__c": at} for at, key in enumerate(KEYS)}
SCORE = "Score__c"
Rows = list[list[str]]
HEADS = ["Text__c", "User_Active__c", "Timestamp__c", "User_Full_Name__c"]


def edited(edit: Callable[[Rows], object], messages: Mapping[str, Record] = MESSAGES) -> bytes:
    text = written(messages).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    edit(rows)
    return saved(rows)


def saved(rows: Sequence[Sequence[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def put(row: int, head: str, cell: str) -> Callable[[Rows], None]:
    def edit(rows: Rows) -> None:
        rows[row - 1][rows[0].index(head)] = cell

    return edit


def mistakes(edit: Callable[[Rows], object], **more: object) -> list[str]:
    found = read(edited(edit), MESSAGES, **more)  # type: ignore[arg-type]
    return [str(mistake) for mistake in found.mistakes]


@pytest.mark.parametrize(
    ("written_for", "head", "cell", "on_record"),
    [
        ({ACTIVE: False}, "User_Active__c", "TRUE", {ACTIVE: True}),
        ({ACTIVE: "true"}, "User_Active__c", "TRUE", {ACTIVE: "true"}),
        ({SCORE: 1}, SCORE, "2,5", {SCORE: 2.5}),
        ({SCORE: "2.5"}, SCORE, "2,5", {SCORE: "2.5"}),
        ({SCORE: 3}, SCORE, "3.0", {SCORE: 3}),
    ],
)
def test_a_cell_that_means_what_is_on_record_changes_nothing(
    written_for: Record, head: str, cell: str, on_record: Record
) -> None:
    data = edited(put(2, head, cell), {KEYS[0]: {**FULL, **written_for}})
    found = read(data, {KEYS[0]: {**FULL, **on_record}})
    assert (found.amended, found.mistakes, found.unchanged) == ((), (), 1)


@pytest.mark.parametrize("cell", ["TRUE", "yes"])
def test_a_text_is_spelt_as_its_field_has_it_where_the_message_is_held_for_that(cell: str) -> None:
    messages = {KEYS[0]: {**FULL, ACTIVE: "true"}}
    found = read(
        edited(put(2, "User_Active__c", cell), messages), messages, about=frozenset({ACTIVE})
    )
    (amended,) = found.amended
    (change,) = amended.changes
    assert (change.before, change.after, change.risk) == ("true", True, Risk.LOSSLESS)


def test_a_text_is_spelt_as_its_field_has_it_beside_what_a_person_changed() -> None:
    messages = {KEYS[0]: {**FULL, ACTIVE: "true"}}

    def edit(rows: Rows) -> None:
        put(2, "User_Active__c", "TRUE")(rows)
        put(2, "Text__c", "Help")(rows)

    (amended,) = read(edited(edit, messages), messages).amended
    assert {change.field: change.risk for change in amended.changes} == {
        TEXT: Risk.INVENTED,
        ACTIVE: Risk.LOSSLESS,
    }


@pytest.mark.parametrize(
    ("before", "original", "cell", "risk"),
    [
        ("Hel…", "Hello", "Hello", Risk.LOSSLESS),
        ("Hel…", "Hello ", "Hello", Risk.LOSSLESS),
        ("Hel…", "Hello", "Help", Risk.INVENTED),
        ("Hello", "Hello", "", Risk.LOSSY),
        (None, None, "Hi", Risk.INVENTED),
    ],
)
def test_a_change_by_hand_says_what_it_does_to_the_truth(
    before: Value, original: Value, cell: str, risk: Risk
) -> None:
    record = {**FULL, TEXT: before}
    if before is None:
        del record[TEXT]
    messages = {KEYS[0]: record}
    found = read(
        edited(put(2, "Text__c", cell), messages),
        messages,
        originals={KEYS[0]: {**FULL, TEXT: original}},
    )
    (amended,) = found.amended
    (change,) = amended.changes
    assert isinstance(change, Change)
    assert (change.fixer, change.risk) == (BY_HAND, risk)
    assert (change.before, change.after) == (before, cell or None)
    assert change.lost == (5 if not cell else 0)
    assert (TEXT in amended.record) is bool(cell), "what is cleared is null"


def test_an_address_is_put_back_in_whichever_letters() -> None:
    mail = "Social25__User_Email__c"
    messages = {KEYS[0]: {**FULL, mail: "other@example.org"}}
    data = written(messages, (*FIELDS, mail)).replace(b"other@example.org", b"A.b@Example.org")
    found = read(data, messages, originals={KEYS[0]: {**FULL, mail: "A.b@Example.org"}})
    assert [change.risk for change in found.amended[0].changes] == [Risk.LOSSLESS]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (put(3, "Timestamp__c", "yesterday"), "row 3, Timestamp__c: Timestamp__c is of"),
        (put(2, "User_Full_Name__c", "x" * 81), "row 2, User_Full_Name__c: User_Full"),
        (put(2, "User_Full_Name__c", ""), "row 2, User_Full_Name__c: User_Full_Name__c"),
        (put(2, "User_Active__c", "maybe"), "row 2, User_Active__c: "),
        (put(4, "Score__c", "123456789"), "row 4, Score__c: Score__c holds 8 digits"),
        (put(3, "key", KEYS[0]), "row 3, key: the key was changed, or a column was sorted by"),
        (put(3, "key", "nobody"), "row 3, key: the key was changed"),
        (put(3, "end of row", "(2 of 3, 00"), "row 3, end of row: the row is cut"),
        (put(1, "Score__c", "Scorn__c"), "row 1, Scorn__c: Social25__Heroku_Message__c has no"),
        (put(1, "Score__c", "Identifier__c"), "row 1, Identifier__c: the key makes the message"),
        (put(1, "Score__c", "text__c"), "row 1, text__c: the column is there twice"),
        (lambda rows: rows[1].append("x"), "row 2, column 12: the column has no name"),
        (lambda rows: rows.append(rows[1]), "row 5, key: the message has row 2 already"),
        (lambda rows: rows.pop(), "the file: it has 2 of its 3 rows: it is cut, or rows were"),
    ],
)
def test_each_mistake_is_named_with_its_place(edit: Callable[[Rows], object], says: str) -> None:
    assert any(told.startswith(says) for told in mistakes(edit)), mistakes(edit)


def test_all_mistakes_are_named_at_once() -> None:
    def edit(rows: Rows) -> None:
        put(2, "Score__c", "much")(rows)
        put(3, "Timestamp__c", "late")(rows)
        put(3, "Text__c", "x" * 4001)(rows)
        rows.append(["", "", ""])
        rows[3][0] = "nobody"

    told = mistakes(edit)
    assert [each.split(":")[0] for each in told] == [
        "row 2, Score__c",
        "row 3, Text__c",
        "row 3, Timestamp__c",
        "row 4, key",
    ]


def test_a_message_that_can_not_be_amended_is_named_with_how_it_stands() -> None:
    stands = {KEYS[1]: "it is in Salesforce already (run 7c2e1f)"}
    less = {key: MESSAGES[key] for key in (KEYS[0], KEYS[2])}
    found = read(edited(lambda _: None), less, stands=stands)
    assert [str(one) for one in found.mistakes] == [
        "row 3, key: it can't be amended: it is in Salesforce already (run 7c2e1f)"
    ]
    found = read(edited(lambda _: None), less)
    assert "the run has no such message" in str(found.mistakes[0])


def test_a_record_that_was_refused_before_is_not_taken_again() -> None:
    earlier = {**MESSAGES[KEYS[0]], TEXT: "As before"}
    told = mistakes(put(2, "Text__c", "As before"), refused=[earlier])
    assert told == ["row 2: Salesforce has refused the message in this run as it is here"]


def moved_on(name: str, value: Value) -> Mapping[str, Record]:
    """The messages after somebody else changed a field of the first."""
    return {**MESSAGES, KEYS[0]: {**MESSAGES[KEYS[0]], name: value}}


def test_what_changed_since_the_file_was_written_is_not_changed_back() -> None:
    now = moved_on(TEXT, "=newer")
    found = read(edited(lambda _: None), now)
    assert (found.amended, found.mistakes, found.unchanged) == ((), (), 3)
    found = read(edited(put(2, "User_Full_Name__c", "Test Sender 9")), now)
    (amended,) = found.amended
    assert amended.record == {**now[KEYS[0]], NAME: "Test Sender 9"}


def test_a_cell_that_two_have_changed_is_named() -> None:
    found = read(edited(put(2, "Text__c", "Mine")), moved_on(TEXT, "Theirs"))
    assert [str(one) for one in found.mistakes] == [
        "row 2, Text__c: it was changed since the file was written: write the file again"
    ]
    assert not read(edited(put(2, "Text__c", "Theirs")), moved_on(TEXT, "Theirs")).mistakes


def test_a_cell_that_is_cleared_while_another_fills_it_is_named() -> None:
    found = read(edited(put(2, "Text__c", "")), moved_on(TEXT, "Theirs"))
    assert [one.column for one in found.mistakes] == ["Text__c"]


def test_two_rows_that_get_one_value_of_a_unique_field_are_named() -> None:
    schema = with_fields(field("Score__c", "double", precision=8, unique=True))
    both = {key: {**FULL, "Score__c": at} for at, key in enumerate(KEYS[:2])}
    for cell, told in (("1", ["row 2, Score__c"]), ("7", [])):
        found = read(edited(put(2, "Score__c", cell), both), both, schema=schema)
        assert [str(one).partition(":")[0] for one in found.mistakes] == told
    swapped = read(
        edited(lambda rows: (put(2, "Score__c", "1")(rows), put(3, "Score__c", "0")(rows)), both),
        both,
        schema=schema,
    )
    assert not swapped.mistakes


def test_a_field_without_a_column_is_named_too() -> None:
    messages = {KEYS[0]: {k: v for k, v in FULL.items() if k != "Social25__Chat_Identifier__c"}}
    found = read(edited(put(2, "Text__c", "Hi"), messages), messages)
    (mistake,) = found.mistakes
    assert mistake.column == "Chat_Identifier__c (the file has no such column)"


def test_characters_that_a_program_lost_are_no_change_of_a_person() -> None:
    messages = {KEYS[0]: {**FULL, TEXT: "Thank you 😀 — Zoë"}}
    for lossy in ("Thank you ? — Zoë", "Thank you ?? — Zoë", "Thank you ?? ? Zo?"):
        found = read(edited(put(2, "Text__c", lossy), messages), messages)
        assert ["characters were lost" in str(one) for one in found.mistakes] == [True]


def test_rows_may_be_sorted_and_columns_moved_or_left_out() -> None:
    def edit(rows: Rows) -> None:
        put(2, "Text__c", "Changed")(rows)
        rows[1:] = rows[:0:-1]
        for row in rows:
            row.reverse()
            del row[row.index(row[-4])]

    found = read(edited(edit), MESSAGES)
    assert found.mistakes == ()
    (amended,) = found.amended
    assert (amended.row, amended.item.key) == (4, KEYS[0])
    assert amended.record == {**MESSAGES[KEYS[0]], TEXT: "Changed"}


def test_a_field_that_the_user_may_not_write_can_be_taken_away() -> None:
    messages = {KEYS[0]: {**FULL, "Gone__c": "x"}}
    data = written(messages, (*FIELDS, "Gone__c")).replace(b",x,", b",,")
    (amended,) = read(data, messages).amended
    assert amended.record == FULL


@pytest.mark.parametrize(
    ("head", "cell", "told"),
    [
        (
            "Timestamp__c",
            "23.11.2026 08:15",
            "row 2, Timestamp__c: Timestamp__c is of the type datetime and has text that is none (",
        ),
        ("User_Active__c", "perhaps", "row 2, User_Active__c: User_Active__c is of the type bool"),
    ],
)
def test_a_cell_that_no_field_takes_says_what_to_write(head: str, cell: str, told: str) -> None:
    (said,) = mistakes(put(2, head, cell))
    assert said.startswith(told)
    assert ("such as 2026-11-22T08:30:00Z" in said) == (head == "Timestamp__c")


def test_a_key_in_another_spelling_is_the_same_message() -> None:
    key = "72590c9a68704b68991a7c125813c850"
    messages = {key: FULL}
    dashed = "72590C9A-6870-4B68-991A-7C125813C850"
    found = read(edited(put(2, "key", dashed), messages), messages)
    assert (found.unchanged, found.mistakes) == (1, ())


WHOLE = written(MESSAGES)


@pytest.mark.parametrize("length", range(0, len(WHOLE) - 3, 7))
def test_a_file_that_is_cut_anywhere_is_refused(length: int) -> None:
    try:
        found = read(WHOLE[:length], MESSAGES)
    except UsageError:
        return
    assert found.mistakes or not found.amended
    assert found.mistakes or length <= WHOLE.index(b"\n")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04", "no CSV"),
        ("key,end of row\r\n1,Zoë\r\n".encode("cp1252"), "no text in UTF-8"),
        (b"name,text\r\n", 'no columns "key" and "end of row"'),
        (b'"key,cause,end of row"\r\n', 'no columns "key" and "end of row"'),
        (b'key,end of row\r\n"1,2', "can't be read behind row 1"),
        (b"", 'no columns "key" and "end of row"'),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_table(data)
