"""The org's verdict on any record, against a second statement of the platform's rules.

The table below says what each field of a practice org is, in words of its own and from the
platform's documentation; nothing of it comes from the code under test. Each of its values is made
together with what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.org import USER_ID, Org
from bridge.practice.org.save import NotSaved
from bridge.practice.org.schema import FieldType
from bridge.practice.org.values import Json
from bridge.practice.scenario_file import parse_scenario
from tests.practice.conftest import a_message, an_org

SCENARIO = """
namespace: ""
required_field: ""
before_trigger: {Filled__c: Needed__c, Short__c: Needed__c}
trigger: {name: Made, creates: {Contact: {LastName: {value: x}, Birth_Year__c: Born__c}}}
duplicate_rules: [{sobject: Heroku_Message__c, fields: [Twin__c]}]
fields:
  Heroku_Message__c:
    Word__c: {type: string, length: 10}
    Area__c: {type: textarea, length: 12}
    Phone__c: {type: phone, length: 10}
    Link__c: {type: url, length: 20}
    Mail__c: {type: email, length: 20}
    Colour__c: {type: picklist, values: [red, green], inactive: [blue], restricted: true}
    Taste__c: {type: picklist, values: [sweet], length: 10}
    Ticked__c: {type: boolean}
    Price__c: {type: double, precision: 5, scale: 2}
    Count__c: {type: int, digits: 3}
    When__c: {type: datetime}
    Who__c: {type: reference, reference_to: [User]}
    Only__c: {type: string, length: 10, unique: true}
    Needed__c: {type: string, length: 10, required: true}
    Needed_Too__c: {type: double, precision: 5, scale: 2, required: true}
    Usual__c: {type: string, length: 10, required: true, default: usual}
    Filled__c: {type: string, length: 10, required: true}
    Short__c: {type: string, length: 5}
    Twin__c: {type: string, length: 10}
    Born__c: {type: int, digits: 6}
    Closed__c: {type: string, length: 10, access: read}
    Hidden__c: {type: string, length: 10, access: hidden}
rules:
  - {name: No_Shouting, message: Quiet., when: {field: Word__c, matches: "*!*"}}
  - name: No_Green
    message: Not green.
    field: Colour__c
    when: {field: Colour__c, one_of: [green]}
  - {name: Never_Unusual, message: It has a default., when: {field: Usual__c, empty: true}}
  - name: Nobody_Of_Ninety_Nine
    sobject: Contact
    message: Too young.
    when: {field: Birth_Year__c, one_of: [99]}
