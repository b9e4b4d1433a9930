from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.fixers import numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" -7 ", -7),
        ("007", 7),
        ("12.50", 12.5),
        ("12.00", 12),
        ("12.", 12),
        (".5", 0.5),
        ("+0.1", 0.1),
        ("1e3", 1000),
        ("9.12260031E8", 912260031),
        ("12E-1", 1.2),
        ("0e99", 0),
        ("12345678901234567.89", None),
        ("1e41", None),
        ("1,234", None),
        ("1 234", None),
        (".", None),
        ("١٢", None),
        ("NaN", None),
        ("", None),
        ("9" * 41, None),
    ],
)
def test_only_plain_digits_that_fit_exactly_are_a_number(text: str, number: float | None) -> None:
    spelt = numbers.spelt(text)
    assert repr(spelt and numbers.for_json(spelt)) == repr(number) or (spelt == number == 0)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1e20, max_value=1e20)
)
def test_a_number_is_never_rounded_unasked(decimal: Decimal) -> None:
    spelt = numbers.spelt(format(decimal, "f"))
    assert spelt == decimal
    number = numbers.for_json(spelt)
    assert number is None or Decimal(repr(number)) == decimal


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.integers(0, 5))
def test_a_rounded_number_has_no_more_decimals_and_the_least_difference(
    decimal: Decimal, scale: int
) -> None:
    rounded = numbers.rounded(decimal, scale)
    assert numbers.decimals(rounded) <= scale
    assert abs(rounded - decimal) <= Decimal(5).scaleb(-scale - 1)


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
