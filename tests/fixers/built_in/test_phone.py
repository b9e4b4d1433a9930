from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Risk
from tests.fixers.schema import awkward_text, changes, leaves_alone, only_change, telling_text

PHONE = "User_Phone_Number__c"
regions = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
numbers = regions.map(phonenumbers.example_number).filter(lambda number: number is not None)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+31612345678 ", None),
        ("+31 (0)6-12 34 56 78", None),
        ("tel:+31-6-12345678", None),
        ("WhatsApp:+31612345678", None),
        ("0031612345678", "NL"),
        ("31612345678", "NL"),
        ("+31612345678", "US"),
    ],
)
def test_another_form_of_the_same_number(text: str, region: str | None) -> None:
    options = {PHONE: {"region": region}} if region else None
    if text == "+31612345678":
        assert leaves_alone("phone", options, {PHONE: text})
        return
    change = only_change("phone", options, {PHONE: text})
    assert (change.after, change.risk) == ("+31612345678", Risk.LOSSLESS)


@pytest.mark.parametrize("form", ["e164", "international", "national"])
@pytest.mark.parametrize(("text", "region"), [("0612345678", "NL"), ("06 1234 5678", "nl")])
def test_a_country_that_only_the_mapping_names_is_invented(
    text: str, region: str, form: str
) -> None:
    options = {PHONE: {"region": region, "format": form}}
    (change,) = changes(build("phone", options), {f"Social25__{PHONE}": text})
    said_more = form != "national"
    assert str(change.after).startswith("+31") is said_more
    assert change.risk is (Risk.INVENTED if said_more else Risk.LOSSLESS)


def test_why_names_the_region_that_the_mapping_added() -> None:
    assert "NL" in only_change("phone", {PHONE: {"region": "NL"}}, {PHONE: "0612345678"}).why
    assert "NL" not in only_change("phone", {PHONE: {"region": "NL"}}, {PHONE: "+31 612345678"}).why


@pytest.mark.parametrize("text", ["+31201234567 ext. 12", "+31201234567x12"])
def test_an_extension_is_lost_to_e164_and_kept_by_the_other_formats(text: str) -> None:
    change = only_change("phone", None, {PHONE: text})
    assert (change.after, change.risk, change.lost > 0) == ("+31201234567", Risk.LOSSY, True)
    assert "extension" in change.why
    change = only_change("phone", {PHONE: {"format": "international"}}, {PHONE: text})
    assert (change.after, change.risk) == ("+31 20 123 4567 ext. 12", Risk.LOSSLESS)


def test_an_extension_is_counted_where_the_country_is_invented_too() -> None:
    change = only_change("phone", {PHONE: {"region": "NL"}}, {PHONE: "020-1234567 x12"})
    assert (change.after, change.risk, change.lost) == ("+31201234567", Risk.INVENTED, 3)


def test_a_number_of_another_country_is_international_in_the_national_format() -> None:
    options = {PHONE: {"region": "NL", "format": "national"}}
    assert only_change("phone", options, {PHONE: "+442079460958"}).after == "+44 20 7946 0958"


@pytest.mark.parametrize(
    "text",
    [
        *("12345", "+999123456789", "+3161234567890", "call +31612345678", "1-800-FLOWERS", "-"),
        *("+31612345678/+31698765432", "+31612345678, +31698765432", "unknown", "()", "+", "/"),
    ],
)
def test_what_is_no_valid_number_is_held_or_cleared(text: str) -> None:
    assert leaves_alone("phone", {PHONE: {"region": "NL"}}, {PHONE: text})
    change = only_change("phone", {PHONE: {"region": "NL", "else": "clear"}}, {PHONE: text})
    assert (change.after, change.risk) == (None, Risk.LOSSY)


@pytest.mark.parametrize("value", ["", " ", None, 31612345678, ["+31 6"]])
def test_what_is_empty_or_no_text_stays(value: str | int | None) -> None:
    assert leaves_alone("phone", {"*": {"else": "clear"}}, {PHONE: value})


def test_a_text_field_is_looked_after_where_it_is_named() -> None:
    record = {"Platform_Identifier__c": "+31 612345678"}
    assert leaves_alone("phone", {"*": {}}, record)
    change = only_change("phone", {"Platform_Identifier__c": {}}, record)
    assert change.after == "+31612345678"


@given(numbers, st.sampled_from(["e164", "international", "national"]), regions, regions)
def test_a_valid_number_stays_the_same_number(
    number: phonenumbers.PhoneNumber, written: str, region: str, read_in: str
) -> None:
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    text = phonenumbers.format_number(number, form)
    options = {PHONE: {"region": region, "format": written, "else": "clear"}}
    for change in changes(build("phone", options), {f"Social25__{PHONE}": text}):
        assert isinstance(change.after, str)
        again = phonenumbers.parse(change.after, region)
        assert phonenumbers.is_number_match(number, again) == phonenumbers.MatchType.EXACT_MATCH


@given(telling_text | awkward_text | st.text("+0123456789 -()x", max_size=20), regions)
def test_what_is_left_with_clear_is_a_valid_number_or_nothing(text: str, region: str) -> None:
    options = {PHONE: {"region": region, "else": "clear"}}
    record = {f"Social25__{PHONE}": text}
    made = changes(build("phone", options), record)
    after = made[0].after if made else text
    if isinstance(after, str) and after.strip():
        assert after.startswith("+")
        assert phonenumbers.is_valid_number(phonenumbers.parse(after))


@pytest.mark.parametrize(
    "form",
    [{"region": "XX"}, {"region": "Nederland"}, {"format": "national"}, {"format": "short"}, "NL"],
)
def test_a_region_or_format_that_does_not_exist_is_refused(form: object) -> None:
    with pytest.raises(ValidationError):
        build("phone", {PHONE: form})
