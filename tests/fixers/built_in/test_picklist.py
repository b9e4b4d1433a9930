from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Risk
from tests.fixers.schema import MEDIA, applied, changes, leaves_alone, only_change, telling_text

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


WILD = {"fb-old": "sms", "fb*": "facebook", "?ine": "web", "fax*": "hold", "*": "sms"}


@pytest.mark.parametrize(
    ("value", "after"),
    [("FB Messenger", "facebook"), ("fb", "facebook"), ("FB-old", "sms"), ("line", "web"),
     ("online", "sms"), ("a\nb", "sms"), ("fb\nx", "facebook")],
)  # fmt: skip
def test_whole_values_go_before_wildcards_and_wildcards_before_any_other(
    value: str, after: str
) -> None:
    assert only_change("picklist", {MEDIUM: WILD}, {MEDIUM: value}).after == after


def test_the_first_wildcard_that_matches_decides() -> None:
    table = {MEDIUM: {"fb?": "sms", "fb*": "facebook"}}
    assert only_change("picklist", table, {MEDIUM: "fb1"}).after == "sms"
    assert only_change("picklist", table, {MEDIUM: "fb12"}).after == "facebook"


@pytest.mark.parametrize("value", ["fax", "FAX 2"])
def test_what_is_held_stays(value: str) -> None:
    assert leaves_alone("picklist", {MEDIUM: WILD}, {MEDIUM: value})


def test_any_other_value_can_be_held_by_name() -> None:
    assert leaves_alone("picklist", {MEDIUM: {"*": "hold"}}, {MEDIUM: "pigeon"})


def test_a_value_that_is_called_hold_can_be_named() -> None:
    table = {"Channel__c": {"wait": {"value": "hold"}}}
    assert only_change("picklist", table, {"Channel__c": "wait"}).after == "hold"


@given(value=st.text(), beginning=st.text(st.characters(exclude_characters="*?"), min_size=1))
def test_a_wildcard_matches_what_begins_like_it_in_any_case(value: str, beginning: str) -> None:
    folded = f"{beginning}*".strip().casefold().removesuffix("*")
    expected = bool(folded) and value.strip().casefold().startswith(folded)
    table = {MEDIUM: {f"{beginning}*": "web"}} if folded else {}
    made = changes(build("picklist", table), {f"Social25__{MEDIUM}": value})
    assert expected == any(change.risk is Risk.LOSSY for change in made) or value in MEDIA


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
        {"fb": {"value": "facebook", "note": "x"}},
        {"fb*": "facebook", "FB*": "web"},
        {"?*": "web"},
        {"": "web"},
        {7: "seven"},
        "facebook",
    ],
)
def test_a_table_that_leads_astray_is_refused(table: object) -> None:
    with pytest.raises(ValidationError):
        build("picklist", {MEDIUM: table})
