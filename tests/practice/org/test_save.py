from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.practice import Scenario, TriggerFailure
from bridge.practice.mistakes import Mistake
from bridge.practice.org.org import Org
from bridge.practice.org.record_types import RecordTypeSetting
from bridge.practice.org.save import AllOrNone, NotSaved, Saved, SaveResult
from bridge.practice.org.schema import Row
from tests.practice.conftest import a_message, an_org

LONG_NAME = "N" * 81


def insert(org: Org, *rows: Row, all_or_none: AllOrNone = AllOrNone.PARTIAL) -> list[SaveResult]:
    return org.insert(org.message_sobject(), rows, all_or_none)


def codes(results: list[SaveResult]) -> list[str | None]:
    return [r.errors[0].code if isinstance(r, NotSaved) else None for r in results]


def key(number: int) -> str:
    return f"{number:032x}"


def test_a_message_makes_one_lead_and_one_post_from_its_fields() -> None:
    org = an_org()
    insert(
        org,
        a_message(
            User_Phone_Number__c="+15550000001", Outbound__c=True, Agent_Identifier__c="a" * 32
        ),
    )
    (lead,), (post,) = org.rows("Lead"), org.rows("SocialPost")
    assert lead["LastName"] == "Test Sender 1"
    assert lead["Phone"] == "+15550000001"
    assert lead["Heroku_Conversation_Id__c"] == "c" * 32
    assert post["Name"] == "Message to Test Sender 1"
    assert (post["ExternalPostId"], post["Content"]) == (key(1), "Hello")


def test_a_row_carries_its_id_and_audit_fields() -> None:
    org = an_org()
    (saved,) = insert(org, a_message())
    (row,) = org.messages()
    assert isinstance(saved, Saved)
    assert row["Id"] == saved.id
    assert row["Name"] == "M-0000001"
    assert row["Social25__Outbound__c"] is False
    assert str(row["CreatedDate"]).endswith("+0000")


def test_with_partial_success_the_good_rows_stay_and_their_trigger_fires_twice() -> None:
    org = an_org()
    results = insert(org, a_message(1), a_message(2, Text__c="x" * 401), a_message(3))
    assert codes(results) == [None, "STRING_TOO_LONG", None]
    assert org.rows_per_key() == {key(1): 1, key(3): 1}
    assert org.firings() == {key(1): 2, key(3): 2}
    assert len(org.rows("Lead")) == 2


def test_with_all_or_none_one_refused_row_rolls_the_others_back() -> None:
    org = an_org()
    results = insert(org, a_message(1), a_message(2, Text__c="x" * 401), all_or_none=AllOrNone.ALL)
    assert codes(results) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "STRING_TOO_LONG"]
    assert org.messages() == org.rows("Lead") == org.rows("SocialPost") == []


def test_an_uncaught_exception_in_the_trigger_takes_the_whole_chunk_with_it() -> None:
    org = an_org(Scenario(trigger_failure=TriggerFailure.CHUNK))
    results = insert(org, a_message(1), a_message(2, User_Full_Name__c=LONG_NAME))
    assert results[0] == results[1]
    assert codes(results) == ["CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"] * 2
    assert org.messages() == org.rows("Lead") == []
    assert org.firings() == {key(1): 1, key(2): 1}


