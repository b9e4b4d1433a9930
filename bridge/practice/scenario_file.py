"""Scenarios as files: a person's own org, and what goes wrong there, to rehearse on.

A file is YAML, its keys are the fields of `Scenario`; what it leaves out is as in `morning`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from pathlib import Path

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from bridge.practice.fault_form import FaultForm
from bridge.practice.faults import Fault
from bridge.practice.org.org import Org
from bridge.practice.scenario import Scenario

_SHIPPED = Path(__file__).with_name("scenarios")
_MOST_BYTES = 1_000_000
KEYS = tuple(f.name for f in fields(Scenario) if f.init)

_SCENARIO = TypeAdapter(Scenario)


class _Faults(BaseModel):
    faults: tuple[FaultForm, ...]


class ScenarioError(ValueError):
    """A scenario can't be used: `path` says which, `problems` what is wrong where."""

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"{path}: {'; '.join(problems)}")
        self.path = path
        self.problems = problems


def shipped_scenarios() -> tuple[str, ...]:
    """The names of the scenarios that come with the practice org."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def load_scenario(name_or_file: str) -> Scenario:
    """The scenario of that name, or in that file.

    Raises:
        ScenarioError: there is none, or it is wrong.
    """
    if name_or_file in shipped_scenarios():
        return parse_scenario(_read(_SHIPPED / f"{name_or_file}.yaml"), name_or_file)
    path = Path(name_or_file)
    if not path.is_file():
        names = ", ".join(shipped_scenarios())
        raise ScenarioError(name_or_file, (f"no such file, and no scenario of that name: {names}",))
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
        written = yaml.load(text, Loader=_OneOfEachKey)  # noqa: S506  a safe loader
    except (yaml.YAMLError, RecursionError) as error:
        raise ScenarioError(path, (f"no YAML: {error}",)) from None
    if written is None:
        written = {}
    if not isinstance(written, dict):
        raise ScenarioError(path, ("keys and values are expected, such as `size: 34`",))
    unknown = [f"{key}: no such key" for key in written if key not in KEYS]
    if unknown:
        raise ScenarioError(path, tuple(unknown))
    try:
        faults = _faults({"faults": written.pop("faults", ())})
        scenario = replace(_SCENARIO.validate_python(written), faults=faults)
        org = Org(scenario, dt.datetime.fromtimestamp(0, dt.UTC))
        if len(org.rules()) < len(scenario.rules):
            raise ValueError("rules: two have the same name")
    except ValidationError as error:
        raise ScenarioError(path, _problems(error)) from None
    except ValueError as error:
        raise ScenarioError(path, (str(error),)) from None
    return scenario


def _faults(written: object) -> tuple[Fault, ...]:
    return tuple(form.fault() for form in _Faults.model_validate(written).faults)


def dump_scenario(scenario: Scenario) -> str:
    """The YAML that says how a scenario differs from `morning`; its faults are left out."""
    written = _SCENARIO.dump_python(
        scenario, mode="json", exclude_defaults=True, exclude={"counts", "day", "faults"}
    )
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=100)


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_MOST_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(str(path), (f"can't be read: {error}",)) from None


def _problems(error: ValidationError) -> tuple[str, ...]:
    return tuple(
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)
    )


class _OneOfEachKey(yaml.SafeLoader):
    """A key that is written twice is a mistake, not the last one's win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)
