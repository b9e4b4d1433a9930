"""`bridge mapping check` says what a mapping uses, its witness too."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from bridge.cli.main import app
from bridge.errors import Exit, MappingError
from bridge.planning import built_in_mapping

WITNESS = "witness: {SocialPost: ExternalPostId}"


def checked(tmp_path: Path, text: str) -> tuple[int, str]:
    path = tmp_path / "my-org.yaml"
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["mapping", "check", str(path)])
    return done.exit_code, done.output


def test_the_witness_is_named_where_a_mapping_has_one(tmp_path: Path) -> None:
    built_in = built_in_mapping().read_text(encoding="utf-8")
    code, said = checked(tmp_path, built_in)
    assert (code, "Witness" in said) == (Exit.OK, False)
    assert f"# {WITNESS}\n" in built_in, "commented out: many orgs have no SocialPost"
    code, said = checked(tmp_path, built_in.replace(f"# {WITNESS}", WITNESS))
    assert code == Exit.OK
    assert " Witness: SocialPost.ExternalPostId.\n" in said
    assert said.endswith("doctor and a plan look at that.\n"), "valid is less than it sounds"


def test_what_looks_like_a_slip_in_a_valid_mapping_is_told(tmp_path: Path) -> None:
    built_in = built_in_mapping().read_text(encoding="utf-8")
    code, said = checked(tmp_path, built_in.replace("DUPLICATES_DETECTED", "DUPLICATE_DETECTED"))
    assert code == Exit.OK
    assert '"DUPLICATE_DETECTED" is known, did you mean "DUPLICATES_DETECTED"?\n' in said


def test_a_file_that_is_not_there_is_not_blamed_on_settings(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["mapping", "check", str(tmp_path / "nowhere.yaml")])
    assert isinstance(done.exception, MappingError)
    assert "BRIDGE_MAPPING" not in done.exception.advice
