"""Amounts as settings and flags have them: `50`, `10%`, `none`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import SettingsError
from bridge.model import Amount
from bridge.settings import flag_of, load


@given(number=st.integers(0, 100), percent=st.booleans())
def test_an_amount_is_read_back_from_how_it_is_shown(number: int, percent: bool) -> None:
    amount = Amount(number, percent=percent)
    assert Amount.parse(str(amount)) == amount


@pytest.mark.parametrize("text", ["", "%", "ten", "-1", "101%", "5.5", "1e3", "٣", "10%%"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="50"):
        Amount.parse(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bridge_max_refused", "some"),
        ("bridge_api_reserve", "200%"),
        ("bridge_max_calls", "0"),
        ("bridge_max_new_refused", "few"),
        ("bridge_max_age_days", "-1"),
        ("bridge_max_plan_hours", "soon"),
    ],
)
def test_a_limit_that_is_none_is_refused_as_the_caller_calls_it(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{flag_of(name)}: "):
        load({name: value})
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load({name: value}, called=str)


def test_limits_come_from_the_file_and_the_environment_and_may_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text('bridge_max_refused = 70\nbridge_api_reserve = "none"\nbridge_max_calls = 9\n')
    monkeypatch.setenv("BRIDGE_MAX_AGE_DAYS", "none")
    settings = load({"bridge_max_calls": "12"}, config=path)
    assert settings.max_refused == Amount(70)
    assert settings.api_reserve is None
    assert settings.bridge_max_calls == 12
    assert settings.bridge_max_age_days is None
    assert settings.bridge_max_plan_hours == 24