def test_a_trigger_run_row_by_row_fails_the_guilty_row_alone() -> None:
    org = an_org(Scenario(trigger_failure=TriggerFailure.ROW))
    results = insert(org, a_message(1), a_message(2, User_Full_Name__c=LONG_NAME))
    assert codes(results) == [None, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"]
    assert len(org.rows("Lead")) == 1


@pytest.mark.parametrize(
    ("namespace", "head", "tail"),
    [
        pytest.param("Social25", "Social25.MessageTrigger: ", "\n\n(Social25)\n", id="package"),
        pytest.param(
            "", "MessageTrigger: ", "\n\nTrigger.MessageTrigger: line 7, column 1", id="own"
        ),
    ],
)
def test_the_triggers_failure_wraps_the_root_as_the_platform_does(
    namespace: str, head: str, tail: str
) -> None:
    org = an_org(Scenario(namespace=namespace))
    row = a_message(1, User_Full_Name__c=LONG_NAME)
    if not namespace:
        row = {name.removeprefix("Social25__"): value for name, value in row.items()}
    (result,) = insert(org, row)
    assert isinstance(result, NotSaved)
    (error,) = result.errors
    assert error.message == (
        f"{head}execution of AfterInsert\n\ncaused by: System.DmlException: Insert failed. "
        "First exception on row 0; first error: STRING_TOO_LONG, Last Name: data value too "
        f"large: {LONG_NAME} (max length=80): [LastName]{tail}"
    )
    assert error.fields == ()


def test_a_taken_key_is_refused_with_the_field_and_the_id_of_its_holder() -> None:
    org = an_org()
    (saved,) = insert(org, a_message(1))
    (result,) = insert(org, a_message(1))
    assert isinstance(saved, Saved)
    assert isinstance(result, NotSaved)
    assert result.errors[0].message == (
        "duplicate value found: Social25__Identifier__c duplicates value on record with id: "
        + saved.id[:15]
    )


def test_a_key_twice_in_one_chunk_is_refused_without_naming_its_holder() -> None:
    org = an_org()
    first, second = insert(org, a_message(1), a_message(1))
    assert isinstance(first, Saved)
    assert isinstance(second, NotSaved)
    assert second.errors[0].message == (
        "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
    )


def test_a_unique_key_is_compared_without_regard_to_case() -> None:
    org = an_org()
    insert(org, a_message(1, Identifier__c="abc"))
    assert codes(insert(org, a_message(1, Identifier__c="ABC"))) == ["DUPLICATE_VALUE"]


def test_a_key_that_is_not_unique_is_taken_twice() -> None:
    org = an_org(Scenario(key_unique=False))
    insert(org, a_message(1))
    insert(org, a_message(1))
    assert org.rows_per_key() == {key(1): 2}


def test_a_key_in_the_recycle_bin_is_free() -> None:
    org = an_org()
    (saved,) = insert(org, a_message(1))
    assert isinstance(saved, Saved)
    org.delete(org.message_sobject(), saved.id)
    assert codes(insert(org, a_message(1))) == [None]
    assert org.rows_per_key() == {key(1): 1}


def test_a_validation_rule_refuses_until_it_is_switched_off() -> None:
    org = an_org()
    row = a_message(Text__c="See HTTPS://shop.example")
    assert codes(insert(org, row)) == ["FIELD_CUSTOM_VALIDATION_EXCEPTION"]
    org.set_rule_active("No_Links", active=False)
    assert codes(insert(org, row)) == [None]


def test_switching_a_rule_is_dated() -> None:
    org = an_org()
    before = {rule.name: rule.last_modified for rule in org.rules()}
    org.set_rule_active("No_Links", active=False)
    after = {rule.name: rule.last_modified for rule in org.rules()}
    assert after["No_Links"] > before["No_Links"]
    assert after["Outbound_Needs_Agent"] == before["Outbound_Needs_Agent"]


def test_every_rule_that_a_row_breaks_is_reported() -> None:
    org = an_org()
    (result,) = insert(org, a_message(Text__c="http", Outbound__c=True))
    assert isinstance(result, NotSaved)
    assert [error.fields for error in result.errors] == [
        (),
        ("Social25__Agent_Identifier__c",),
    ]


def test_data_is_checked_before_uniqueness_and_that_before_rules() -> None:
    org = an_org()
    insert(org, a_message(1))
    assert codes(insert(org, a_message(1, Text__c="http" + "x" * 400))) == ["STRING_TOO_LONG"]
    assert codes(insert(org, a_message(1, Text__c="http"))) == ["DUPLICATE_VALUE"]


def test_a_locked_conversation_refuses_as_many_rows_as_asked_and_then_takes_them() -> None:
    org = an_org()
    org.lock_conversation("c" * 32, times=2)
    rows = [a_message(1), a_message(2), a_message(3)]
    assert codes(insert(org, *rows)) == ["UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW", None]
    assert codes(insert(org, *rows[:2])) == [None, None]


def test_of_many_threads_that_insert_one_key_one_succeeds() -> None:
    org = an_org()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: insert(org, a_message(1))[0], range(40)))
    assert sum(isinstance(result, Saved) for result in results) == 1
    assert org.rows_per_key() == org.firings() == {key(1): 1}


def test_an_update_fires_no_trigger_and_keeps_the_rows_own_key() -> None:
    org = an_org()
    (saved,) = insert(org, a_message(1))
    assert isinstance(saved, Saved)
    sobject = org.message_sobject()
    result = org.update(sobject, saved.id, {"Social25__Text__c": "Changed"})
    assert isinstance(result, Saved)
    assert org.messages()[0]["Social25__Text__c"] == "Changed"
    assert org.firings() == {key(1): 1}


def test_an_update_to_a_taken_key_is_refused() -> None:
    org = an_org()
    insert(org, a_message(1))
    (saved,) = insert(org, a_message(2))
    assert isinstance(saved, Saved)
    result = org.update(org.message_sobject(), saved.id, {"Social25__Identifier__c": key(1)})
    assert codes([result]) == ["DUPLICATE_VALUE"]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=8), st.booleans())
