from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fixers import numbers


@pytest.mark.parametrize(
    ("text", "scale", "number"),
    [
        ("12", 0, 12),
        (" -7 ", 0, -7),
        ("007", 0, 7),
        ("12.50", 1, 12.5),
        ("12.00", 0, 12),
        ("12.55", 1, None),
        ("0.1", 18, 0.1),
        ("12345678901234567.89", 2, None),
        ("1e3", 0, None),
        ("1,234", 3, None),
        ("١٢", 0, None),
        ("NaN", 2, None),
        ("", 0, None),
        ("9" * 41, 0, None),
    ],
)
def test_only_plain_digits_that_fit_exactly_are_a_number(
    text: str, scale: int, number: float | None
) -> None:
    assert repr(numbers.from_text(text, scale)) == repr(number)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1e20, max_value=1e20)
)
def test_a_number_is_never_rounded(decimal: Decimal) -> None:
    number = numbers.from_text(format(decimal, "f"), scale=3)
    assert number is None or Decimal(repr(number)) == decimal


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (262358007148636, "262358007148636"),
        (10**30, "1" + "0" * 30),
        (1e15, "1000000000000000"),
        (2.5, "2.5"),
        (1e-7, "0.0000001"),
        (-0.5, "-0.5"),
        (1e17, None),
        (float("inf"), None),
        (float("nan"), None),
    ],
)
def test_a_number_as_text_has_all_its_digits_and_no_exponent(
    number: float, text: str | None
) -> None:
    assert numbers.as_text(number) == text
