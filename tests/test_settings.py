"""Secrets come from the environment alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import SettingsError
from bridge.settings import load, refuse_password

WITH_PASSWORD = [
    "postgresql://user:s3cret@host/base",
    "postgresql://user@host/base?password=s3cret",
    "postgres://user:s3c@ret@host/base",
]


@pytest.mark.parametrize("location", WITH_PASSWORD)
def test_a_ledgers_password_is_taken_from_the_environment_alone(
    location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(f'bridge_ledger = "{location}"', encoding="utf-8")
    with pytest.raises(SettingsError, match="holds a password") as by_file:
        load({}, config=file)
    with pytest.raises(SettingsError, match="holds a password") as by_flag:
        refuse_password(location, "--ledger")
    for caught in (by_file, by_flag):
        assert "s3c" not in caught.value.message + caught.value.advice
    monkeypatch.setenv("BRIDGE_LEDGER", location)
    settings = load({})
    assert settings.bridge_ledger == location
    assert "s3c" not in repr(settings)


@pytest.mark.parametrize("location", ["ledger.sqlite3", "postgresql://user@host:5432/base"])
def test_a_ledger_without_a_password_may_be_named_anywhere(location: str, tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(f'bridge_ledger = "{location}"', encoding="utf-8")
    assert load({}, config=file).bridge_ledger == location
    refuse_password(location, "--ledger")
