from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bridge.report.terminal.page import NARROWEST, Page
from tests.report.runs import console, written


@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=4),
    st.integers(0, 150),
    st.integers(0, 12),
)
def test_no_line_is_wider_than_the_page_whatever_is_written(
    pieces: list[str], width: int, indent: int
) -> None:
    to = console(max(1, width))
    page = Page(to)
    page.line(*pieces, indent=indent, hang=4)
    lines = written(to).split("\n")
    assert max(map(cell_len, lines)) <= page.width
    assert all(line == line.rstrip(" ") for line in lines)


def test_a_long_line_goes_on_below_further_to_the_right() -> None:
    to = console(NARROWEST)
    Page(to).line("word " * 14, indent=2, hang=3)
    first, second, *_ = written(to).splitlines()
    assert first.startswith("  word")
    assert second.startswith("     word")


def test_a_command_is_never_broken() -> None:
    to = console(NARROWEST)
    Page(to).command("next   ", "bridge resync --date 2026-11-22 --tz Europe/Amsterdam")
    assert written(to) == "next   bridge resync --date 2026-11-22 --tz Europe/Amsterdam\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "− café · 漢 → …"),
        ("ascii", "- caf\\xe9 | \\u6f22 -> ..."),
        ("latin-1", "- café | \\u6f22 -> ..."),
    ],
)
def test_what_the_encoding_lacks_is_written_in_ascii(encoding: str, said: str) -> None:
    to = console(80, encoding)
    Page(to).line("− café · 漢 → …")
    assert written(to) == said + "\n"


def test_styles_reach_a_terminal_and_a_pipe_gets_bare_text() -> None:
    to = console()
    Page(to).line(("bold [b]text[/b]", "bold"), " 12 :smile:")
    assert written(to) == "bold [b]text[/b] 12 :smile:\n"
