"""The gateway against something that behaves like an org, rather than as a test tells it to."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from bridge.errors import OrgRefused, OrgUnanswered, OrgUnreachable, SettingsError
from bridge.model import FieldSchema, ObjectSchema, Record
from bridge.practice import (
    CommitLate,
    CutBefore,
    ExhaustQuota,
    ExpireSessions,
    Fault,
    Garbage,
    HalfBody,
    HtmlPage,
    LoseAnswer,
    Operation,
    PracticeServer,
    Remote,
    Scenario,
    Status,
)
from bridge.practice.faults import Effect
from bridge.salesforce import (
    ClientCredentials,
    Inserted,
    Org,
    Reach,
    Refused,
    StaticToken,
    Token,
)


@pytest.fixture
def practice() -> Iterator[PracticeServer]:
    with PracticeServer(Scenario(size=0, extra_rows=0)) as server:
        yield server


@pytest.fixture
def org(practice: PracticeServer) -> Iterator[Org]:
    environment = practice.environment
    ca_bundle = Path(environment["BRIDGE_CA_BUNDLE"])
    tokens = ClientCredentials(
        environment["SF_LOGIN_URL"],
        environment["SF_CLIENT_ID"],
        SecretStr(environment["SF_CLIENT_SECRET"]),
        Token(SecretStr(environment["SF_ACCESS_TOKEN"]), environment["SF_ORG_INSTANCE_URL"]),
        reach=Reach(ca_bundle),
    )
    with Org(tokens, ca_bundle=ca_bundle, call_seconds=5) as org:
        yield org


@pytest.fixture
def schema(org: Org) -> ObjectSchema:
    return org.schema("Heroku_Message__c")


def key_field(schema: ObjectSchema) -> FieldSchema:
    field = schema.get("Identifier__c")
    assert field is not None
    return field


def message(schema: ObjectSchema, key: str, **values: str) -> Record:
    fields = {
        "Identifier__c": key,
        "Text__c": "Hi, how are you?",
        "Chat_Identifier__c": "c" * 32,
        "Conversation_Medium__c": "facebook",
        "User_Full_Name__c": "Test Sender",
        "Region__c": "EMEA",
    } | values
    return {field.name: value for name, value in fields.items() if (field := schema.get(name))}


def arm(practice: PracticeServer, effect: Effect) -> None:
    practice.faults.add(Fault(Remote.SALESFORCE, effect, Operation.INSERT))


def test_an_identity_says_that_it_is_the_practice_org(practice: PracticeServer, org: Org) -> None:
    identity = org.identity()

    assert identity.sandbox
    assert len(identity.org_id) == len(identity.user_id) == 18
    assert "@" in identity.username
    assert identity.instance_url == practice.origin


def test_a_schema_tells_the_key_and_what_is_required(schema: ObjectSchema) -> None:
    assert schema.name == "Social25__Heroku_Message__c"
    assert schema.createable
    assert key_field(schema).unique
    assert {schema.short(field.name) for field in schema.fields if field.required} >= {"Region__c"}


def test_an_org_without_the_object_is_a_wrong_setting() -> None:
    with PracticeServer(Scenario(size=0, extra_rows=0, message_object=False)) as practice:
        environment = practice.environment
        token = StaticToken(SecretStr(environment["SF_ACCESS_TOKEN"]), practice.origin)
        with (
            Org(token, ca_bundle=Path(environment["BRIDGE_CA_BUNDLE"])) as org,
            pytest.raises(SettingsError, match="Heroku_Message__c"),
        ):
            org.schema("Heroku_Message__c")


def test_what_is_inserted_is_found_and_what_was_deleted_is_found_as_such(
    practice: PracticeServer, org: Org, schema: ObjectSchema
) -> None:
    kept, deleted, absent = (uuid.uuid4().hex for _ in range(3))
    results = org.insert(schema.name, [message(schema, kept), message(schema, deleted)])
    inserted = [result.id for result in results if isinstance(result, Inserted)]
    sobject = practice.org.sobject(schema.name)
    assert sobject is not None
    practice.org.delete(sobject, inserted[1])

    found = org.find(schema, key_field(schema), [kept, deleted, absent], fields=["Text__c"])

    assert {key: [(row.id, row.deleted) for row in rows] for key, rows in found.items()} == {
        kept: [(inserted[0], False)],
        deleted: [(inserted[1], True)],
        absent: [],
    }
    assert found[kept][0].values["Social25__Text__c"] == "Hi, how are you?"
    assert found[kept][0].created_by == org.identity().user_id


def test_keys_full_of_quotation_marks_are_found_as_they_are(org: Org, schema: ObjectSchema) -> None:
    keys = ["it's", 'a "quoted" one', "back\\slash", "') OR (Name != '", "%_*", "x', 'y"]
    org.insert(schema.name, [message(schema, key) for key in keys])

    found = org.find(schema, key_field(schema), [*keys, "y"])

    assert {key: len(rows) for key, rows in found.items()} == {**dict.fromkeys(keys, 1), "y": 0}


def test_2500_messages_are_found_over_several_queries(
    practice: PracticeServer, org: Org, schema: ObjectSchema
) -> None:
    keys = [f"{number:032x}" for number in range(2500)]
    for start in range(0, len(keys), 200):
        chunk = [message(schema, key) for key in keys[start : start + 200]]
        assert all(isinstance(result, Inserted) for result in org.insert(schema.name, chunk))

    found = org.find(schema, key_field(schema), keys)

    assert all(len(found[key]) == 1 for key in keys)


def test_a_second_message_of_a_key_is_refused_by_itself(org: Org, schema: ObjectSchema) -> None:
    key = uuid.uuid4().hex
    org.insert(schema.name, [message(schema, key)])

    again, other = org.insert(
        schema.name, [message(schema, key), message(schema, uuid.uuid4().hex)]
    )

    assert isinstance(again, Refused)
    assert again.errors[0].code == "DUPLICATE_VALUE"
    assert isinstance(other, Inserted)


@pytest.mark.parametrize(
    ("effect", "committed"),
    [(LoseAnswer(), 1), (HalfBody(), 1), (Garbage(), 1), (CutBefore(), 0), (HtmlPage(), 0)],
    ids=["answer lost", "half a body", "no JSON", "cut before", "page of a proxy"],
)
def test_an_answer_that_is_lost_leaves_doubt_whether_or_not_the_org_committed(
    practice: PracticeServer, org: Org, schema: ObjectSchema, effect: Effect, committed: int
) -> None:
    key = uuid.uuid4().hex
    arm(practice, effect)

    with pytest.raises(OrgUnanswered):
        org.insert(schema.name, [message(schema, key)])

    assert len(org.find(schema, key_field(schema), [key])[key]) == committed
    assert practice.org.rows_per_key()[key] == committed


def test_a_request_that_gave_no_answer_may_still_commit_later(
    practice: PracticeServer, org: Org, schema: ObjectSchema
) -> None:
    key = uuid.uuid4().hex
    arm(practice, CommitLate())
    with pytest.raises(OrgUnanswered):
        org.insert(schema.name, [message(schema, key)])
    assert org.find(schema, key_field(schema), [key])[key] == ()

    practice.faults.release()

    assert len(org.find(schema, key_field(schema), [key])[key]) == 1


@pytest.mark.parametrize("effect", [Status(429), ExhaustQuota()], ids=["429", "quota"])
def test_a_request_that_is_turned_away_did_nothing(
    practice: PracticeServer, org: Org, schema: ObjectSchema, effect: Effect
) -> None:
    arm(practice, effect)

    with pytest.raises(OrgRefused):
        org.insert(schema.name, [message(schema, "a")])

    assert not practice.org.rows_per_key()


def test_sessions_that_expire_under_eight_lanes_cost_no_message(
    practice: PracticeServer, org: Org, schema: ObjectSchema
) -> None:
    arm(practice, ExpireSessions())
    records = [
        message(schema, f"{number:032x}", Chat_Identifier__c=str(number)) for number in range(8)
    ]

    with ThreadPoolExecutor(8) as lanes:
        results = list(lanes.map(lambda record: org.insert(schema.name, [record]), records))

    assert all(isinstance(result, Inserted) for (result,) in results)
    assert set(practice.org.rows_per_key().values()) == {1}


def test_every_answer_tells_the_daily_allowance(
    practice: PracticeServer, org: Org, schema: ObjectSchema
) -> None:
    usage = org.daily_api()

    assert usage is not None
    assert (usage.used, usage.limit) == (practice.allowance.used, 100_000)


def test_validation_rules_are_those_of_setup(
    practice: PracticeServer, org: Org, schema: ObjectSchema
) -> None:
    practice.org.set_rule_active("No_Links", False)

    rules = org.validation_rules(schema.name)

    assert [(r.name, r.active) for r in rules] == [
        ("No_Links", False),
        ("Outbound_Needs_Agent", True),
    ]
    assert org.validation_rules("Lead") == ()


def test_no_insert_leaves_once_its_time_is_over(practice: PracticeServer) -> None:
    environment = practice.environment
    token = StaticToken(
        SecretStr(environment["SF_ACCESS_TOKEN"]), environment["SF_ORG_INSTANCE_URL"]
    )
    ca_bundle = Path(environment["BRIDGE_CA_BUNDLE"])
    with Org(token, ca_bundle=ca_bundle, write_seconds=0) as org, pytest.raises(OrgUnreachable):
        org.insert("Lead", [{"LastName": "Test Sender 12"}])
    assert not practice.requests.of(Operation.INSERT)
