"""Scenarios as files: a person's own org, and what goes wrong there, to rehearse on.

A file is YAML, its keys are the fields of `Scenario`; what it leaves out is as in `morning`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path as FilePath

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from bridge.practice.fault_form import FaultForm
from bridge.practice.faults import Fault
from bridge.practice.mistakes import Mistake, Path, at, mistakes
from bridge.practice.org.customizing import FieldSetting
from bridge.practice.org.duplicates import DuplicateRule
from bridge.practice.org.org import Org
from bridge.practice.org.record_types import RecordTypeSetting
from bridge.practice.org.rules import RuleSetting
from bridge.practice.org.triggers import TriggerSetting
from bridge.practice.scenario import Scenario
from bridge.practice.yaml_places import YamlError, YamlText, read_yaml

_SHIPPED = FilePath(__file__).with_name("scenarios")
_MOST_BYTES = 1_000_000
KEYS = tuple(f.name for f in fields(Scenario) if f.init)

_SCENARIO = TypeAdapter(Scenario)


class _Faults(BaseModel):
    faults: tuple[FaultForm, ...] = ()


class ScenarioError(ValueError):
    """A scenario can't be used: `path` says which, `problems` what is wrong where."""

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.path = path
        self.problems = problems


def shipped_scenarios() -> tuple[str, ...]:
    """The names of the scenarios that come with the practice org."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def shipped_text(name: str) -> str:
    """The file of a scenario that comes with the practice org, with its comments."""
    return _read(_SHIPPED / f"{name}.yaml")


def load_scenario(name_or_file: str) -> Scenario:
    """The scenario of that name, or in that file.

    Raises:
        ScenarioError: there is none, or it is wrong.
    """
    if name_or_file in shipped_scenarios():
        return parse_scenario(shipped_text(name_or_file), name_or_file)
    path = FilePath(name_or_file)
    if not path.is_file():
        names = ", ".join(shipped_scenarios())
        what = f"{name_or_file}: no such file, and no scenario of that name ({names})"
        raise ScenarioError(name_or_file, (what,))
    return parse_scenario(_read(path), name_or_file)


def parse_scenario(text: str, path: str) -> Scenario:
    """The scenario that a file's text says.

    Args:
        text: YAML.
        path: where it comes from, for the errors.

    Raises:
        ScenarioError: it is no YAML, has a wrong key or value, or makes no org.
    """
    try:
        written = read_yaml(text)
    except YamlError as error:
        line, column = error.place
        raise ScenarioError(path, (f"{path}:{line}:{column}: {error.what}",)) from None
    try:
        return _scenario(written.data)
    except ValidationError as error:
        found = mistakes(error, written.data, _keys_at)
    except Mistake as mistake:
        found = (mistake,)
    in_order = sorted(found, key=lambda mistake: written.place(mistake.path))
    raise ScenarioError(path, tuple(_told(path, written, mistake) for mistake in in_order))


def _scenario(written: object) -> Scenario:
    if written is None:
        raise Mistake((), "it is empty: write at least one key, such as `size: 34`")
    if not isinstance(written, dict):
        raise Mistake((), "keys and values are expected, such as `size: 34`")
    said = {key: value for key, value in written.items() if key != "faults"}
    scenario = replace(_SCENARIO.validate_python(said), faults=_faults(written))
    Org(scenario, dt.datetime.fromtimestamp(0, dt.UTC))
    return scenario


def _faults(written: object) -> tuple[Fault, ...]:
    made = []
    for number, form in enumerate(_Faults.model_validate(written).faults):
        with at("faults", number):
            made.append(form.fault())
    return tuple(made)


def _told(file: str, written: YamlText, mistake: Mistake) -> str:
    line, column = written.place(mistake.path)
    return f"{file}:{line}:{column}: {mistake}"


def _keys_at(path: Path) -> Iterable[str]:
    match path:
        case ():
            return KEYS
        case ("fields", _, _):
            return _names(FieldSetting)
        case ("rules", _):
            return _names(RuleSetting)
        case ("trigger",):
            return _names(TriggerSetting)
        case ("record_types", _):
            return _names(RecordTypeSetting)
        case ("duplicate_rules", _):
            return _names(DuplicateRule)
        case ("faults", _):
            return FaultForm.model_fields
        case _:
            return ()


def _names(
    kind: type[FieldSetting | RecordTypeSetting | RuleSetting | TriggerSetting | DuplicateRule],
) -> list[str]:
    return [f.name for f in fields(kind)]


def dump_scenario(scenario: Scenario) -> str:
    """The YAML that says how a scenario differs from `morning`; its faults are left out."""
    written = _SCENARIO.dump_python(
        scenario, mode="json", exclude_defaults=True, exclude={"counts", "day", "faults"}
    )
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=100)


def _read(path: FilePath) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_MOST_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(str(path), (f"{path} can't be read: {error}",)) from None
