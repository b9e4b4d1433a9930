"""`bridge fixers`: the list, one fixer, a new one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bridge.cli.main import app
from bridge.errors import UsageError
from bridge.fixers import BrokenFixer, UnknownFixer, find, names
from bridge.fixers.registry import OURS
from bridge.report import fixers_document
from bridge.report.fixers import FixerDocument, FixersDocument
from bridge.report.terminal import show_fixers
from tests.plugins import PLUGIN, Plugins

EXAMPLES = """
    def fix(self, record, schema, diagnosis):
        if "Social25__Text__c" in record:
            yield Change("Text__c", "hi", "HI", "shout", "louder", Risk.LOSSY)

    from bridge.fixers import Example
    examples = (
        Example("It shouts.", None, {"Text__c": "hi"}, {"Text__c": "HI"}),
        Example("It says nothing.", None, {"Media_Title__c": "hi"}, {"Media_Title__c": "HI"}),
        Example("It whispers.", {"low": True}, {"Text__c": "HI"}, {"Text__c": "hi"}),
    )
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["fixers", *arguments], env={"COLUMNS": "110"})


def shown(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exception is None, result.exception
    return result.stdout


def test_the_list_has_each_fixer_with_its_risk_and_first_line() -> None:
    said = shown()
    for name in OURS:
        first = (find(name).__doc__ or "").partition("\n")[0]
        assert f"{name} " in said
        assert " ".join(f"{find(name).risk} {first}".split()) in " ".join(said.split())
    assert "bridge fixers new NAME" in said


def test_what_is_said_of_one_goes_on_below_itself() -> None:
    console = Console(width=60, file=io.StringIO(), record=True)
    show_fixers(fixers_document(), console)
    lines = console.export_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("  picklist"))
    column = lines[at].index("Replace")
    assert lines[at + 1][:column].isspace()
    assert not lines[at + 1][column].isspace()
    assert max(map(len, lines)) <= 60


def test_an_installed_one_is_listed_with_its_distribution(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout", PLUGIN)
    said = shown()
    assert "1 of shout-fixer" in said
    assert "(shout-fixer)" in said


def test_a_broken_one_is_listed_with_the_reason_among_the_others(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout", "raise RuntimeError('\x1b[31mno')")
    said = " ".join(shown().split())
    assert 'shout broken The fixer "shout" of shout-fixer (shout_fixer:Shout) can\'t be' in said
    assert r"RuntimeError: \x1b[31mno" in said
    assert "truncate lossy" in said
    with pytest.raises(BrokenFixer):
        raise run("shout").exception or AssertionError


def test_the_list_as_json(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout", "1 / 0")
    document = FixersDocument.model_validate_json(shown("--json"))
    assert document.format == "bridge.fixers/1"
    assert [one.name for one in document.fixers] == list(names())
    assert {one.name for one in document.fixers if one.broken} == {"shout"}
    assert all(one.broken or (one.summary and one.risk) for one in document.fixers)


@pytest.mark.parametrize("name", OURS)
def test_one_has_its_help_its_options_and_its_examples(name: str) -> None:
    said = " ".join(shown(name).split())
    assert "Problem:" in said
    assert "Repair:" in said
    assert f"at most {find(name).risk} · gotallo-bridge" in said
    for example in find(name).examples:
        assert example.says in said
    assert "But " not in said


def test_an_example_is_a_line_of_a_mapping_and_the_difference() -> None:
    said = shown("flatten")
    assert "    - flatten: {User_Profile_Image_URL__c: url}\n" in said
    assert "    User_Profile_Image_URL__c  lossy: url is taken; dropped: etag\n" in said
    assert "    User_Profile_Image_URL__c  stays  " in said
    assert "error  STRING_TOO_LONG on User_Full_Name__c, at most 7" in shown("truncate")


@pytest.mark.parametrize("arguments", [("--json", "truncate"), ("truncate", "--json")])
def test_one_as_json(arguments: tuple[str, str]) -> None:
    document = FixerDocument.model_validate_json(shown(*arguments))
    assert (document.format, document.name) == ("bridge.fixer/1", "truncate")
    assert document.help[0].startswith("Problem: ")
    assert {"{Field}.length", "{Field}.marker"} <= {option.name for option in document.options}
    cut = document.examples[0]
    assert cut.failed is None
    assert [(change.field, change.after) for change in cut.changes] == [
        ("Text__c", cut.after["Text__c"])
    ]


def test_an_example_that_does_not_hold_is_shown_as_such(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout", PLUGIN + EXAMPLES)
    document = json.loads(shown("shout", "--json"))
    first, second, third = (example["failed"] for example in document["examples"])
    assert "whose API name is Social25__Text__c" in first
    assert second == 'it comes out as {"Social25__Media_Title__c": "hi"}'
    assert "Extra inputs" in third
    assert "But the fixer shout failed on it" in shown("shout")


def test_a_typo_comes_with_a_suggestion() -> None:
    error = run("trunkate").exception
    assert isinstance(error, UnknownFixer)
    assert 'Did you mean "truncate"?' in error.advice


def test_help_tells_of_the_name_and_of_new() -> None:
    said = shown("--help")
    assert "[NAME | new NAME]" in said
    assert "look-up" not in said


def test_a_new_one_is_written_where_it_is_told(tmp_path: Path) -> None:
    said = shown("new", "plain_spaces", "--into", str(tmp_path))
    assert (tmp_path / "plain_spaces" / "pyproject.toml").is_file()
    assert "python -m pytest" in said
    assert isinstance(run("new", "plain_spaces", "--into", str(tmp_path)).exception, UsageError)


def test_a_new_one_is_written_here_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = shown("new", "plain_spaces")
    assert (tmp_path / "plain_spaces" / "src").is_dir()
    assert "pip install -e './plain_spaces[test]'" in said, "a bare name is one of the registry"
    assert "python -m pytest ./plain_spaces" in said
