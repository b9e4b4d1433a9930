"""The forms in which channels, client libraries and logs hand an error on."""

from __future__ import annotations

import pytest

from bridge.diagnosis import diagnose
from bridge.diagnosis.catalogue import CATALOGUE
from bridge.model import Confidence, Handler, HandlerType, Kind, Wrapper

MISSING = "Required fields are missing: [Name]"

FORMS = {
    "restforce": f'REQUIRED_FIELD_MISSING: {MISSING}\nRESPONSE: [{{"message":"{MISSING}"}}]',
    "jsforce with its stack": f"Error: REQUIRED_FIELD_MISSING: {MISSING}\n    at f (/a/b.js:1:2)",
    "jsforce as an object": "{ errorCode: 'REQUIRED_FIELD_MISSING', fields: ['Name'], x: [Array], "
    f"message: '{MISSING}' }}",
    "jsforce, message in front": f"{{ [REQUIRED_FIELD_MISSING: {MISSING}] name: "
    "'REQUIRED_FIELD_MISSING', errorCode: 'REQUIRED_FIELD_MISSING', fields: [ 'Name' ] }",
    "OrderedDict": "OrderedDict([('errors', [OrderedDict([('statusCode', "
    f"'REQUIRED_FIELD_MISSING'), ('message', '{MISSING}'), ('fields', ['Name'])])])])",
    "UploadResult": f"UploadResult(id='', error='REQUIRED_FIELD_MISSING:{MISSING}:Name --')",
    "row of a CSV": f'"","REQUIRED_FIELD_MISSING:{MISSING}:Name --","hello"',
    "row as JSON": f'{{"sf__Id":"","sf__Error":"REQUIRED_FIELD_MISSING:{MISSING}:Name --"}}',
    "JSON in JSON": '{"body":"[{\\"errorCode\\":\\"REQUIRED_FIELD_MISSING\\",\\"message\\":'
    f'\\"{MISSING}\\",\\"fields\\":[\\"Name\\"]}}]"}}',
    "escaped for a page": "Error: [{&quot;errorCode&quot;:&quot;REQUIRED_FIELD_MISSING&quot;,"
    f"&quot;message&quot;:&quot;{MISSING}&quot;}}]",
    "Java's fault": f"[Error  fields='{{[1]Name,}}'\n message='{MISSING}'\n "
    "statusCode='REQUIRED_FIELD_MISSING'\n]",
    "Java's map": f"{{errorCode=REQUIRED_FIELD_MISSING, message={MISSING}, fields=[Name]}}",
    "Ruby's hash": f'{{"errorCode"=>"REQUIRED_FIELD_MISSING", "message"=>"{MISSING}"}}',
    "PHP's object": f"stdClass Object\n(\n    [fields] => Name\n    [message] => {MISSING}\n"
    "    [statusCode] => REQUIRED_FIELD_MISSING\n)",
    "Apex's object": f"Database.Error[getFields=(Name);getMessage={MISSING};"
    "getStatusCode=REQUIRED_FIELD_MISSING;]",
    "SOAP": "<soapenv:Fault><faultcode>sf:REQUIRED_FIELD_MISSING</faultcode><faultstring>"
    f"REQUIRED_FIELD_MISSING: {MISSING}</faultstring></soapenv:Fault>",
    "PHP's SOAP": "SoapFault exception: [sf:REQUIRED_FIELD_MISSING] REQUIRED_FIELD_MISSING: "
    f"{MISSING}",
    "CumulusCI": f"Error on record with id 7: REQUIRED_FIELD_MISSING: {MISSING} (Name)",
    "a loader's bracket": f"REQUIRED_FIELD_MISSING: {MISSING} [Name]",
    "the CLI's table": "STATUSCODE              MESSAGE                              FIELDS\n"
    f"──────────────────────  ───────────────────────────────────  ──────\n"
    f"REQUIRED_FIELD_MISSING  {MISSING}  Name",
    "the CLI's line": f"ERROR running data:create:record: REQUIRED_FIELD_MISSING: {MISSING}",
    "code in parentheses": f"{MISSING} (REQUIRED_FIELD_MISSING)",
    "code in brackets": f"Salesforce says [REQUIRED_FIELD_MISSING] {MISSING}",
    "code at the end": f"{MISSING} Error Code: REQUIRED_FIELD_MISSING",
    "in quotes": f"refused with 'REQUIRED_FIELD_MISSING: {MISSING}'.",
    "twice": f"REQUIRED_FIELD_MISSING: REQUIRED_FIELD_MISSING: {MISSING}",
    "a client's category": f"SYSTEM_ERROR: REQUIRED_FIELD_MISSING: {MISSING}",
    "old flow": "An error occurred at element New_Lead (FlowRecordCreate). INSERT FAILED --- "
    f"ERRORS :  (REQUIRED_FIELD_MISSING) {MISSING}",
    "debug log": "12:00:01.0 (1)|FATAL_ERROR|System.DmlException: Insert failed. First exception "
    f"on row 0; first error: REQUIRED_FIELD_MISSING, {MISSING}: [Name]",
    "localized flow": "Este erro ocorreu quando o fluxo tentou criar registros: "
    f"REQUIRED_FIELD_MISSING: {MISSING}. Consulte valores ExceptionCode no Guia.",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_each_form_gives_the_same(text: str) -> None:
    read = diagnose(text)
    assert (read.code, read.message, read.fields) == ("REQUIRED_FIELD_MISSING", MISSING, ("Name",))
    assert read.others == ()
    assert read.outer_code is None


SEVERAL = {
    "rows": f"REQUIRED_FIELD_MISSING:{MISSING}:Name --\nMALFORMED_ID:id: bad:Id --",
    "lines": f"REQUIRED_FIELD_MISSING: {MISSING}\nMALFORMED_ID: id: bad",
    "parts": f"REQUIRED_FIELD_MISSING: {MISSING}; MALFORMED_ID: id: bad",
    "rows in words": f"Row 1: REQUIRED_FIELD_MISSING:{MISSING}:Name --\n"
    "Row 2: MALFORMED_ID:id: bad:--",
    "results": '[{"success":true,"errors":[]},{"errors":[{"statusCode":"REQUIRED_FIELD_MISSING",'
    f'"message":"{MISSING}"}}]}},'
    '{"errors":[{"statusCode":"MALFORMED_ID","message":"id: bad"}]}]',
    "log of a test run": "one -- Insert failed. First exception on row 0; first "
    f"error: REQUIRED_FIELD_MISSING, {MISSING}: [Name] stack\ntwo -- Insert "
    "failed. First exception on row 0; first error: MALFORMED_ID, id: bad: [] stack",
}


@pytest.mark.parametrize("text", SEVERAL.values(), ids=SEVERAL)
def test_further_errors_stand_beside_the_first(text: str) -> None:
    read = diagnose(text)
    assert (read.code, read.message) == ("REQUIRED_FIELD_MISSING", MISSING)
    assert [(other.code, other.message) for other in read.others] == [("MALFORMED_ID", "id: bad")]


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("com.x.AsyncApiException: InvalidSessionId : no session", "InvalidSessionId", Kind.STOP),
        (
            "<error><exceptionCode>TooManyLockFailure</exceptionCode></error>",
            "TooManyLockFailure",
            Kind.TRANSIENT,
        ),
        ('{"error":"invalid_grant","error_description":"no"}', "invalid_grant", Kind.STOP),
        (
            "login failed: invalid_client_id: client identifier invalid",
            "invalid_client_id",
            Kind.STOP,
        ),
        ("(FORBIDDEN: no access)", "FORBIDDEN", CATALOGUE["FORBIDDEN"].kind),
        ("Timeout: no answer", None, Kind.TRANSIENT),
        ("Unknown: x", None, Kind.UNKNOWN),
        ("ERR_BAD: x", None, Kind.UNKNOWN),
    ],
)
def test_codes_of_another_make_are_seen(text: str, code: str | None, kind: Kind) -> None:
    assert (diagnose(text).code, diagnose(text).kind) == (code, kind)


