"""Tables of messages, synthetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from hypothesis import strategies as st

from bridge.model import ObjectSchema, Record, Value
from bridge.sheet import Amendable, Reading, SheetRow, read_amendments, read_table, write_sheet
from tests.fixers.schema import MESSAGE

KEY_FIELD = "Social25__Identifier__c"
TEXT = "Social25__Text__c"
NAME = "Social25__User_Full_Name__c"
OFFSET = "Social25__User_Locale_GMT_Offset__c"
ACTIVE = "Social25__User_Active__c"
TIME = "Social25__Timestamp__c"
FIELDS = (TEXT, ACTIVE, TIME, NAME, OFFSET, "Score__c")

AWKWARD = st.sampled_from(
    [
        "=1+1",
        "=cmd|'/c calc'!A1",
        "+31612345678",
        "-5",
        "- 5",
        "@sum(1)",
        "\t=1",
        "\r=1",
        "'=1",
        "''=1",
        "'tis",
        "'",
        "''",
        "0031",
        "007",
        "123456789012345678901234567890",
        "1e5",
        "12345678e90123",
        "1,234",
        "12%",
        "(5)",
        "1/2",
        "3-4",
        "MARCH1",
        "mrt 5",
        "Mar 1, 2026",
        "2026-11-22",
        "2026-11-22T08:30:00.000+0000",
        "10:30",
        "10:30 pm",
        "TRUE",
        "false",
        "Waar",
        "#N/A",
        "a;b,c\td",
        'say "hi"',
        '"',
        "two\nlines",
        "two\r\nlines\r\n",
        "an old\rmac",
        " ends ",
        "",
        "   ",
        "\x00",
        "a\x0bb\x1b[31m",
        "half \ud83d",
        "😀" * 40,
        "sep=;",
        "x" * 33_000,
        "é\u00a0\u2028\u0085",
        "\ufeffbom",
        "１２３",
        "＝1",
        "٣",
        "null",
        "Infinity",
        "nan",
    ]
)
TEXTS = AWKWARD | st.text(max_size=60) | st.from_regex(r"[-+=@'0-9eE./: ,%]{1,20}", fullmatch=True)
VALUES: st.SearchStrategy[Value] = (
    TEXTS
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.just({"url": "https://images.example/1.jpg", "n": [1, 2]})
)
RECORDS: st.SearchStrategy[Record] = st.dictionaries(
    st.sampled_from(FIELDS), VALUES, max_size=len(FIELDS)
)
KEYS = (
    st.uuids().map(lambda uuid: uuid.hex)
    | st.integers(10**31, 10**32 - 1).map(str)
    | st.from_regex(r"[0-9]{8}e[0-9]{23}", fullmatch=True)
)
MESSAGES: st.SearchStrategy[Mapping[str, Record]] = st.dictionaries(
    KEYS, RECORDS, min_size=1, max_size=5
)


def written(messages: Mapping[str, Record], fields: Sequence[str] = FIELDS) -> bytes:
    rows = [
        SheetRow(key, "c0ffee", "held (schema): =too long", "STRING_TOO_LONG: x", record)
        for key, record in messages.items()
    ]
    return write_sheet(rows, fields, MESSAGE).encode()


def read(
    data: bytes,
    messages: Mapping[str, Record],
    *,
    stands: Mapping[str, str] | None = None,
    refused: Sequence[Record] = (),
    originals: Mapping[str, Record] | None = None,
    schema: ObjectSchema = MESSAGE,
    about: Set[str] = frozenset(),
) -> Reading:
    items = {
        key: Amendable(position, key, (originals or messages)[key], record, refused, about)
        for position, (key, record) in enumerate(messages.items())
    }
    return read_amendments(read_table(data), items, stands or {}, schema, KEY_FIELD)
