from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bridge import fixers
from bridge.errors import Exit
from tests.plugins import PLUGIN, Plugins

OURS = (
    *("copy", "defaults", "drop", "email", "flatten", "nulls", "owner", "phone", "picklist"),
    *("record_type", "references", "rename", "text", "truncate", "types", "url"),
)


def test_ours_are_known_whether_installed_or_not() -> None:
    assert set(OURS) <= set(fixers.names())
    for name in OURS:
        assert fixers.find(name).name == name


def test_the_project_file_and_the_registry_name_the_same_fixers() -> None:
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    declared = tomllib.loads(pyproject.read_text())["project"]["entry-points"]["bridge.fixers"]
    found = {name: fixers.find(name) for name in OURS}
    assert declared == {name: f"{f.__module__}:{f.__name__}" for name, f in found.items()}


def test_nothing_said_is_no_options() -> None:
    assert fixers.build("nulls", None).options == fixers.NoOptions()


def test_options_that_a_fixer_does_not_take_come_back_with_their_place() -> None:
    with pytest.raises(ValidationError) as caught:
        fixers.build("truncate", {"Text__c": {"length": "long"}})
    assert [error["loc"] for error in caught.value.errors()] == [("Text__c", "length")]
    with pytest.raises(ValidationError):
        fixers.build("nulls", {"Text__c": 1})


def test_an_unknown_fixer_comes_with_a_suggestion() -> None:
    with pytest.raises(fixers.UnknownFixer) as caught:
        fixers.build("trunkate", None)
    assert caught.value.message == 'There is no fixer "trunkate"'
    assert 'Did you mean "truncate"?' in caught.value.advice
    assert caught.value.exit_code is Exit.USAGE


def test_an_unknown_fixer_like_none_comes_with_the_list_alone() -> None:
    with pytest.raises(fixers.UnknownFixer) as caught:
        fixers.build("xyz", None)
    assert caught.value.advice.startswith("There are: ")


def test_an_installed_fixer_is_listed_and_imported_only_when_asked_for(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout")
    assert "shout" in fixers.names()
    fixers.build("nulls", None)
    assert "shout_fixer" not in sys.modules
    assert fixers.build("shout", None).name == "shout"
    assert "shout_fixer" in sys.modules


def test_an_installed_fixer_never_takes_the_place_of_ours(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "nulls = shout_fixer:Shout")
    assert fixers.find("nulls").__module__ == "bridge.fixers.built_in.nulls"
    assert fixers.names().count("nulls") == 1


@pytest.mark.parametrize(
    ("source", "entry", "what"),
    [
        pytest.param("1 / 0", "shout = shout_fixer:Shout", "ZeroDivisionError", id="raises"),
        pytest.param("", "shout = shout_fixer:Shout", "AttributeError", id="lacks it"),
        pytest.param("Shout = 7", "shout = shout_fixer:Shout", "no subclass", id="no class"),
        pytest.param("Shout = dict", "shout = shout_fixer:Shout", "no subclass", id="no fixer"),
        pytest.param(PLUGIN, "whisper = shout_fixer:Shout", "as its name", id="another name"),
        pytest.param(
            PLUGIN.replace("    risk = Risk.LOSSY\n", ""),
            "shout = shout_fixer:Shout",
            "risk",
            id="no risk",
        ),
    ],
)
def test_a_broken_fixer_is_named_with_its_distribution(
    plugins: Plugins, source: str, entry: str, what: str
) -> None:
    plugins.install("shout-fixer", entry, source)
    name = entry.split()[0]
    with pytest.raises(fixers.BrokenFixer) as caught:
        fixers.build(name, None)
    assert f'"{name}" of shout-fixer (shout_fixer:Shout)' in caught.value.message
    assert what in caught.value.message
    assert caught.value.advice
    assert fixers.build("nulls", None).name == "nulls"


def test_two_distributions_with_one_name_are_refused(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout")
    plugins.install("loud-fixer", "shout = loud_fixer:Shout")
    with pytest.raises(
        fixers.BrokenFixer, match=r"loud-fixer .*shout-fixer|shout-fixer .*loud-fixer"
    ):
        fixers.find("shout")


def test_all_exports_are_there() -> None:
    exported: dict[str, Any] = {name: getattr(fixers, name) for name in fixers.__all__}
    assert len(exported) == len(fixers.__all__)


def offer(name: str) -> fixers.Offer:
    (found,) = [one for one in fixers.offers() if one.name == name]
    return found


def test_all_fixers_are_offered_with_whose_they_are(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout")
    offered = list(fixers.offers())
    assert [one.name for one in offered] == list(fixers.names())
    assert all(one.fixer is fixers.find(one.name) and not one.broken for one in offered)
    assert offer("nulls").distribution == "gotallo-bridge"
    assert offer("shout").distribution == fixers.distribution_of("shout") == "shout-fixer"


@pytest.mark.parametrize(
    ("source", "what"),
    [
        pytest.param("1 / 0", "ZeroDivisionError", id="raises"),
        pytest.param("raise SystemExit", "SystemExit", id="ends the program"),
        pytest.param(PLUGIN + "    Options = dict\n", "no pydantic model", id="options of a dict"),
        pytest.param(PLUGIN + "    examples = (1,)\n", "no bridge.fixers.Example", id="examples"),
        pytest.param(PLUGIN.replace("Risk.LOSSY\n", "7\n"), "(risk)", id="risk of another type"),
    ],
)
def test_a_broken_one_is_offered_as_broken_and_stops_no_list(
    plugins: Plugins, source: str, what: str
) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout", source)
    broken = offer("shout")
    assert (broken.fixer, broken.distribution) == (None, "shout-fixer")
    assert what in broken.broken
    assert offer("types").fixer is not None


def test_two_with_one_name_are_offered_as_one_that_is_broken(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout")
    plugins.install("loud-fixer", "shout = loud_fixer:Shout")
    assert "More than one" in offer("shout").broken
    assert set(offer("shout").distribution.split(", ")) == {"shout-fixer", "loud-fixer"}


def test_one_that_is_called_like_ours_is_offered_beside_it_as_broken(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "nulls = shout_fixer:Shout")
    ours, theirs = [one for one in fixers.offers() if one.name == "nulls"]
    assert ours.fixer is fixers.find("nulls")
    assert (theirs.fixer, theirs.distribution) == (None, "shout-fixer")
    assert "called like one of ours" in theirs.broken
    assert "shout_fixer" not in sys.modules


@pytest.mark.parametrize(
    ("more", "what"),
    [
        pytest.param("def __init__(self, options): 1 / 0", "ZeroDivisionError", id="made"),
        pytest.param("def named_fields(self): return [7]", "with a int", id="a field of a number"),
        pytest.param("def named_fields(self): return None", "TypeError", id="no fields"),
        pytest.param("fix = Fixer.fix", "TypeError", id="no fix"),
    ],
)
def test_one_that_can_not_be_made_is_broken(plugins: Plugins, more: str, what: str) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout", f"{PLUGIN}\n    {more}\n")
    with pytest.raises(fixers.BrokenFixer) as caught:
        fixers.build("shout", None)
    assert '"shout" can\'t be made' in caught.value.message
    assert what in caught.value.message