def test_a_batchs_error_is_looked_into() -> None:
    read = diagnose("InvalidBatch : Failed to process query: MALFORMED_QUERY: unexpected token")
    assert (read.outer_code, read.code) == ("InvalidBatch", "MALFORMED_QUERY")


def test_a_cut_answer_is_read_as_far_as_it_goes() -> None:
    read = diagnose('[{"message":"Name: data value too large: abc (max len')
    assert read.code is None
    read = diagnose('[{"errorCode":"STRING_TOO_LONG","message":"Name: data value too large: abc')
    assert (read.code, read.value, read.limit) == ("STRING_TOO_LONG", None, None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:a.B: System.LimitException: x:--", "a.B"),
        (
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY : a.B:\ndata changed by trigger for\nfield C: x",
            "a.B",
        ),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: x: Trigger.B: line 5, column 1", "B"),
        ("STRING_TOO_LONG: a.B: System.LimitException: x", None),
    ],
)
def test_a_trigger_may_be_named_without_a_header(text: str, name: str | None) -> None:
    handler = diagnose(text).handler
    assert (handler.name if handler else None) == name
    assert handler is None or handler.type is HandlerType.TRIGGER


def test_words_in_front_are_a_step() -> None:
    steps = diagnose("Row 3 failed: STRING_TOO_LONG:x:Name --").steps
    assert [step.wrapper for step in steps] == [Wrapper.PROSE, Wrapper.BULK]
    assert steps[0].took == "Row 3 failed: …"