def test_a_chunk_leaves_nothing_behind_of_what_it_refused(
    chunk: list[tuple[int, bool]], atomic: bool
) -> None:
    org = an_org()
    rows = [a_message(n, Text__c="x" * 401 if bad else "ok") for n, bad in chunk]
    mode = AllOrNone.ALL if atomic else AllOrNone.PARTIAL
    results = insert(org, *rows, all_or_none=mode)
    saved = {r.id for r in results if isinstance(r, Saved)}
    assert saved == {row["Id"] for row in org.messages()}
    assert len(org.rows("Lead")) == len(org.rows("SocialPost")) == len(saved)
    assert max(org.rows_per_key().values(), default=1) == 1
    assert not (atomic and saved and len(saved) < len(rows))


def test_a_third_pass_that_still_refuses_fails_the_whole_chunk() -> None:
    org = an_org(Scenario(trigger_failure=TriggerFailure.FIRST_ROW))
    bad = [a_message(n, User_Full_Name__c=LONG_NAME) for n in (1, 2, 3)]
    two = insert(org, *bad[:2], a_message(4))
    assert codes(two) == ["CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"] * 2 + [None]
    assert org.firings()[key(4)] == 3
    three = insert(org, *bad, a_message(5))
    assert isinstance(three[3], NotSaved)
    assert three[3].errors[0].message.startswith("Too many batch retries")
    assert org.rows_per_key() == {key(4): 1}


def test_a_full_org_refuses_every_row() -> None:
    org = an_org()
    full = an_org(Scenario(storage_rows=org.storage_used() + 1))
    assert codes(insert(full, a_message(1))) == [None]
    assert codes(insert(full, a_message(2))) == ["STORAGE_LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    ("owner", "code"),
    [
        ("nonsense", "MALFORMED_ID"),
        ("0055g0000099999AAA", "INVALID_CROSS_REFERENCE_KEY"),
        ("0055g00000BRIDG", None),
    ],
)
def test_a_reference_must_be_an_id_that_leads_somewhere(owner: str, code: str | None) -> None:
    org = an_org()
    assert codes(insert(org, a_message(1) | {"OwnerId": owner})) == [code]


def test_an_id_of_another_object_of_a_deleted_row_and_of_a_former_user_is_refused() -> None:
    org = an_org(Scenario(former_users=1))
    (one,) = insert(org, a_message(1))
    assert isinstance(one, Saved)
    message_id = one.id
    (former,) = [str(u["Id"]) for u in org.rows("User") if not u["IsActive"]]
    refused = insert(
        org, a_message(2) | {"OwnerId": message_id}, a_message(3) | {"OwnerId": former}
    )
    assert codes(refused) == ["FIELD_INTEGRITY_EXCEPTION", "INACTIVE_OWNER_OR_USER"]


RECORD_TYPES = {
    "Chat": RecordTypeSetting(default=True),
    "Mail": RecordTypeSetting(),
    "Fax": RecordTypeSetting(active=False),
    "Vip": RecordTypeSetting(available=False),
}


def test_a_record_type_must_be_active_and_available() -> None:
    org = an_org(Scenario(record_types=RECORD_TYPES))
    ids = {t.developer_name: t.id for t in org.message_sobject().record_types}
    wanted = ["Mail", "Fax", "Vip"]
    rows = [a_message(n) | {"RecordTypeId": ids[name]} for n, name in enumerate(wanted)]
    saved = insert(org, *rows, a_message(7), a_message(8) | {"RecordTypeId": "nonsense"})
    unfit = "INVALID_CROSS_REFERENCE_KEY"
    assert codes(saved) == [None, unfit, unfit, None, "MALFORMED_ID"]
    assert isinstance(saved[1], NotSaved)
    (error,) = saved[1].errors
    text = f"Record Type ID: this ID value isn't valid for the user: {ids['Fax']}"
    assert (error.message, error.fields) == (text, ("RecordTypeId",))
    assert {row["RecordTypeId"] for row in org.messages()} == {ids["Mail"], ids["Chat"]}


@pytest.mark.parametrize(
    "record_types",
    [
        {"Two words": RecordTypeSetting()},
        {"A": RecordTypeSetting(default=True), "B": RecordTypeSetting(default=True)},
        {"A": RecordTypeSetting(default=True, active=False)},
    ],
)
def test_record_types_that_no_org_has_are_a_mistake(
    record_types: dict[str, RecordTypeSetting],
) -> None:
    with pytest.raises(Mistake):
        an_org(Scenario(record_types=record_types))
