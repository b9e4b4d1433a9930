from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from bridge.errors import GoTalloError
from bridge.gotallo.pages import walk
from bridge.gotallo.wire import Page


@pytest.fixture
def ahead() -> Iterator[Executor]:
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


def page(next_url: str | None = None) -> Page:
    return Page(count=None, next_url=next_url, results=())


class Pages:
    """Pages by their query, and what was asked for."""

    def __init__(self, **by_query: Page) -> None:
        self._by_query = by_query
        self.asked: list[tuple[str, int]] = []

    def __call__(self, query: str, number: int) -> Page:
        self.asked.append((query, number))
        assert len(self.asked) < 10, "the list is walked for ever"
        return self._by_query[query]


def test_pages_come_in_order_by_the_query_of_each_next(ahead: Executor) -> None:
    one, two, three = page("https://x.example/?b"), page("/elsewhere?c#part"), page()
    pages = Pages(a=one, b=two, c=three)
    assert list(walk("a", pages, ahead)) == [one, two, three]
    assert pages.asked == [("a", 1), ("b", 2), ("c", 3)]


def test_one_page_and_no_more_is_read_ahead_of_the_reader() -> None:
    pages = Pages(a=page("?b"), b=page("?c"), c=page("?d"), d=page())
    with ThreadPoolExecutor(max_workers=1) as ahead:
        walking = walk("a", pages, ahead)
        next(walking)
    assert [query for query, _ in pages.asked] == ["a", "b"]


def test_a_list_that_leads_back_is_refused(ahead: Executor) -> None:
    pages = Pages(a=page("?b"), b=page("?a"))
    with pytest.raises(GoTalloError, match=r"Page 2 .* read before"):
        list(walk("a", pages, ahead))
    assert len(pages.asked) == 2


@pytest.mark.parametrize("next_url", ["https://x.example/messages/", "http://[", "?"])
def test_a_next_without_a_query_is_refused(ahead: Executor, next_url: str) -> None:
    with pytest.raises(GoTalloError, match=r"Page 1 .* no query"):
        list(walk("a", Pages(a=page(next_url)), ahead))
