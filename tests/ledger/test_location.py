"""Where a ledger lies is read from a path or a URL, and shown without its secrets."""

from __future__ import annotations

import pwd

import pytest

from bridge.errors import LedgerError
from bridge.ledger.location import parse, shown


@pytest.mark.parametrize(
    ("location", "backend", "database"),
    [
        ("ledger.sqlite3", "sqlite", "ledger.sqlite3"),
        ("sqlite:///ledger.sqlite3", "sqlite", "ledger.sqlite3"),
        ("postgresql://user@host/base", "postgresql", "base"),
        ("postgres://user@host/base", "postgresql", "base"),
        ("postgresql+psycopg2://user@host/base", "postgresql", "base"),
    ],
)
def test_a_path_or_a_url_leads_to_a_ledger(location: str, backend: str, database: str) -> None:
    url = parse(location)
    assert (url.get_backend_name(), url.database) == (backend, database)
    assert "psycopg2" not in url.drivername


@pytest.mark.parametrize(
    "location",
    [
        "postgresql://user:s3cret@host/base",
        "postgresql://user@host/base?password=s3cret",
        "postgresql://user@host/base?sslpassword=s3cret&passfile=s3cret",
    ],
)
def test_no_secret_is_shown(location: str) -> None:
    assert "s3cret" not in shown(parse(location))
    assert "host/base" in shown(parse(location))


@pytest.mark.parametrize(
    "location",
    [
        "mysql://user:s3cret@host/base",
        "://s3cret",
        "postgresql://user:s3c/ret:x@host:port/base",
        "postgresql://user:x@s3cret@host/base",
    ],
)
def test_what_can_not_be_read_is_not_repeated(location: str) -> None:
    with pytest.raises(LedgerError) as caught:
        parse(location)
    assert "s3c" not in caught.value.message + caught.value.advice
    assert "path" in caught.value.message + caught.value.advice


def test_a_user_without_a_home_is_told_to_name_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")

    def nobody(number: int) -> object:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(LedgerError, match="where the home of this user is"):
        parse("~/.local/share/gotallo-bridge/ledger.sqlite3")
    assert parse("/ledger.sqlite3").database == "/ledger.sqlite3"
