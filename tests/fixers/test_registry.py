from __future__ import annotations

import importlib
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bridge import fixers
from bridge.errors import Exit

OURS = ("defaults", "flatten", "nulls", "picklist", "text", "truncate", "types")

PLUGIN = """
from bridge.fixers import Fixer
from bridge.model import Change, Risk

class Shout(Fixer):
    name = "shout"
    risk = Risk.LOSSY

    def fix(self, record, schema, diagnosis):
        return [Change("Text__c", "hi", "HI", "shout", "louder", Risk.LOSSY)]
"""


class Plugins:
    """Distributions that a test installs, each with one fixer and a module of its own."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def install(self, distribution: str, entry: str, source: str = PLUGIN) -> None:
        module = distribution.replace("-", "_")
        (self._site / f"{module}.py").write_text(source)
        info = self._site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text(f"[bridge.fixers]\n{entry}\n")
        importlib.invalidate_caches()


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    return Plugins(tmp_path)


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
    assert fixers.find("nulls").__module__ == "bridge.fixers.nulls"
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
