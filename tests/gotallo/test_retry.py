from __future__ import annotations

import pytest

from bridge.gotallo.retry import read_retry_after


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("17", 17.0),
        ("9" * 400, float("inf")),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("٣", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert read_retry_after(header) == seconds


def test_a_date_to_come_is_the_time_until_then() -> None:
    seconds = read_retry_after("Fri, 31 Dec 2999 23:59:59 GMT")
    assert seconds is not None
    assert seconds > 1_000_000
