"""The date of an answer's head."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.http_date import http_date


@given(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(9999, 1, 1)))  # noqa: DTZ001
def test_a_date_of_http_is_read_to_the_second(moment: dt.datetime) -> None:
    known = moment.replace(microsecond=0, tzinfo=dt.UTC)
    assert http_date(format_datetime(known, usegmt=True)) == known


@pytest.mark.parametrize("header", [None, "", "now", "Sun, 99 Nov 2026 08:49:37 GMT"])
def test_what_is_no_date_tells_no_time(header: str | None) -> None:
    assert http_date(header) is None