"""
TAKEN = "taken"
NO_ONE = "005000000000000AAA"


class Wrong(IntEnum):
    """What may be wrong with a value, in the order in which the platform looks."""

    FIELD = 1
    TYPE = 2
    ACCESS = 3
    LENGTH = 4
    PICKLIST = 5
    RANGE = 6
    FORM = 7
    REFERENCE = 8
    FILLED = 9
    MISSING = 10
    UNIQUE = 11
    RULE = 12
    TWIN = 13
    MADE = 14
    NOTHING = 99


CODES = {
    Wrong.FIELD: "INVALID_FIELD",
    Wrong.TYPE: "JSON_PARSER_ERROR",
    Wrong.ACCESS: "INVALID_FIELD_FOR_INSERT_UPDATE",
    Wrong.MISSING: "REQUIRED_FIELD_MISSING",
    Wrong.LENGTH: "STRING_TOO_LONG",
    Wrong.PICKLIST: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    Wrong.RANGE: "NUMBER_OUTSIDE_VALID_RANGE",
    Wrong.REFERENCE: "INVALID_CROSS_REFERENCE_KEY",
    Wrong.UNIQUE: "DUPLICATE_VALUE",
    Wrong.FILLED: "STRING_TOO_LONG",
    Wrong.RULE: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    Wrong.TWIN: "DUPLICATES_DETECTED",
    Wrong.MADE: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
}
FORM_CODES = {"Mail__c": "INVALID_EMAIL_ADDRESS", "Who__c": "MALFORMED_ID"}


@dataclass(frozen=True)
class Judged:
    """A value, and what is wrong with it; `empty` where the platform stores none."""

    value: Json
    wrong: Wrong = Wrong.NOTHING
    empty: bool = False


NULL = st.just(Judged(None, empty=True))
BLANK = st.text(" \t\r\n", max_size=4).map(lambda text: Judged(text, empty=True))
OBJECTS: SearchStrategy[Json] = st.sampled_from([{}, {"url": "x"}, [], ["x"]])
NUMBERS: SearchStrategy[Json] = st.one_of(st.integers(), st.floats(allow_nan=False, width=32))
BOOLEANS: SearchStrategy[Json] = st.booleans()


def wrong_type(*values: SearchStrategy[Json]) -> SearchStrategy[Judged]:
    return st.one_of(*values).map(lambda value: Judged(value, Wrong.TYPE))


@st.composite
def texts(draw: st.DrawFn, units: int, alphabet: str, padding: str = "") -> Judged:
    """Texts around a limit in UTF-16 units; what surrounds them is stripped."""
    size = draw(st.integers(1, 3) | st.integers(units - 2, units + 2))
    inner = draw(st.text(alphabet, min_size=size, max_size=size))
    counted = sum(2 if ord(c) > 0xFFFF or c == "\n" else 1 for c in inner)
    around = draw(st.sampled_from(["", *padding]))
    wrong = Wrong.LENGTH if counted > units else Wrong.NOTHING
    return Judged(around + inner + around, wrong)


def area_texts(units: int) -> SearchStrategy[Judged]:
    """A line break counts two, however it is written; none stands at an end, where it is cut."""

    def judged(lines: list[str], end: str) -> Judged:
        counted = sum(map(len, lines)) + 2 * (len(lines) - 1)
        return Judged(end.join(lines), Wrong.LENGTH if counted > units else Wrong.NOTHING)

    lines = st.lists(st.text("ab", min_size=1, max_size=5), min_size=1, max_size=4)
    return st.builds(judged, lines, st.sampled_from(["\n", "\r", "\r\n"]))


def numbers(below: int) -> SearchStrategy[Judged]:
    """Numbers, also written as text, by how many digits stand before the point."""
    number = st.one_of(
        st.integers(-below * 2, below * 2),
        st.decimals(-below * 2, below * 2, places=2).map(float),
        st.sampled_from([below, -below, below - 1, 1 - below]),
    )

    def judged(value: float, as_text: bool) -> Judged:
        wrong = Wrong.NOTHING if -below < value < below else Wrong.RANGE
        return Judged(str(value) if as_text else value, wrong)

    return st.builds(judged, number, st.booleans())


def whole_numbers(below: int) -> SearchStrategy[Judged]:
    return st.integers(-below * 2, below * 2).map(
        lambda n: Judged(n, Wrong.NOTHING if -below < n < below else Wrong.RANGE)
    )


def moments() -> SearchStrategy[Judged]:
    zones = st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
    years = st.datetimes(datetime(1701, 1, 2), datetime(3999, 12, 30))  # noqa: DTZ001
    aware = st.builds(lambda moment, zone: moment.replace(tzinfo=zone), years, zones)
    written = st.one_of(
        aware.map(lambda m: m.isoformat(timespec="milliseconds")),
        aware.map(lambda m: m.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        aware.map(lambda m: m.date().isoformat()),
    )
    return written.map(Judged)


def chosen(*values: str, wrong: Wrong = Wrong.NOTHING) -> SearchStrategy[Judged]:
    return st.sampled_from([Judged(value, wrong) for value in values])


ABSENT = NULL | BLANK

FIELDS: dict[str, SearchStrategy[Judged]] = {
    "Word__c": texts(10, "ab\u00a0é字😀!", " \t\n") | ABSENT,
    "Area__c": area_texts(12) | ABSENT,
    "Phone__c": texts(10, "+0123") | ABSENT,
    "Link__c": texts(20, "htp:/.x") | ABSENT,
    "Mail__c": chosen("a@b.example", "a.b+c@d-e.example")
    | chosen("somebody@somewhere.example", wrong=Wrong.LENGTH)
    | chosen("a", "a@b", "a b@c.example", "@b.example", wrong=Wrong.FORM)
    | ABSENT,
    "Colour__c": chosen("red", "green")
    | chosen("blue", "Red", "pink", wrong=Wrong.PICKLIST)
    | ABSENT,
    "Taste__c": texts(10, "abc") | chosen("sweet") | ABSENT,
    "Ticked__c": BOOLEANS.map(Judged) | NULL,
    "Price__c": numbers(1000) | NULL,
    "Count__c": whole_numbers(1000) | NULL,
    "When__c": moments() | NULL,
    "Who__c": chosen(USER_ID, USER_ID[:15])
    | chosen(NO_ONE, wrong=Wrong.REFERENCE)
    | chosen("somebody", f"{NO_ONE}x", wrong=Wrong.FORM)
    | ABSENT,
    "Only__c": chosen("free")
    | chosen(TAKEN, TAKEN.upper(), f" {TAKEN} ", wrong=Wrong.UNIQUE)
    | chosen("far too long", wrong=Wrong.LENGTH)
    | ABSENT,
    "Needed__c": texts(10, "ab") | ABSENT,
    "Needed_Too__c": numbers(1000) | NULL,
    "Usual__c": texts(10, "ab"),
    "Filled__c": texts(10, "ab") | ABSENT,
    "Short__c": texts(5, "ab") | ABSENT,
    "Twin__c": chosen("free") | chosen(TAKEN, TAKEN.upper(), wrong=Wrong.TWIN) | ABSENT,
    "Born__c": st.sampled_from([1, 9999]).map(Judged)
    | st.sampled_from([10_000, 99]).map(lambda year: Judged(year, Wrong.MADE))
    | st.just(Judged(1_000_000, Wrong.RANGE))
    | NULL,
    "Closed__c": texts(10, "ab").map(lambda j: Judged(j.value, Wrong.ACCESS)) | ABSENT,
    "Name": chosen("M-1", wrong=Wrong.ACCESS),
    "Id": chosen(NO_ONE, wrong=Wrong.ACCESS),
    "Hidden__c": chosen("x", wrong=Wrong.FIELD),
    "Unheard_Of__c": chosen("x", wrong=Wrong.FIELD),
}
"""Values that can be read, good ones and bad ones."""

UNKNOWN = {"Hidden__c", "Unheard_Of__c"}
NO_TEXT = (NUMBERS, BOOLEANS, OBJECTS)
NO_NUMBER = (BOOLEANS, OBJECTS, st.sampled_from(["x", "1,5", "1.5.1", "nan", "Infinity", "1_000"]))
UNREADABLE: dict[str, SearchStrategy[Judged]] = {
    **{name: wrong_type(*NO_TEXT) for name in FIELDS if name not in UNKNOWN},
    "Ticked__c": wrong_type(NUMBERS, OBJECTS, st.sampled_from(["true", "1", ""])),
    "Price__c": wrong_type(*NO_NUMBER),
    "Needed_Too__c": wrong_type(*NO_NUMBER),
    "Count__c": wrong_type(*NO_NUMBER, st.just(1.5)),
    "Born__c": wrong_type(*NO_NUMBER, st.just(1.5)),
    "When__c": wrong_type(
        *NO_TEXT, st.sampled_from(["now", "2026-11-22T09:16:28", "2026-13-01", "1699-12-31"])
    ),
}
"""Values of another JSON type than the field's."""

