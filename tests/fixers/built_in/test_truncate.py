from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.fixers.text import WHITE_SPACE, fits
from bridge.model import Change, Record, Risk, Value
from tests.fixers.schema import (
    MESSAGE,
    TOO_LONG,
    applied,
    awkward_text,
    changes,
    leaves_alone,
    only_change,
    org_record,
)

TEXT, REST = "Social25__Text__c", "Social25__Auxiliary_Data__c"


def by_field(options: object, record: Record) -> dict[str, Change]:
    made = changes(build("truncate", options), org_record(record))
    return {change.field: change for change in made}


def test_the_sentence_has_both_lengths_and_what_is_lost_is_counted() -> None:
    change = only_change("truncate", None, {"Text__c": "a" * 4312})
    assert change.why == "Text__c holds 4,000 characters, the message had 4,312"
    assert change.after == "a" * 3999 + "…"
    assert (change.risk, change.lost) == (Risk.LOSSY, 313)


def test_where_an_emoji_counts_for_two_both_counts_are_said() -> None:
    change = by_field({"Text__c": {"length": 10}}, {TEXT: "😀" * 8})[TEXT]
    assert change.why.endswith("10 characters, the message had 16 as Salesforce counts its 8")
    assert change.lost == 4


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


def test_a_field_limited_in_bytes_has_two_limits_and_both_are_said() -> None:
    change = only_change("truncate", {"Old__c": {"length": 15}}, {"Old__c": "漢" * 20})
    assert change.after == "漢" * 12 + "…"
    assert change.why == (
        "the mapping gives Old__c 15 characters and at most 40 bytes, the message had 20 and 60"
    )


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
        TOO_LONG._replace(fields=("LastName",)),
        TOO_LONG._replace(limit=None),
        TOO_LONG._replace(limit=200),
        TOO_LONG._replace(code="NUMBER_OUTSIDE_VALID_RANGE"),
    ],
    ids=["none", "another field", "no limit", "a higher limit", "another code"],
)
def test_other_diagnoses_lower_no_limit(diagnosis: object) -> None:
    record = {"User_First_Name__c": "Sender Twelve"}
    assert leaves_alone("truncate", None, record, diagnosis)  # type: ignore[arg-type]


def test_a_higher_limit_in_the_error_text_never_raises_that_of_the_org() -> None:
    diagnosis = TOO_LONG._replace(limit=200)
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


def test_a_cut_at_a_word_counts_what_is_lost() -> None:
    options = {"Text__c": {"length": 12, "at": "word"}}
    change = only_change("truncate", options, {"Text__c": "Bring the blue suitcase"})
    assert (change.after, change.lost) == ("Bring the…", 14)


def test_a_rest_that_is_kept_in_another_field_is_no_loss() -> None:
    options = {"Text__c": {"length": 12, "spill": "Auxiliary_Data__c"}}
    made = by_field(options, {"Text__c": "Bring the blue suitcase", "Auxiliary_Data__c": "#N/A"})
    assert (made[TEXT].after, made[REST].after) == ("Bring the b…", "…lue suitcase")
    assert {change.risk for change in made.values()} == {Risk.LOSSLESS}
    assert made[TEXT].why == (
        "the mapping gives Text__c 12 characters, the message had 23; "
        "the rest is in Auxiliary_Data__c"
    )
    assert (made[REST].before, made[REST].why) == ("#N/A", "it takes the rest of Text__c")


def test_a_rest_that_has_no_room_is_cut_there_and_counted() -> None:
    options = {"Text__c": {"length": 12, "spill": "User_Gender__c"}}
    made = by_field(options, {"Text__c": "Bring the blue suitcase to platform seven"})
    assert made["Social25__User_Gender__c"].after == "…lue suitcase to pl…"
    assert (made[TEXT].risk, made[TEXT].lost) == (Risk.LOSSY, len("atform seven"))
    assert made[TEXT].why.endswith("; the rest is in User_Gender__c, but for 12 characters")


@pytest.mark.parametrize(
    ("name", "holds", "says"),
    [
        ("User_Gender__c", "x" * 20, "User_Gender__c has no room for the rest"),
        ("User_Gender__c", "x" * 19, "User_Gender__c has no room for the rest"),
        ("Auxiliary_Data__c", {"a": 1}, "Auxiliary_Data__c has no room for the rest"),
        ("Content_Url__c", None, "Content_Url__c takes no rest of a text"),
        ("Rich__c", None, "Rich__c takes no rest of a text"),
        ("Social25__Text__c", "a" * 13, "Text__c takes no rest of a text"),
    ],
)
def test_where_no_rest_can_be_put_the_cut_says_so(name: str, holds: Value, says: str) -> None:
    options = {"Text__c": {"length": 12, "spill": name}}
    made = by_field(options, {name: holds, "Text__c": "a" * 13})
    assert set(made) == {TEXT}
    assert (made[TEXT].risk, made[TEXT].lost) == (Risk.LOSSY, 2)
    assert made[TEXT].why.endswith(f"; {says}")


