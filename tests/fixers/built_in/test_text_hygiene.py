from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.model import Risk
from bridge.planning.check import check
from tests.fixers.schema import MESSAGE, applied, awkward_text, changes, leaves_alone, only_change
from tests.fixers.test_characters import any_text
from tests.fixers.test_html_text import html_like

PLAIN = {"html": "plain"}


def test_what_is_removed_is_lost_and_counted() -> None:
    change = only_change("text", None, {"Text__c": "a\x00\x00b\ud83d"})
    assert (change.after, change.risk, change.lost) == ("ab\ufffd", Risk.LOSSY, 2)
    assert change.why == "2 × control character removed, 1 × half character marked as unknown"


def test_what_is_only_written_otherwise_is_no_loss() -> None:
    change = only_change("text", None, {"Text__c": "a\vb \ud83d\ude80"})
    assert (change.after, change.risk, change.lost) == ("a\nb 🚀", Risk.LOSSLESS, 0)
    assert change.why == (
        "1 × character put together of its halves, 1 × vertical tab or form feed made a line break"
    )


def test_a_field_of_one_line_gets_no_line_breaks() -> None:
    assert only_change("text", None, {"Media_Title__c": "a\vb"}).after == "a b"
    html = "<p>One</p><p>two<br>three</p>"
    assert only_change("text", {"*": PLAIN}, {"Media_Title__c": html}).after == "One two three"


def test_text_of_which_nothing_is_left_is_null() -> None:
    change = only_change("text", None, {"Text__c": "\x00"})
    assert (change.after, change.risk) == (None, Risk.LOSSY)
    assert only_change("text", {"Text__c": PLAIN}, {"Text__c": "<br>"}).after is None


def test_html_is_lossy_and_says_what_is_kept() -> None:
    change = only_change("text", {"Text__c": PLAIN}, {"Text__c": "<p>a</p>\x00"})
    assert (change.after, change.risk, change.lost) == ("a", Risk.LOSSY, 1)
    assert change.why == (
        "1 × control character removed, the text of its HTML is kept without the tags"
    )


def test_tags_that_a_control_character_hid_are_found() -> None:
    change = only_change("text", {"Text__c": PLAIN}, {"Text__c": "<\x00p>a</p>"})
    assert change.after == "a"


@pytest.mark.parametrize(
    "name",
    [
        *("Id", "OwnerId", "Identifier__c", "Content_Url__c", "User_Phone_Number__c"),
        *("User_Email__c", "Conversation_Medium__c", "Topics__c", "Outbound__c"),
    ],
)
def test_what_is_no_free_text_is_never_touched_even_when_named(name: str) -> None:
    record = {name: "<p>a\x00\ud83d</p>"}
    assert leaves_alone("text", {name: PLAIN, "*": PLAIN}, record)


def test_rich_text_keeps_its_tags_and_loses_its_control_characters() -> None:
    assert leaves_alone("text", {"Rich__c": PLAIN}, {"Rich__c": "<p>a</p>"})
    assert only_change("text", {"Rich__c": PLAIN}, {"Rich__c": "<p>a\x00</p>"}).after == "<p>a</p>"


def test_only_named_fields_are_looked_after_unless_a_star_names_the_others() -> None:
    record = {"Media_Title__c": "a\x00", "Text__c": "<p>a</p>"}
    assert [c.after for c in changes(build("text", {"Text__c": PLAIN}), record)] == []
    made = changes(
        build("text", {"Text__c": PLAIN, "*": {}}),
        {"Social25__Media_Title__c": "<p>a\x00</p>", "Social25__Text__c": "<p>a</p>"},
    )
    assert {change.after for change in made} == {"<p>a</p>", "a"}


@given(text=any_text | awkward_text | html_like, options=st.sampled_from([None, {"*": PLAIN}]))
def test_no_free_text_is_refused_for_its_characters_afterwards(text: str, options: object) -> None:
    record = {"Social25__Text__c": text, "Social25__Media_Title__c": text}
    fixer = build("text", options)
    after = applied(record, changes(fixer, record))
    assert changes(fixer, after) == ()
    codes = {problem.code for problem in check(after, MESSAGE)}
    assert "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET" not in codes


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"])) | st.just("a\tb\r\nc"))
def test_a_text_of_printed_characters_stays(text: str) -> None:
    assert leaves_alone("text", None, {"Text__c": text})


@pytest.mark.parametrize(
    "options", [{"Text__c": {"html": "rich"}}, {"Text__c": "plain"}, {"*": {"htm": "plain"}}, ["*"]]
)
def test_options_that_mean_nothing_are_refused(options: object) -> None:
    with pytest.raises(ValidationError):
        build("text", options)
