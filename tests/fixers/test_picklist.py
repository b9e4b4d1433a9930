from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Risk

from .schema import MEDIA, applied, changes, leaves_alone, only_change, telling_text

MEDIUM = "Conversation_Medium__c"
TABLE = {"fb": "facebook", "googleplus": "web", "*": "SMS"}


@pytest.mark.parametrize(
    ("value", "after", "risk"),
    [
        pytest.param("Facebook", "facebook", Risk.LOSSLESS, id="in other letters"),
        pytest.param(" facebook ", "facebook", Risk.LOSSLESS, id="with white space"),
        pytest.param("FB", "facebook", Risk.LOSSY, id="in the table"),
        pytest.param("googleplus", "web", Risk.LOSSY, id="not active any more"),
        pytest.param("pigeon", "sms", Risk.INVENTED, id="anything else"),
    ],
)
def test_a_value_that_the_picklist_lacks_is_replaced(value: str, after: str, risk: Risk) -> None:
    change = only_change("picklist", {MEDIUM: TABLE}, {MEDIUM: value})
    assert (change.after, change.risk) == (after, risk)


@pytest.mark.parametrize("value", [*MEDIA, "", " ", None, 7])
def test_active_values_empty_ones_and_what_is_no_text_stay(value: str | int | None) -> None:
    assert leaves_alone("picklist", {MEDIUM: TABLE}, {MEDIUM: value})


def test_an_active_value_stays_even_when_the_table_has_it() -> None:
    assert leaves_alone("picklist", {MEDIUM: {"facebook": "web"}}, {MEDIUM: "facebook"})


def test_an_active_value_in_other_letters_goes_before_the_table() -> None:
    change = only_change("picklist", {MEDIUM: {"facebook": "web"}}, {MEDIUM: "Facebook"})
    assert (change.after, change.risk) == ("facebook", Risk.LOSSLESS)


def test_a_restricted_picklist_gets_no_value_that_is_not_active() -> None:
    table = {MEDIUM: {"fb": "googleplus", "*": "new"}}
    assert leaves_alone("picklist", table, {MEDIUM: "fb"})
    assert leaves_alone("picklist", table, {MEDIUM: "pigeon"})


def test_an_unrestricted_picklist_gets_what_the_table_says() -> None:
    table = {"Channel__c": {"fb": "Messenger"}}
    assert only_change("picklist", table, {"Channel__c": "fb"}).after == "Messenger"
    assert leaves_alone("picklist", table, {"Channel__c": "Messenger"})
    assert leaves_alone("picklist", table, {"Channel__c": "Letter"})


def test_a_text_field_is_no_picklist() -> None:
    assert leaves_alone("picklist", {"Text__c": {"*": "x"}}, {"Text__c": "Hi"})


def test_several_values_are_looked_at_one_by_one_and_the_worst_risk_counts() -> None:
    change = only_change(
        "picklist", {"Topics__c": {"*": "Other"}}, {"Topics__c": "luggage;Refund;x;y"}
    )
    assert (change.after, change.risk) == ("Luggage;Refund;Other", Risk.INVENTED)


@given(value=telling_text | st.text())
def test_with_a_fallback_a_restricted_picklist_always_gets_an_active_value(value: str) -> None:
    record = {f"Social25__{MEDIUM}": value}
    after = applied(record, changes(build("picklist", {MEDIUM: TABLE}), record))
    assert not value.strip() or after[f"Social25__{MEDIUM}"] in MEDIA


@pytest.mark.parametrize(
    "table",
    [
        {"fb": "facebook", "FB": "web"},
        {"fb": "meta", "meta": "facebook"},
        {"fb": ""},
        {"fb": "a;b"},
        {"fb": "*"},
        {"fb": None},
        {7: "seven"},
        "facebook",
    ],
)
def test_a_table_that_leads_astray_is_refused(table: object) -> None:
    with pytest.raises(ValidationError):
        build("picklist", {MEDIUM: table})
