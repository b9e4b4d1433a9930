from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.diagnosis import diagnose, diagnose_error
from bridge.diagnosis.catalogue import CATALOGUE
from bridge.diagnosis.grammar import MESSAGE_LENGTH
from bridge.diagnosis.untrusted import FIRST, LAST, readable
from bridge.model import (
    Confidence,
    Diagnosis,
    Handler,
    HandlerType,
    Kind,
    OtherError,
    Step,
    Wrapper,
)

TOO_LONG = "Text: data value too large: a long one (max length=80)"
LOCKED = "unable to obtain exclusive access to this record or 1 records: 001000000000001AAA"

codes = st.sampled_from([code for code in CATALOGUE if code.isupper()]) | st.from_regex(
    r"[A-Z]{2,8}_[A-Z0-9]{1,8}", fullmatch=True
)
"""The words of a login are in lower case: no record is refused with one."""
names = st.from_regex(r"(?a:[A-Za-z]\w{0,12}(__c)?)", fullmatch=True)
fields = st.lists(names, max_size=4, unique=True).map(tuple)
messages = st.text(max_size=60)


def in_bulk_form(code: str, message: str, fields: tuple[str, ...]) -> str:
    return f"{code}:{message}:{' '.join(fields)} --" if fields else f"{code}:{message}:--"


def in_apex(code: str, message: str, fields: tuple[str, ...]) -> str:
    return (
        "Social25.MessageTrigger: execution of AfterInsert\n\ncaused by: System.DmlException: "
        "Insert failed. First exception on row 0; first error: "
        f"{code}, {message}: [{', '.join(fields)}]\n\n"
        "Class.Social25.Leads: line 41, column 1\n"
        "Trigger.Social25.MessageTrigger: line 7, column 1"
    )