def test_two_texts_that_spill_into_one_field_stand_there_one_after_the_other() -> None:
    options = {
        name: {"length": 4, "spill": "Auxiliary_Data__c"} for name in ("Text__c", "Media_Title__c")
    }
    made = by_field(options, {"Text__c": "abcdef", "Media_Title__c": "uvwxyz"})
    assert made[REST].after == "…def\n\n…xyz"
    assert made[REST].why == "it takes the rest of Text__c; it takes the rest of Media_Title__c"


def test_a_field_that_takes_a_rest_is_cut_first_and_keeps_to_its_own_limit() -> None:
    options = {
        "Text__c": {"length": 4, "spill": "Auxiliary_Data__c"},
        "Auxiliary_Data__c": {"length": 20, "marker": ""},
    }
    made = by_field(options, {"Text__c": "abcdefgh", "Auxiliary_Data__c": " " * 30 + "0123456789"})
    assert made[REST].after == "0123456789\n\n…defgh"
    made = by_field(options, {"Text__c": "abcdefgh", "Auxiliary_Data__c": "0" * 30})
    assert (made[REST].after, made[REST].lost, made[TEXT].lost) == ("0" * 20, 10, 5)


def test_a_rest_keeps_to_a_limit_that_the_error_text_knows() -> None:
    options = {"Text__c": {"length": 4, "spill": "User_First_Name__c"}}
    record = org_record({"Text__c": "abcdefghijklmnopqrst"})
    _, text = changes(build("truncate", options), record, TOO_LONG)
    assert text.lost == len("lmnopqrst")


def test_without_a_marker_white_space_at_the_cut_is_lost() -> None:
    options = {"Text__c": {"length": 5, "marker": "", "spill": "Auxiliary_Data__c"}}
    made = by_field(options, {"Text__c": "Bring  blue"})
    assert (made[REST].after, made[TEXT].lost) == ("blue", 2)


@given(
    text=awkward_text.filter(lambda text: "…" not in text),
    holds=st.none() | st.sampled_from(["", " ", "#N/A", "Platform 7", " x "]),
    length=st.integers(1, 20),
    marker=st.sampled_from(["", "…", " […]"]),
    at=st.sampled_from(["word", "character"]),
)
@example(text="ab cd ef gh" * 4, holds="x", length=9, marker="…", at="word")
def test_the_two_fields_together_hold_the_whole_text_but_for_what_is_said_to_be_lost(
    text: str, holds: str | None, length: int, marker: str, at: str
) -> None:
    rest_field = "Social25__User_Gender__c"
    shortening = {"length": length, "marker": marker, "at": at, "spill": "User_Gender__c"}
    record = {TEXT: text, rest_field: holds}
    made = {c.field: c for c in changes(build("truncate", {"Text__c": shortening}), record)}
    if rest_field not in made:
        return
    start, rest = made[TEXT].after, made[rest_field].after
    assert isinstance(start, str)
    assert isinstance(rest, str)
    stood_there = "" if holds in (None, "", " ", "#N/A") else f"{holds.strip()} "
    lead = stood_there + marker.strip()
    assert rest.startswith(lead)
    lost, whole = made[TEXT].lost, text.strip(WHITE_SPACE)
    kept = start.removesuffix(marker), rest.removeprefix(lead).removesuffix(marker)
    if not lost:
        assert "".join(kept) == whole
    assert len(whole) - len("".join(kept)) == lost
    assert whole.startswith(kept[0])
    assert kept[1] in whole[len(kept[0]) :]


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
        {"Text__c": {"at": "line"}},
        {"Text__c": {"spill": ""}},
        {"*": {"spill": "Auxiliary_Data__c"}},
        {"Text__c": {"spill": "Auxiliary_Data__c"}, "Auxiliary_Data__c": {"spill": "Text__c"}},
        {"Text__c": {"spill": "text__c"}},
        {"Text__c": 40},
        ["Text__c"],
    ],
)
def test_options_that_mean_nothing_are_refused(options: object) -> None:
    with pytest.raises(ValidationError):
        build("truncate", options)
