"""A look at a ledger makes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import LedgerError
from bridge.ledger import Ledger, look


def test_a_place_without_a_ledger_is_told_and_left_so(location: str) -> None:
    for _ in range(2):
        found = look(location)
        assert (found.version, found.unwritable) == (0, None)
    with pytest.raises(LedgerError):
        Ledger.existing(location)


def test_a_ledger_that_is_there_can_be_written(location: str) -> None:
    Ledger(location).close()
    found = look(location)
    assert found.version == found.newest > 1
    assert found.unwritable is None
    assert (found.free_bytes is None) is location.startswith("postgresql")


def test_a_folder_to_be_made_is_no_hindrance(tmp_path: Path) -> None:
    assert look(str(tmp_path / "new" / "newer" / "ledger.sqlite3")).unwritable is None
    assert not list(tmp_path.iterdir())


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert look(str(tmp_path / "file" / "ledger")).unwritable == f"{tmp_path / 'file'} is no folder"
    assert look(str(tmp_path)).unwritable == f"{tmp_path} is no file"