def in_flow(code: str, message: str) -> str:
    return (
        "We can't save this record because the “Lead” process failed. This error occurred when the "
        f"flow tried to create records: {code}: {message}. You can look up ExceptionCode values in "
        "the SOAP API Developer Guide. Error ID: 12345-67 (89)"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"STRING_TOO_LONG:{TOO_LONG}:Social25__Text__c --",
            Diagnosis("STRING_TOO_LONG", Kind.DATA, TOO_LONG, ("Social25__Text__c",), limit=80),
            id="bulk with a field",
        ),
        pytest.param(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION:Links: not allowed:--",
            Diagnosis("FIELD_CUSTOM_VALIDATION_EXCEPTION", Kind.RULE, "Links: not allowed"),
            id="bulk without a field",
        ),
        pytest.param(
            "REQUIRED_FIELD_MISSING:Required fields are missing: [A__c, Name]:A__c Name --",
            Diagnosis(
                "REQUIRED_FIELD_MISSING",
                Kind.DATA,
                "Required fields are missing: [A__c, Name]",
                ("A__c", "Name"),
            ),
            id="bulk with two fields and a bracket of its own",
        ),
        pytest.param(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION: Message body exceeds maximum field length.",
            Diagnosis(
                "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                Kind.RULE,
                "Message body exceeds maximum field length.",
            ),
            id="plain",
        ),
        pytest.param(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION: Ask for help -- now --",
            Diagnosis("FIELD_CUSTOM_VALIDATION_EXCEPTION", Kind.RULE, "Ask for help -- now"),
            id="plain with dashes that are no field list",
        ),
        pytest.param(
            "UNABLE_TO_LOCK_ROW",
            Diagnosis("UNABLE_TO_LOCK_ROW", Kind.TRANSIENT, ""),
            id="nothing but a code",
        ),
        pytest.param(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:Social25.MessageTrigger: execution of "
            "AfterInsert caused by: System.DmlException: Insert failed. First exception on row 0; "
            "first error: STRING_TOO_LONG, Last Name: data value too large: … (max length=80): "
            "[LastName]--",
            Diagnosis(
                "STRING_TOO_LONG",
                Kind.DATA,
                "Last Name: data value too large: … (max length=80)",
                ("LastName",),
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                80,
            ),
            id="trigger, on one line",
        ),
        pytest.param(
            in_bulk_form(
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                in_apex(
                    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", in_apex("ANY_CODE", "x", ("A",)), ()
                ),
                (),
            ),
            Diagnosis(
                "ANY_CODE", Kind.UNKNOWN, "x", ("A",), "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
            ),
            id="trigger in a trigger",
        ),
        pytest.param(
            in_bulk_form(
                "CANNOT_EXECUTE_FLOW_TRIGGER",
                in_flow("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
                (),
            ),
            Diagnosis(
                "REQUIRED_FIELD_MISSING",
                Kind.DATA,
                "Required fields are missing: [LastName]",
                ("LastName",),
                "CANNOT_EXECUTE_FLOW_TRIGGER",
            ),
            id="flow",
        ),
        pytest.param(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:MY_TRIGGER: execution of AfterInsert caused by: "
            "System.NullPointerException: Attempt to de-reference a null object:--",
            Diagnosis(
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                Kind.ADMIN,
                "MY_TRIGGER: execution of AfterInsert caused by: "
                "System.NullPointerException: Attempt to de-reference a null object",
            ),
            id="trigger with no status code inside",
        ),
        pytest.param(
            in_apex("UNABLE_TO_LOCK_ROW", LOCKED, ()),
            Diagnosis("UNABLE_TO_LOCK_ROW", Kind.TRANSIENT, LOCKED),
            id="Apex text without a code before it",
        ),
        pytest.param(
            in_bulk_form(
                "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                in_apex("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "bad: web", ("LeadSource",)),
                (),
            ),
            Diagnosis(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                Kind.DATA,
                "bad: web",
                ("LeadSource",),
                "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            ),
            id="trigger that passed an error on with addError",
        ),
        pytest.param(
            f'[{{"message":"{TOO_LONG}","errorCode":"STRING_TOO_LONG","fields":["Text__c"]}}]',
            Diagnosis("STRING_TOO_LONG", Kind.DATA, TOO_LONG, ("Text__c",), limit=80),
            id="JSON list",
        ),
        pytest.param(
            '{"success":false,"errors":['
            '{"statusCode":"ALL_OR_NONE_OPERATION_ROLLED_BACK","message":"rolled back"},'
            '{"statusCode":"DUPLICATE_VALUE","message":"there","fields":[]}]}',
            Diagnosis("DUPLICATE_VALUE", Kind.DUPLICATE, "there"),
            id="JSON answer, the first real error of it",
        ),
        pytest.param(
            "data value too large: (max length=5) (max length=255)",
            Diagnosis(
                None,
                Kind.UNKNOWN,
                "data value too large: (max length=5) (max length=255)",
                limit=255,
            ),
            id="limit, where the message quotes another",
        ),
    ],
)
def test_known_forms_give_the_root(text: str, expected: Diagnosis) -> None:
    assert root_of(diagnose(text)) == root_of(expected)


def root_of(diagnosis: Diagnosis) -> tuple[object, ...]:
    return (
        diagnosis.code,
        diagnosis.kind,
        diagnosis.message,
        diagnosis.fields,
        diagnosis.outer_code,
        diagnosis.limit,
    )


@pytest.mark.parametrize("entry", ["Last Name", "+31 6", "é", "001000000000001AAA"])
def test_a_bracket_that_holds_labels_or_values_names_no_fields(entry: str) -> None:
    text = in_apex("REQUIRED_FIELD_MISSING", "Required", ("LastName", entry))
    assert diagnose(text).fields == ()
    assert diagnose(in_apex("REQUIRED_FIELD_MISSING", "Required", ("LastName",))).fields == (
        "LastName",
    )


@pytest.mark.parametrize(
    "written",
    [
        "Access to entity 'Lead' denied",
        "it stands on entity 'Contact', not on sobject of type Case",
        "No such column 'Mood__c' on entity 'Account'",
        "Required fields are missing: [LastName]",
        "duplicate value found: Phone duplicates",
    ],
)
@pytest.mark.parametrize("end", [" (max length=400)", ""], ids=["whole", "cut"])
def test_what_a_chatter_wrote_names_no_field_and_no_object(written: str, end: str) -> None:
    diagnosis = diagnose(f"STRING_TOO_LONG: Text: data value too large: Hi, {written}, bye{end}")
    assert (diagnosis.fields, diagnosis.object) == ((), None)
    assert diagnosis.value == (f"Hi, {written}, bye" if end else None)


