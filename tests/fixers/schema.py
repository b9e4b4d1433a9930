"""A message object as an org might describe it, and records for it."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from hypothesis import strategies as st
from pydantic import BaseModel

from bridge.fixers import Fixer, build, with_fields
from bridge.model import (
    Change,
    Diagnosis,
    FieldSchema,
    Kind,
    PicklistValue,
    Record,
    Value,
)

MEDIA = ("facebook", "sms", "web", "whatsapp")


def field(name: str, type_: str = "string", length: int = 0, **more: object) -> FieldSchema:
    return FieldSchema(
        name=name,
        label=name,
        type=type_,
        length=length,
        **{"byte_length": 3 * length, **more},  # type: ignore[arg-type]
    )


def choices(*values: str) -> tuple[PicklistValue, ...]:
    return tuple(PicklistValue(value, value.title(), active=True) for value in values)


MESSAGE = with_fields(
    field("Score__c", "int", digits=8),
    field("Worth__c", "currency", precision=18, scale=2),
    field("Follow_Up__c", "date"),
    field("At__c", "time"),
    field("Contact__c", "reference", 18, reference_to=("Contact",)),
    field("Rich__c", "textarea", 400, html_formatted=True),
    field("Old__c", "textarea", 40, byte_length=40),
    field("Channel__c", "picklist", 255, picklist_values=choices("Chat", "Phone")),
    field(
        "Topics__c",
        "multipicklist",
        4099,
        restricted_picklist=True,
        picklist_values=choices("Luggage", "Refund", "Other"),
    ),
)

TOO_LONG = Diagnosis(
    code="STRING_TOO_LONG",
    kind=Kind.DATA,
    message="data value too large",
    fields=("Social25__User_First_Name__c",),
    limit=10,
)


def org_record(record: Record) -> dict[str, Value]:
    """The record under the org's API names; a name that the org lacks stays."""
    return {
        (found.name if (found := MESSAGE.get(name)) is not None else name): value
        for name, value in record.items()
    }


def changes(
    fixer: Fixer[BaseModel], record: Record, diagnosis: Diagnosis | None = None
) -> tuple[Change, ...]:
    return tuple(fixer.fix(record, MESSAGE, diagnosis))


def applied(record: Record, made: tuple[Change, ...]) -> dict[str, Value]:
    return {**copy.deepcopy(dict(record)), **{change.field: change.after for change in made}}


def only_change(
    name: str, options: object, record: Record, diagnosis: Diagnosis | None = None
) -> Change:
    """The one change of the fixer to a record given under short names."""
    (change,) = changes(build(name, options), org_record(record), diagnosis)
    return change


def leaves_alone(
    name: str, options: object, record: Record, diagnosis: Diagnosis | None = None
) -> bool:
    return not changes(build(name, options), org_record(record), diagnosis)


_PIECES = [
    *("a", "b", "word", ".", " ", "  ", "\t", "\n", "\r", "\r\n", "\u00a0", "é", "漢"),
    *("e\u0301", "\u0301", "\u200d", "\ufe0f", "\u0600", "\ud83d", "\ude80"),
    *("👩", "🚀", "👩‍🚀", "🇳🇱", "🇩🇪", "👍🏽"),
]

awkward_text = st.lists(st.sampled_from(_PIECES)).map("".join) | st.text(st.characters())

telling_text = st.sampled_from(
    [
        *("#N/A", "", "  ", "0", "1", "TRUE", "false", "12", "12.50", "-7", "007", "1e3", "NaN"),
        *("2019-10-01T09:16:28Z", "2019-10-01 09:16", "20191001T091628.1234567+02"),
        *("1569921388", "1569921388.1234", "1569921388250", "2033010109", "2019-274", "2019-W40-2"),
        *("yes", "N", "on", "12.345", "9.1E3", ".5", "09:16", "0916,5", "09:16:28.1234Z", "24:00"),
        *("2019-10-01", "20191001", "0001-01-01T00:00:00+05:00", "2019-13-01T00:00:00Z"),
        *(
            "a@Example.ORG",
            "mailto:a@example.org",
            "A <a@example.org>",
            "a@b",
            "a@b.nl;c@d.nl",
            "@",
        ),
        *(
            "+31 (0)6 12345678",
            "06-12345678",
            "tel:+1 212-555-0123 x5",
            "+44 20 7946 0958",
            "12345",
        ),
        *("www.example.org", "example.org/a b", "photo.jpg", "<https://e.org/" + "x" * 255 + ">"),
        *("003000000000001", "003000000000001AAA", "005000000000009AAA", "0030000000"),
        *("fb", "Facebook", "googleplus", "chat", "Luggage;refund;x", "luggage;Luggage", ";"),
    ]
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(
        [0, 1, 0.0, 1.0, 2.5, 5.755, 1e15, 1e22, 262358007148636, 1569921388, 1569921388.2505]
    )
    | st.floats()
    | telling_text
    | awkward_text
)

values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["url", "etag", "a", "0"]), inner, max_size=3)
    ),
    max_leaves=3,
)

records: st.SearchStrategy[Mapping[str, Value]] = st.dictionaries(
    st.sampled_from([f.name for f in MESSAGE.fields] + ["Not_In_The_Org__c"]), values, max_size=5
)