@pytest.mark.parametrize(
    "text",
    [
        "Response content: [{'message': 'x', 'errorCode': 'INVALID_FIEL",
        "Response content: [{'message': 'x', 'errorCode': 'STRING_TOO_",
        "{ message: 'x', errorCode: INVALID_FIEL",
        "STRING_TOO_",
        "STRING_TOO",
        "CANNOT_INSERT_UPDATE_ACT",
    ],
)
def test_a_code_that_may_go_on_is_none(text: str) -> None:
    assert diagnose(text).code is None


@pytest.mark.parametrize("end", ["'Na", "'Name', 'Na", "Na"])
def test_a_field_that_may_go_on_is_none(end: str) -> None:
    text = "Response content: [{'errorCode': 'STRING_TOO_LONG', 'message': 'x', 'fields': ["
    fields = diagnose(text + end).fields
    assert fields == (("Name",) if "," in end else ())


def test_xml_may_hold_a_message_as_it_is() -> None:
    read = diagnose(
        "<errors><fields>A__c</fields><message><![CDATA[Region <b>&amp;</b> is needed]]></message>"
        "<statusCode>FIELD_CUSTOM_VALIDATION_EXCEPTION</statusCode></errors>"
    )
    assert (read.rule, read.fields) == ("Region <b>&amp;</b> is needed", ("A__c",))


def test_the_end_of_the_bulk_form_may_hold_a_label() -> None:
    text = "STRING_TOO_LONG:Last Name: data value too large: abc (max length=80):{} --"
    assert diagnose(text.format("Last Name")).fields == ()
    assert diagnose(text.format("Last Name")).value == "abc"
    assert diagnose(text.format("LastName Name")).fields == ("LastName", "Name")


CUT = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: T: execution of AfterInsert caused by: first error: "


def test_what_is_cut_is_not_certain() -> None:
    whole = CUT + "STRING_TOO_LONG, Name: data value too large: abc (max length=80): [LastName]"
    assert diagnose(whole).confidence is Confidence.CERTAIN
    assert diagnose(whole[:-20]).confidence is Confidence.LIKELY


def test_an_event_that_is_cut_is_none() -> None:
    whole = diagnose("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: T: execution of AfterInsert")
    cut = diagnose("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: T: execution of AfterIns")
    assert whole.handler == Handler(HandlerType.TRIGGER, "T", "AfterInsert")
    assert cut.handler == Handler(HandlerType.TRIGGER, "T")


def test_a_gateways_own_numbers_are_known() -> None:
    assert diagnose("error code: 521").kind is Kind.TRANSIENT
    assert diagnose("error code: 531").kind is Kind.UNKNOWN