NEEDED = {"Needed__c": Judged("x"), "Needed_Too__c": Judged(1)}


@st.composite
def records(draw: st.DrawFn) -> dict[str, Judged]:
    """Mostly readable and with what is needed, so that each later check has its turn."""
    names = draw(st.lists(st.sampled_from(sorted(FIELDS)), unique=True, max_size=6))
    record = {name: draw(FIELDS[name]) for name in names}
    if draw(st.integers(0, 4)) == 4:
        name = draw(st.sampled_from(sorted(UNREADABLE)))
        record[name] = draw(UNREADABLE[name])
    forgotten = draw(st.sampled_from(["", "", "", "", *NEEDED]))
    return {**{n: judged for n, judged in NEEDED.items() if n != forgotten}, **record}


def expected(record: dict[str, Judged]) -> list[tuple[str, tuple[str, ...]]]:
    """Code and fields of each error that the platform's documentation announces."""
    unread = [j.wrong for j in record.values() if j.wrong in {Wrong.FIELD, Wrong.TYPE}]
    if unread:
        return [(CODES[unread[0]], ())]
    stored = {name: judged for name, judged in record.items() if not judged.empty}
    closed = tuple(name for name, judged in stored.items() if judged.wrong is Wrong.ACCESS)
    if closed:
        return [(CODES[Wrong.ACCESS], ("Id",) if "Id" in closed else closed)]
    name, worst = min(
        ((name, judged.wrong) for name, judged in stored.items()),
        key=lambda found: found[1],
        default=("", Wrong.NOTHING),
    )
    if worst < Wrong.FILLED:
        return [(FORM_CODES[name] if worst is Wrong.FORM else CODES[worst], (name,))]
    needed = stored.get("Needed__c")
    if needed and "Short__c" not in stored and len(str(needed.value)) > 5:
        return [(CODES[Wrong.FILLED], ("Short__c",))]
    if needed and "Filled__c" not in stored:
        stored["Filled__c"] = needed
    missing = tuple(n for n in ("Needed__c", "Needed_Too__c", "Filled__c") if n not in stored)
    if missing:
        return [(CODES[Wrong.MISSING], missing)]
    if worst is Wrong.UNIQUE:
        return [(CODES[worst], ())]
    refused: list[tuple[str, tuple[str, ...]]] = []
    if "!" in str(stored.get("Word__c", Judged("")).value):
        refused.append((CODES[Wrong.RULE], ()))
    if stored.get("Colour__c") == Judged("green"):
        refused.append((CODES[Wrong.RULE], ("Colour__c",)))
    if refused or worst is Wrong.NOTHING:
        return refused
    return [(CODES[worst], ())]


