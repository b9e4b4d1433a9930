from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fixers.html_text import plain_text

_PIECES = [
    *(
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br>",
        "<br/>",
        "<div class='a>b'>",
        "</div>",
        "<li>",
        "</LI>",
    ),
    *('<a href="https://x.example/7?a=1&amp;b=2">', "</a>", "<img alt='map'>", "<pre>", "</pre>"),
    *("<script>", "</script>", "<style>", "<!--", "-->", "<!doctype html>", "<td>", "<o:p>"),
    *("&lt;", "&gt;", "&amp;", "&nbsp;", "&#12;", "&#xD83D;", "&#0;", "&lt;p&gt;", "&amp;lt;b&gt;"),
    *("<", ">", "<3", "a < b", "<name@mail.example>", '"', "'", "=", "/", "\n", "  ", "word", "漢"),
]
html_like = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        pytest.param("<p>One</p><p>Two</p>", "One\n\nTwo", id="paragraphs"),
        pytest.param("<p>One<p>Two", "One\n\nTwo", id="without their ends"),
        pytest.param("<div>One</div>\n <div>Two\n three</div>", "One\nTwo three", id="blocks"),
        pytest.param(
            "One<br>two<BR/>three<br><br><br>four", "One\ntwo\nthree\n\nfour", id="breaks"
        ),
        pytest.param(
            "<b>Order 7</b>\nis  here", "Order 7\nis  here", id="letters alone are marked"
        ),
        pytest.param("<p>a &lt; b &amp;&nbsp;c &eacute;</p>", "a < b & c é", id="entities"),
        pytest.param("<p>&amp;lt;b&amp;gt;</p>", "&lt;b&gt;", id="entities are read once"),
        pytest.param("<ul><li>One</li><li>Two</li></ul>", "One\nTwo", id="list"),
        pytest.param("<table><tr><td>a<td>b<tr><td>c</table>", "a\tb\nc", id="table"),
        pytest.param("<pre>a\n  b</pre><p>c\n  d</p>", "a\n  b\n\nc d", id="preformatted"),
        pytest.param("<p>a</p><script>if (a<b) '</p>'</script>b", "a\n\nb", id="script"),
        pytest.param("<style>p { }</style><p>a</p><!-- <p>b</p> -->", "a", id="style and comment"),
        pytest.param("<p>a</p><script>b", "a", id="a script that never ends"),
        pytest.param("<!DOCTYPE html><title>T</title>Hi", "Hi", id="page"),
        pytest.param("<p>a<!--[if mso]><o:p>x</o:p><![endif]--><o:p></o:p></p>", "a", id="office"),
        pytest.param("<p title='a > b'>c</p>", "c", id="a bracket in an attribute"),
        pytest.param("<p>Hi <img src=x alt='😀'></p>", "Hi 😀", id="image"),
        pytest.param(
            "<p>to <name@mail.example></p>", "to <name@mail.example>", id="no tag of HTML"
        ),
        pytest.param("<p>a < b and b > c</p>", "a < b and b > c", id="brackets"),
        pytest.param("<br>", "", id="nothing"),
        pytest.param("<b>a&#12;b</b>", "a b", id="a form feed, which no plain text has"),
        pytest.param("<P>\u3000漢</P>", "\u3000漢", id="a wide space is none of HTML's"),
    ],
)
def test_html_becomes_what_it_shows(html: str, shown: str) -> None:
    assert plain_text(html) == shown


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("<a href='https://x.example/7'>here</a>.", "here (https://x.example/7)."),
        ("<a href=https://x.example/>x.example</a>", "x.example (https://x.example)"),
        ("<a href='https://x.example/'>https://x.example</a>", "https://x.example"),
        ("<a href='mailto:a@x.example'>a@x.example</a>", "a@x.example"),
        ("<a href='tel:+31'>call</a>", "call (+31)"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("<a href='#top' title='href=https://y.example'>here</a>", "here"),
        ("<p>Hi</p><a href='https://x.example'><img src='x'></a>", "Hi\n\nhttps://x.example"),
        ("<p><a href='https://x.example'>here", "here (https://x.example)"),
    ],
)
def test_the_address_of_a_link_is_kept(link: str, shown: str) -> None:
    assert plain_text(link) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("", "Hi", "a < b & c > d", "I <3 you", "Tom &amp; Jerry", "&lt;p&gt;", "<>", "</>"),
        *(
            "<name@mail.example>",
            "<https://x.example>",
            "Dear <name>, <b> is bold",
            "</p> is an end",
        ),
        *("<unknown>a</unknown>", "if (a<b && c>d)", "<p", "<p class='", "<!-- a -->", "x <p> y"),
        pytest.param("<p>&lt;b&gt;x&lt;/b&gt;</p>", id="what it shows would be HTML again"),
        pytest.param("<p>" + "a" * 1_000_000, id="longer than anything of ours"),
    ],
)
def test_what_is_no_html_is_left_alone(text: str) -> None:
    assert plain_text(text) is None


@given(html_like)
def test_what_is_shown_is_plain(text: str) -> None:
    shown = plain_text(text)
    assert shown is None or plain_text(shown) is None


@given(st.text(st.characters(exclude_characters="<>&\xa0\f\r", exclude_categories=["Cs"])))
def test_a_text_without_brackets_comes_out_of_its_html_as_it_went_in(text: str) -> None:
    assert plain_text(f"<b>{text}</b>") == text.strip(" \t\n\v\f\r")


@given(st.lists(st.text("abcdé漢 ", min_size=1).filter(str.strip), min_size=1))
def test_each_word_of_a_page_is_shown_once_and_in_order(paragraphs: list[str]) -> None:
    page = "".join(f"<p class='x'>{text}</p>\n" for text in paragraphs)
    shown = plain_text(page)
    assert shown is not None
    assert shown.split() == [word for text in paragraphs for word in text.split(" ") if word]
    assert shown.count("\n\n") == len(paragraphs) - 1


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<a ",
            "<!--",
            "<![CDATA[",
            "<?xml ",
            "<script>",
            "<title>",
            "</b",
            "<p x='",
            "&#",
            "&amp",
        ),
        *(
            "<a '\"",
            "<a '\"<b \"'",
            "<a href = ",
            "<b a=\"<i b='",
            "<p>",
            "<a href='http://x'>",
            "<",
        ),
    ],
)
def test_hostile_html_takes_no_more_time_than_any(piece: str) -> None:
    # With a step for each pair of its places it would not end within the life of this test.
    plain_text(("<p>x</p>" + piece * 1_000_000)[:1_000_000])
