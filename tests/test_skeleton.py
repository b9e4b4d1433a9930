"""A fixer that `bridge fixers new` writes is right as it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import UsageError
from bridge.fixers.registry import OURS
from bridge.skeleton import write_skeleton
from tests.plugins import Plugins

ROOT = Path(__file__).parents[1]
LONGEST = "a_fixer_with_a_name_of_much_size"


@pytest.fixture(scope="module", params=["plain_spaces", LONGEST, "x", "record"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_skeleton(request.param, tmp_path_factory.mktemp("plugins"))


def checked(folder: Path, *command: str) -> str:
    """What the command says, in the folder of the skeleton."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_test_passes(written: Path) -> None:
    assert "1 passed" in checked(written, "pytest", "-p", "no:cacheprovider")


def test_it_is_formatted_and_linted(written: Path) -> None:
    checked(written, "ruff", "format", "--check", "--no-cache", ".")
    checked(written, "ruff", "check", "--no-cache", ".")


def test_its_types_are_right(tmp_path: Path) -> None:
    folder = write_skeleton("plain_spaces", tmp_path)
    said = checked(folder, "mypy", "--strict", "src", "tests", "--cache-dir", os.devnull)
    assert "no issues found in 3 source files" in said


def test_no_placeholder_is_left(written: Path) -> None:
    for file in written.rglob("*.*"):
        if file.is_file() and file.suffix != ".pyc":
            assert "$" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_name_of_ours_is_taken(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is a fixer"):
        write_skeleton(name, tmp_path)


def test_a_name_of_an_installed_fixer_is_taken(plugins: Plugins, tmp_path: Path) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout", "1 / 0")
    with pytest.raises(UsageError, match="There is a fixer"):
        write_skeleton("shout", tmp_path)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        *((name, "can't be called") for name in ("", "Plain", "plain-spaces", "1st", "a__b", "_a")),
        *((name, "can't be called") for name in ("a_", "ä", "a b", "../a", "a/b", "a\n", "x" * 33)),
        *(
            (name, "means something")
            for name in ("new", "hold", "retry", "class", "match", "tests")
        ),
        *((name, "a Python package") for name in ("json", "winreg", "pydantic", "regex")),
    ],
)
def test_a_name_that_can_be_none_is_refused(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        write_skeleton(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "plain_spaces").mkdir()
    with pytest.raises(UsageError, match="is there already"):
        write_skeleton("plain_spaces", tmp_path)
    assert list((tmp_path / "plain_spaces").iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be written"):
        write_skeleton("plain_spaces", tmp_path / "none")
    assert list(tmp_path.iterdir()) == []