def verdict(org: Org, record: dict[str, Json]) -> list[tuple[str, tuple[str, ...]]]:
    sobject = org.message_sobject()
    try:
        row = org.reader(sobject).row(record)
    except RequestRefused as refused:
        return [(refused.code, ())]
    (result,) = org.insert(sobject, [row])
    if isinstance(result, NotSaved):
        return [(error.code, error.fields) for error in result.errors]
    org.delete(sobject, result.id)
    return []


def plain_message() -> dict[str, Json]:
    named = {name.removeprefix("Social25__"): value for name, value in a_message().items()}
    return {name: value for name, value in named.items() if name != "Region__c"}


def judging_org() -> Org:
    org = an_org(parse_scenario(SCENARIO, "the test's own"))
    holder: dict[str, Json] = {
        "Needed__c": "x",
        "Needed_Too__c": 1,
        "Only__c": TAKEN,
        "Twin__c": TAKEN,
        "Identifier__c": "f" * 32,
    }
    row = org.reader(org.message_sobject()).row({**plain_message(), **holder})
    org.insert(org.message_sobject(), [row])
    return org


ORG = judging_org()


def test_every_type_that_the_org_knows_is_tried() -> None:
    fields = ORG.message_sobject()
    assert {field.type for name in FIELDS if (field := fields.get(name))} == set(FieldType)


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("INVALID_FIELD", {"Hidden__c": "x"}),
        ("JSON_PARSER_ERROR", {"Ticked__c": "x"}),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", {"Closed__c": "x"}),
        ("STRING_TOO_LONG", {"Word__c": "x" * 11}),
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", {"Colour__c": "blue"}),
        ("NUMBER_OUTSIDE_VALID_RANGE", {"Count__c": 1000}),
        ("INVALID_EMAIL_ADDRESS", {"Mail__c": "a"}),
        ("MALFORMED_ID", {"Who__c": "a"}),
        ("INVALID_CROSS_REFERENCE_KEY", {"Who__c": NO_ONE}),
        ("REQUIRED_FIELD_MISSING", {"Needed__c": " "}),
        ("DUPLICATE_VALUE", {"Only__c": TAKEN}),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", {"Word__c": "!"}),
        ("DUPLICATES_DETECTED", {"Twin__c": TAKEN}),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", {"Born__c": 99}),
    ],
)
def test_each_refusal_has_a_record_that_meets_it(code: str, given: dict[str, Json]) -> None:
    needed: dict[str, Json] = {"Needed__c": "x", "Needed_Too__c": 1}
    assert [c for c, _ in verdict(ORG, {**plain_message(), **needed, **given})] == [code]


def given_of(record: dict[str, Judged]) -> dict[str, Json]:
    return {**plain_message(), **{name: judged.value for name, judged in record.items()}}


@settings(max_examples=2000)
@given(records())
def test_the_verdict_on_any_record_is_what_the_platforms_documentation_says(
    record: dict[str, Judged],
) -> None:
    assert verdict(ORG, given_of(record)) == expected(record)
