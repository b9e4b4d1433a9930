from __future__ import annotations

from pathlib import Path

import pytest

from bridge.practice.env_file import EnvFile, EnvFileError


def test_only_its_owner_reads_it_whoever_read_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "practice.env"
    EnvFile(path).write("export A=1\n")
    path.chmod(0o644)
    EnvFile(path).write("export A=2\n")
    assert path.read_text().splitlines()[1:] == ["export A=2"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"API_KEY=secret\n", b"\xff\n", b"\nexport A=1\n"])
def test_a_file_that_is_no_practice_orgs_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ".env"
    path.write_bytes(content)
    with pytest.raises(EnvFileError, match=r"\.env"):
        EnvFile(path)
    assert path.read_bytes() == content


def test_an_empty_file_holds_nothing_to_lose(tmp_path: Path) -> None:
    path = tmp_path / "made.env"
    path.touch()
    EnvFile(path).write("export A=1\n")
    assert path.read_text().endswith("export A=1\n")


def test_what_the_next_practice_org_wrote_stays_when_the_first_ends(tmp_path: Path) -> None:
    path = tmp_path / "practice.env"
    first, second = EnvFile(path), EnvFile(path)
    first.write("export A=1\n")
    second.write("export A=2\n")
    first.remove()
    assert path.read_text().endswith("export A=2\n")
    second.remove()
    assert not path.exists()


@pytest.mark.parametrize("name", ["", "there/is/no.env"], ids=["a folder", "in no folder"])
def test_a_place_that_takes_no_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(EnvFileError) as caught:
        EnvFile(path).write("export A=1\n")
    assert str(path) in str(caught.value)
