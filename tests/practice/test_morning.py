from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.practice import Access, MorningCause, PracticeServer, Scenario
from bridge.practice.morning import messages
from bridge.practice.scenario import apportion
from tests.practice.conftest import DAY


def errors(practice: PracticeServer) -> list[str]:
    standard = [f.standard for f in practice.gotallo.failures()]
    return [str(s["log_message"]) for s in standard if isinstance(s, Mapping)]


def keys(practice: PracticeServer) -> list[str]:
    return [
        str(f.salesforce["Social25__Identifier__c"])
        for f in practice.gotallo.failures()
        if isinstance(f.salesforce, Mapping)
    ]


SIGNS = {
    MorningCause.LINK_RULE: "FIELD_CUSTOM_VALIDATION_EXCEPTION:Links are not allowed",
    MorningCause.AGENT_RULE: "FIELD_CUSTOM_VALIDATION_EXCEPTION:An outbound message",
    MorningCause.LONG_TEXT: "STRING_TOO_LONG:Text: data value too large",
    MorningCause.LONG_NAME: "first error: STRING_TOO_LONG, Last Name",
    MorningCause.NO_NAME: "first error: REQUIRED_FIELD_MISSING, Required fields are missing: [L",
    MorningCause.UNKNOWN_MEDIUM: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:Conversation Medium",
    MorningCause.NO_REGION: "REQUIRED_FIELD_MISSING:Required fields are missing: [Region__c]",
    MorningCause.NO_EMAIL_ACCESS: "INVALID_FIELD_FOR_INSERT_UPDATE:Unable to create/update",
    MorningCause.BAD_NUMBER: "INVALID_TYPE_ON_FIELD_IN_RECORD:User Locale GMT Offset",
    MorningCause.BIG_NUMBER: "NUMBER_OUTSIDE_VALID_RANGE:User Locale GMT Offset",
    MorningCause.IN_ORG_ALREADY: "DUPLICATE_VALUE:duplicate value found",
    MorningCause.ROW_LOCK: "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access",
}


@pytest.mark.parametrize("cause", MorningCause)
def test_each_cause_fails_with_the_orgs_own_text(cause: MorningCause) -> None:
    practice = PracticeServer(Scenario(day=DAY, causes={cause: 25}, extra_rows=0))
    texts = errors(practice)
    assert len(texts) == 25
    assert all(SIGNS[cause] in text for text in texts)
    assert all(text.endswith("--") for text in texts)


@pytest.mark.parametrize("size", [34, 2000])
def test_a_morning_has_as_many_failures_as_asked_each_once(size: int) -> None:
    practice = PracticeServer(Scenario(day=DAY, size=size))
    assert len(set(keys(practice))) == len(practice.gotallo.failures()) == size
    found = Counter(next(c for c, sign in SIGNS.items() if sign in e) for e in errors(practice))
    assert found == apportion(size)
    assert len(found) >= 8


@given(st.integers(0, 5000))
def test_any_size_is_divided_without_loss(size: int) -> None:
    counts = apportion(size)
    assert sum(counts.values()) == size
    assert min(counts.values()) >= 0


def test_the_same_scenario_gives_the_same_morning() -> None:
    first, second = (PracticeServer(Scenario(day=DAY, seed=7)) for _ in range(2))
    assert first.gotallo.failures() == second.gotallo.failures()
    assert first.org.messages() == second.org.messages()
    other = PracticeServer(Scenario(day=DAY, seed=8))
    assert set(keys(first)).isdisjoint(keys(other))


def test_what_is_listed_is_not_in_the_org_unless_that_is_its_cause() -> None:
    for key_unique in (True, False):
        practice = PracticeServer(
            Scenario(
                day=DAY,
                key_unique=key_unique,
                extra_rows=5,
                causes={MorningCause.IN_ORG_ALREADY: 3, MorningCause.ROW_LOCK: 3},
            )
        )
        rows = practice.org.rows_per_key()
        assert sorted(rows[key] for key in keys(practice)) == [0, 0, 0, 1, 1, 1]
        assert sum(rows.values()) == 3 + 5


def test_where_the_field_is_open_nothing_fails_for_lack_of_access() -> None:
    practice = PracticeServer(
        Scenario(day=DAY, email_access=Access.EDIT, causes={MorningCause.NO_EMAIL_ACCESS: 3})
    )
    assert practice.gotallo.failures() == ()


def test_failures_are_of_the_day_and_yesterdays_by_default() -> None:
    practice = PracticeServer(Scenario(size=200))
    assert practice.day == dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    assert {f.failed_at.date() for f in practice.gotallo.failures()} == {practice.day}


def test_conversations_have_several_messages_in_time_order() -> None:
    of_conversation: dict[str, list[dt.datetime]] = {}
    for message in messages(Scenario(size=200), DAY):
        identifier = str(message.record["Chat_Identifier__c"])
        of_conversation.setdefault(identifier, []).append(message.sent_at)
    assert max(map(len, of_conversation.values())) >= 3
    assert all(times == sorted(times) for times in of_conversation.values())


def test_over_long_texts_are_too_long_for_each_of_the_three_reasons() -> None:
    practice = PracticeServer(Scenario(day=DAY, causes={MorningCause.LONG_TEXT: 30}, extra_rows=0))
    texts = [
        str(f.salesforce["Social25__Text__c"])
        for f in practice.gotallo.failures()
        if isinstance(f.salesforce, Mapping)
    ]
    short = [text for text in texts if len(text) <= 400]
    assert any("\n" in text and text.isascii() for text in short)
    assert any("\n" not in text and not text.isascii() for text in short)
    assert any(len(text) > 400 for text in texts)


def test_the_morning_itself_leaves_no_trace_in_the_counts() -> None:
    practice = PracticeServer(Scenario(day=DAY))
    assert practice.org.firings() == {}
    assert practice.allowance.used == 0
    assert practice.requests.all() == ()


def test_an_org_that_lost_the_package_still_has_its_failures() -> None:
    practice = PracticeServer(Scenario(day=DAY, message_object=False))
    assert len(practice.gotallo.failures()) == 34
    assert practice.org.sobject(practice.org.message_object) is None


def test_an_org_without_a_required_field_of_its_own_lacks_that_cause() -> None:
    practice = PracticeServer(Scenario(day=DAY, required_field=""))
    assert not any("REQUIRED_FIELD_MISSING:" in text for text in errors(practice))