def test_a_code_in_a_chatters_text_is_not_taken_for_the_root() -> None:
    quoted = "Text: data value too large: first error: UNABLE_TO_LOCK_ROW, hi: [x] (max length=80)"
    for text in (
        in_bulk_form("STRING_TOO_LONG", quoted, ()),
        in_apex("STRING_TOO_LONG", quoted, ()),
    ):
        assert diagnose(text).code == "STRING_TOO_LONG"
        assert diagnose(text).message == quoted


@given(codes, messages, fields)
def test_bulk_text_and_structured_error_read_alike(
    code: str, message: str, fields: tuple[str, ...]
) -> None:
    read = diagnose(in_bulk_form(code, message, fields))
    assert root_of(read) == root_of(diagnose_error(code, message, fields))


@given(codes, messages, fields)
def test_json_and_structured_error_read_alike(
    code: str, message: str, fields: tuple[str, ...]
) -> None:
    text = json.dumps([{"statusCode": code, "message": message, "fields": fields}])
    assert root_of(diagnose(text)) == root_of(diagnose_error(code, message, fields))


@given(st.text(st.characters()) | st.text('[]{}",:-_ AB\n\ud800', max_size=200))
def test_any_text_gives_a_diagnosis(text: str) -> None:
    diagnosis = diagnose(text)
    if diagnosis.code is None:
        assert diagnosis.message == readable(text)[0]
        assert diagnosis.confidence is Confidence.NONE


