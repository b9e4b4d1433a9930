"""From page to page of a listing, one ahead of whoever reads it."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeAlias
from urllib.parse import urlsplit

from bridge.errors import GoTalloError
from bridge.gotallo.wire import Page

ReadPage: TypeAlias = Callable[[str, int], Page]
"""From a query string and the page's number, counted from 1, to the page."""


def walk(first_query: str, read_page: ReadPage, ahead: Executor) -> Iterator[Page]:
    """Yield each page once the next one is being read.

    Raises GoTalloError if a page names one that was read already, or none that can be asked for.
    """
    seen = {first_query}
    number = 1
    reading = _begin(ahead, read_page, first_query, number)
    while True:
        page = reading.result()
        if page.next_url is None:
            yield page
            return
        query = _query_of(page.next_url, number)
        if query in seen:
            raise GoTalloError(
                f"Page {number} of GoTallo's list names a page as its next that was read before: "
                "the list has no end.",
                "Try again; if it persists, tell GoTallo's support.",
            )
        seen.add(query)
        number += 1
        reading = _begin(ahead, read_page, query, number)
        yield page


def _begin(ahead: Executor, read_page: ReadPage, query: str, number: int) -> Future[Page]:
    # The copy gives the other thread this one's logging context.
    return ahead.submit(contextvars.copy_context().run, read_page, query, number)


def _query_of(next_url: str, number: int) -> str:
    try:
        query = urlsplit(next_url).query
    except ValueError:
        query = ""
    if not query:
        raise GoTalloError(
            f"Page {number} of GoTallo's list names a next page that has no query.",
            "Try again; if it persists, tell GoTallo's support.",
        )
    return query
