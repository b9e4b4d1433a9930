"""A fixer of somebody else, from its skeleton to a plan: built, installed, named, and unnamed."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.planning import built_in_mapping
from bridge.practice import MorningCause, Scenario
from bridge.skeleton import write_skeleton
from tests.whole.conftest import OpenHouse
from tests.whole.house import House, process_environment

ROOT = Path(__file__).parents[2]
NAME = "plain_es"
IMPORT = f"| {NAME}.fixer"
"""How Python tells of its import, at the end of a line."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A Python that has the bridge, what it needs, and a fixer of somebody else."""

    python: Path

    def bridge(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command there; each import is told on stderr."""
        return subprocess.run(
            [self.python, "-X", "importtime", "-m", "bridge", *arguments],
            env=process_environment({**environment, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def json(self, *arguments: str, **environment: str) -> tuple[dict[str, object], bool]:
        """The document that a command prints, and whether the fixer was imported for it."""
        done = self.bridge(*arguments, "--json", **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), IMPORT in done.stderr


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The skeleton's wheel, built and installed with nothing from anywhere else."""
    folder = tmp_path_factory.mktemp("plugin")
    skeleton = write_skeleton(NAME, folder)
    wheels = folder / "wheels"
    pip("wheel", "--no-build-isolation", f"--wheel-dir={wheels}", str(skeleton))
    (wheel,) = wheels.iterdir()
    venv.create(folder / "environment", symlinks=True)
    python = folder / "environment" / "bin" / "python"
    pip(f"--python={python}", "install", str(wheel))
    (packages,) = (folder / "environment").glob("lib/python*/site-packages")
    borrowed = "; ".join(f"site.addsitedir({each!r})" for each in site.getsitepackages())
    (packages / "borrowed.pth").write_text(f"import site; {borrowed}\n", encoding="utf-8")
    return Installation(python)


def pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--no-deps", "--no-index", "--quiet"],
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(Scenario(causes={MorningCause.LONG_TEXT: 3}))


def a_mapping_that_names_it(tmp_path: Path, by: str) -> Path:
    path = tmp_path / "my-org.yaml"
    built_in = built_in_mapping().read_text(encoding="utf-8")
    use = f"{NAME}: {{fields: [Text__c], character: e, by: '{by}'}}"
    named = built_in.replace("\nfixers:\n", f"\nfixers:\n  - {use}\n", 1)
    assert named != built_in
    path.write_text(named, encoding="utf-8")
    return path


def plan(installation: Installation, house: House, *more: str) -> tuple[dict[str, object], bool]:
    day = ("--date", house.practice.day.isoformat())
    return installation.json("plan", *day, *more, **house.environment)


def changed_by(house: House) -> set[str]:
    """Which fixers made the changes of the plan that is on record."""
    with house.ledger() as ledger:
        (run,) = ledger.runs(9)
        return {change.fixer for item in ledger.items(run.id) for change in item.changes}


def test_it_is_listed_and_shown(installation: Installation) -> None:
    listed, imported = installation.json("fixers")
    assert isinstance(listed["fixers"], list)
    (offer,) = [one for one in listed["fixers"] if one["name"] == NAME]
    assert (offer["distribution"], offer["broken"]) == ("bridge-fixer-plain-es", None)
    assert imported
    shown, _ = installation.json("fixers", NAME)
    assert isinstance(shown["examples"], list)
    assert [example["failed"] for example in shown["examples"]] == [None, None]


def test_a_mapping_that_names_it_is_valid(installation: Installation, tmp_path: Path) -> None:
    good = a_mapping_that_names_it(tmp_path, "3")
    checked = installation.bridge("mapping", "check", str(good))
    assert checked.returncode == 0, checked.stderr
    assert f"Fixers: {NAME}, " in checked.stdout


def test_a_mapping_that_misuses_it_is_told_where(
    installation: Installation, tmp_path: Path
) -> None:
    bad = a_mapping_that_names_it(tmp_path, "eee")
    checked = installation.bridge("mapping", "check", str(bad))
    assert checked.returncode == 2
    lines = bad.read_text(encoding="utf-8").splitlines()
    line = 1 + next(n for n, each in enumerate(lines) if NAME in each)
    assert f"my-org.yaml:{line}:" in checked.stderr
    assert "what stands in its place has the character again" in checked.stderr


def test_it_changes_what_a_mapping_has_it_change(
    installation: Installation, house: House, tmp_path: Path
) -> None:
    mapping = a_mapping_that_names_it(tmp_path, "3")
    document, imported = plan(installation, house, "--mapping", str(mapping))
    assert imported
    assert NAME in changed_by(house)
    assert "it has U+0065" in json.dumps(document)
    assert NAME in json.dumps(document)


def test_unnamed_it_does_nothing_and_is_not_even_imported(
    installation: Installation, house: House
) -> None:
    _, imported = plan(installation, house)
    assert not imported
    assert NAME not in changed_by(house)