@pytest.mark.parametrize(
    "piece",
    [
        "A", "A_", "[", "{", '[{"errorCode":', ": [", "]", " --", ":", "\n", "(max length=", "9",
        "first error: CANNOT_EXECUTE_FLOW_TRIGGER, ", "UNABLE_TO_LOCK_ROW: ",
    ],
)  # fmt: skip
def test_a_megabyte_of_anything_is_read_and_bounded(piece: str) -> None:
    long = piece * (1_000_000 // len(piece))
    for text in (long, f"CANNOT_EXECUTE_FLOW_TRIGGER:{long}:--"):
        assert len(diagnose(text).message) <= MESSAGE_LENGTH


def test_a_cut_message_says_so() -> None:
    assert diagnose("x" * 10_000).message == "x" * (MESSAGE_LENGTH - 1) + "…"


def test_each_wrapper_that_was_taken_off_is_on_record() -> None:
    inside = in_flow("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]")
    text = in_bulk_form(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        in_apex("CANNOT_EXECUTE_FLOW_TRIGGER", inside, ()),
        (),
    )
    steps = diagnose(text).steps
    assert [step.wrapper for step in steps] == [
        Wrapper.BULK,
        Wrapper.TRIGGER,
        Wrapper.DML,
        Wrapper.FLOW,
    ]
    assert steps[0] == Step(Wrapper.BULK, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: … : --")
    assert "Social25.MessageTrigger: execution of AfterInsert" in steps[1].took


def test_the_handler_is_the_one_nearest_to_the_root() -> None:
    apex = in_apex("UNABLE_TO_LOCK_ROW", LOCKED, ())
    text = in_bulk_form("CANNOT_EXECUTE_FLOW_TRIGGER", in_flow(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", apex), ())  # fmt: skip
    assert diagnose(text).handler == Handler(
        HandlerType.TRIGGER, "Social25.MessageTrigger", "AfterInsert", 7
    )
    assert diagnose(in_flow("UNABLE_TO_LOCK_ROW", LOCKED)).handler == Handler(
        HandlerType.FLOW, "Lead"
    )


def test_a_class_is_the_handler_where_no_trigger_is_named() -> None:
    text = (
        "System.DmlException: Insert failed. First exception on row 0; first error: A_CODE, x: []"
    )
    assert diagnose(f"{text}\n\nClass.Leads.run: line 3, column 1").handler == Handler(
        HandlerType.CLASS, "Leads.run", None, 3
    )
    assert diagnose(text).handler is None


@pytest.mark.parametrize("code", ["REQUEST_LIMIT_EXCEEDED", "STORAGE_LIMIT_EXCEEDED"])
def test_what_stops_a_trigger_does_not_stop_a_run(code: str) -> None:
    assert diagnose(f"{code}: x").kind is Kind.STOP
    assert diagnose_error(code, "x", ()).kind is Kind.STOP
    wrapped = diagnose_error("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", in_apex(code, "x", ()), ())
    assert (wrapped.code, wrapped.kind) == (code, Kind.ADMIN)


def test_further_errors_stand_beside_the_first_real_one() -> None:
    errors = [
        {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": "taken back"},
        {"statusCode": "MALFORMED_ID", "message": "id value of incorrect type: x", "fields": ["A"]},
        {"statusCode": "MALFORMED_ID", "message": "id value of incorrect type: x", "fields": ["A"]},
        {"statusCode": "ENTITY_IS_DELETED", "message": "entity is deleted", "fields": []},
    ]
    read = diagnose(json.dumps(errors))
    assert (read.code, read.fields, read.value) == ("MALFORMED_ID", ("A",), "x")
    assert read.others == (OtherError("ENTITY_IS_DELETED", "entity is deleted"),)


@pytest.mark.parametrize(
    ("text", "code", "confidence"),
    [
        ("A_NEW_CODE: whatever", "A_NEW_CODE", Confidence.CERTAIN),
        ("see STRING_TOO_LONG: x", "STRING_TOO_LONG", Confidence.CERTAIN),
        ("it was STRING_TOO_LONG again", "STRING_TOO_LONG", Confidence.LIKELY),
        ("no STRING_TOO_LONG but UNABLE_TO_LOCK_ROW: x", "UNABLE_TO_LOCK_ROW", Confidence.CERTAIN),
        ("STRING_TOO_LONG: data value too lar…", "STRING_TOO_LONG", Confidence.LIKELY),
        (
            '[{"errorCode":"STRING_TOO_LONG","message":"data va',
            "STRING_TOO_LONG",
            Confidence.LIKELY,
        ),
        ("NO CODE: in here", None, Confidence.NONE),
        ("read ERR_STRING_TOO_LONG in Node", None, Confidence.NONE),
        ("a URL: and an API, too", None, Confidence.NONE),
    ],
)
def test_a_code_is_taken_for_one_where_it_may_stand(
    text: str, code: str | None, confidence: Confidence
) -> None:
    read = diagnose(text)
    assert (read.code, read.confidence) == (code, confidence)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Connection reset by peer", Kind.TRANSIENT),
        ("<html><head><title>503 Service Unavailable</title></head></html>", Kind.TRANSIENT),
        ("<html><head><title>Not Found</title></head></html>", Kind.UNKNOWN),
        ("My: execution of AfterInsert caused by: System.NullPointerException: x", Kind.ADMIN),
        ("Required fields are missing", Kind.UNKNOWN),
    ],
)
def test_a_text_without_a_code_is_read_by_its_words(text: str, kind: Kind) -> None:
    assert (diagnose(text).code, diagnose(text).kind) == (None, kind)
    assert [step.took for step in diagnose(text).steps if step.wrapper is Wrapper.HTML] == [
        title for title in ("503 Service Unavailable", "Not Found") if title in text
    ]


def test_orders_to_a_terminal_are_taken_out() -> None:
    read = diagnose("\x1b[31mSTRING_TOO_LONG\x1b[0m: \x1b]0;x")
    assert (read.code, read.message) == ("STRING_TOO_LONG", "0;x")


def test_of_a_longer_text_the_start_and_the_end_count() -> None:
    text = f"STRING_TOO_LONG:a{'x' * (FIRST + LAST)} (max length=80):Name --"
    read = diagnose(text)
    assert (read.code, read.limit, read.fields) == ("STRING_TOO_LONG", 80, ("Name",))
    assert read.confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    "text",
    [
        "FIELD_CUSTOM_VALIDATION_EXCEPTION:The approval process “Legal” is not over.:--",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION: Put this into the flow of „Region“ first.",
        "Our process answered “not now”.",
    ],
)
def test_what_a_text_quotes_is_no_flow(text: str) -> None:
    assert diagnose(text).handler is None
