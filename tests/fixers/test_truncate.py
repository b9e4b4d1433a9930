from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.fixers.text import fits
from bridge.model import Record, Risk

from .schema import MESSAGE, TOO_LONG, applied, awkward_text, changes, leaves_alone, only_change


def test_the_sentence_has_both_lengths_and_what_is_lost_is_counted() -> None:
    change = only_change("truncate", None, {"Text__c": "a" * 4312})
    assert change.why == "Text__c holds 4,000 characters, the message had 4,312"
    assert change.after == "a" * 3999 + "…"
    assert (change.risk, change.lost) == (Risk.LOSSY, 313)


def test_a_limit_of_the_mapping_is_said_to_be_one() -> None:
    change = only_change("truncate", {"Text__c": {"length": 10}}, {"Text__c": "a" * 11})
    assert change.why == "the mapping gives Text__c 10 characters, the message had 11"


def test_a_limit_of_the_mapping_never_raises_that_of_the_org() -> None:
    change = only_change(
        "truncate", {"User_Gender__c": {"length": 4000}}, {"User_Gender__c": "a" * 21}
    )
    assert change.after == "a" * 19 + "…"


def test_a_field_limited_in_bytes_says_so() -> None:
    change = only_change("truncate", None, {"Old__c": "漢" * 20})
    assert change.after == "漢" * 12 + "…"
    assert change.why == "Old__c holds 40 bytes, the message had 60"


def test_a_lower_limit_in_the_error_text_counts_for_the_field_it_names() -> None:
    change = only_change("truncate", None, {"User_First_Name__c": "Sender Twelve"}, TOO_LONG)
    assert change.after == "Sender Tw…"
    assert change.why == (
        "by the error text User_First_Name__c holds 10 characters, the message had 13"
    )


@pytest.mark.parametrize(
    "diagnosis",
    [
        None,
        replace(TOO_LONG, fields=("LastName",)),
        replace(TOO_LONG, limit=None),
        replace(TOO_LONG, limit=200),
        replace(TOO_LONG, code="NUMBER_OUTSIDE_VALID_RANGE"),
    ],
    ids=["none", "another field", "no limit", "a higher limit", "another code"],
)
def test_other_diagnoses_lower_no_limit(diagnosis: object) -> None:
    record = {"User_First_Name__c": "Sender Twelve"}
    assert leaves_alone("truncate", None, record, diagnosis)  # type: ignore[arg-type]


def test_a_higher_limit_in_the_error_text_never_raises_that_of_the_org() -> None:
    diagnosis = replace(TOO_LONG, limit=200)
    change = only_change("truncate", None, {"User_First_Name__c": "a" * 50}, diagnosis)
    assert change.after == "a" * 39 + "…"


def test_white_space_alone_is_no_loss() -> None:
    change = only_change("truncate", None, {"User_Gender__c": "female" + " " * 30})
    assert (change.after, change.risk, change.lost) == ("female", Risk.LOSSLESS, 0)


def test_text_that_is_all_white_space_is_null_as_it_will_be_in_the_org() -> None:
    change = only_change("truncate", None, {"User_Gender__c": " " * 30})
    assert (change.after, change.risk) == (None, Risk.LOSSLESS)


def test_a_character_that_does_not_fit_at_all_is_left_to_a_person() -> None:
    assert leaves_alone("truncate", {"Text__c": {"length": 4}}, {"Text__c": "👩‍🚀"})


@pytest.mark.parametrize(
    "name",
    [
        "Id",
        "OwnerId",
        "Identifier__c",
        "Content_Url__c",
        "User_Phone_Number__c",
        "User_Email__c",
        "Conversation_Medium__c",
        "Topics__c",
        "Rich__c",
    ],
)
def test_what_is_no_free_text_is_never_cut_even_when_named(name: str) -> None:
    assert leaves_alone("truncate", {name: {"length": 5}, "*": {"length": 5}}, {name: "a" * 9999})


def test_only_named_fields_are_cut_unless_a_star_names_the_others() -> None:
    record: Record = {"Media_Title__c": "a" * 300}
    assert leaves_alone("truncate", {"Text__c": {}}, record)
    assert only_change("truncate", {"Text__c": {}, "*": {"marker": ""}}, record).after == "a" * 255


def test_a_marker_ends_in_no_white_space_for_the_org_would_take_it_off() -> None:
    change = only_change(
        "truncate", {"Text__c": {"length": 6, "marker": " …  "}}, {"Text__c": "abcdefgh"}
    )
    assert change.after == "abcd …"


@given(
    text=awkward_text,
    name=st.sampled_from(["Social25__Text__c", "Social25__File_Type__c", "Old__c"]),
    length=st.integers(1, 20),
    marker=st.sampled_from(["", "…", " […]"]),
)
def test_a_named_field_fits_afterwards_or_is_left_to_a_person(
    text: str, name: str, length: int, marker: str
) -> None:
    fixer = build("truncate", {name: {"length": length, "marker": marker}})
    field = MESSAGE.get(name)
    assert field is not None
    made = changes(fixer, {name: text})
    after = applied({name: text}, made)[name]
    if made:
        assert after is None or (isinstance(after, str) and fits(after, field, length))
    elif not fits(text, field, length):
        assert (
            changes(build("truncate", {name: {"length": length, "marker": ""}}), {name: text}) == ()
        )


@pytest.mark.parametrize(
    "options",
    [
        {"Text__c": {"length": 0}},
        {"Text__c": {"length": True}},
        {"Text__c": {"length": "40"}},
        {"Text__c": {"marke": "…"}},
        {"Text__c": 40},
        ["Text__c"],
    ],
)
def test_options_that_mean_nothing_are_refused(options: object) -> None:
    with pytest.raises(ValidationError):
        build("truncate", options)
