from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bridge.fixers import build
from bridge.fixers.text import fits
from bridge.model import Risk
from tests.fixers.schema import (
    MESSAGE,
    awkward_text,
    changes,
    leaves_alone,
    only_change,
    telling_text,
)

URL = "Content_Url__c"
CLEAR = {URL: {"else": "clear"}}


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (" https://a.example/7\n", "https://a.example/7"),
        ("<https://a.example/7>", "https://a.example/7"),
        ("www.example.org", "https://www.example.org"),
        ("WWW.photo.jpg", "https://WWW.photo.jpg"),
        ("example.org", "https://example.org"),
        (
            "files.example.org:8443/my file?x=1 2",
            "https://files.example.org:8443/my%20file?x=1%202",
        ),
        ("example.org/photo.jpg", "https://example.org/photo.jpg"),
        ("bücher.example/7", "https://bücher.example/7"),
        ("http://a.example/a b", "http://a.example/a%20b"),
    ],
)
def test_an_address_that_can_be_opened(text: str, after: str) -> None:
    change = only_change("url", None, {URL: text})
    assert (change.after, change.risk) == (after, Risk.LOSSLESS)


def test_the_scheme_is_the_one_that_the_mapping_names() -> None:
    assert only_change("url", {"*": {"scheme": "http"}}, {URL: "a.example"}).after == (
        "http://a.example"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("see attachment", "photo.jpg", "Re: hello", "Re:hello world", "/files/7", "a", "<>"),
        *("https://a.example https://b.example", "www.a.example www.b.example", "https://"),
        *(
            "https://a.example\nhttps://b.example",
            "sender@example.org",
            "1.2",
            "example.org is down",
        ),
        *(
            "https://a.example/" + "x" * 255,
            "a.example/" + "x" * 240,
            "https://a.example/" + " " * 99 + "x",
        ),
    ],
)
def test_what_is_no_address_or_too_long_is_held_or_cleared_and_never_cut(text: str) -> None:
    assert leaves_alone("url", None, {URL: text})
    change = only_change("url", CLEAR, {URL: text})
    assert (change.after, change.risk) == (None, Risk.LOSSY)


@pytest.mark.parametrize("options", [None, CLEAR])
@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/%20?q=a+b#c",
        "ftp://a.example",
        "mailto:a@example.org",
        "HTTP://A.example",
    ],
)
def test_what_can_be_opened_stays(options: object, text: str) -> None:
    assert leaves_alone("url", options, {URL: text})


def test_a_text_field_is_looked_after_where_it_is_named() -> None:
    assert leaves_alone("url", {"*": {}}, {"Text__c": "www.example.org"})
    assert only_change("url", {"Text__c": {}}, {"Text__c": "www.example.org"}).after == (
        "https://www.example.org"
    )


words = st.text("abcxyz019", min_size=1, max_size=9)


@given(words, st.lists(words, max_size=5), st.sampled_from(["", "www.", "https://"]))
def test_host_and_path_stay_the_same(host: str, path: list[str], beginning: str) -> None:
    text = f"{beginning}{host}.example/{' '.join(path)}".strip()
    made = changes(build("url", None), {f"Social25__{URL}": text})
    after = str(made[0].after) if made else text
    assert urlsplit(after).scheme == "https"
    assert unquote(after).removeprefix("https://") == text.removeprefix("https://")


@given(telling_text | awkward_text | st.text("htps:/w. ea", max_size=300))
def test_what_is_left_with_clear_fits_and_has_a_scheme(text: str) -> None:
    found = MESSAGE.get(URL)
    assert found is not None
    made = changes(build("url", CLEAR), {found.name: text})
    after = made[0].after if made else text
    if isinstance(after, str) and after.strip():
        assert fits(after, found, found.length)
        assert ":" in after
        assert " " not in after


@pytest.mark.parametrize("form", [{"scheme": "gopher"}, {"cut": True}, "clear"])
def test_other_options_are_refused(form: object) -> None:
    with pytest.raises(ValidationError):
        build("url", {URL: form})
