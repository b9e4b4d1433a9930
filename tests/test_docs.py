"""What the documentation says of names, options, settings and files is what there is."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
import typer.main
from rich.cells import cell_len
from starlette.routing import Route
from typer.core import TyperCommand, TyperGroup, TyperOption

from bridge.cli.lazy import LazyGroup
from bridge.cli.main import app
from bridge.diagnosis.catalogue import CATALOGUE, Entry, Source, Who
from bridge.diagnosis.untrusted import FIRST, LAST
from bridge.errors import Exit
from bridge.events import Event
from bridge.fixers import prove
from bridge.ledger.transitions import (
    BY_HAND,
    DECISION,
    DELIVERY,
    HEALED,
    OUTCOME,
    RESEND,
    RUN,
    Transition,
)
from bridge.model import Confidence, HandlerType, Kind, Risk, Wrapper
from bridge.planning import built_in_mapping, read_mapping, try_cases
from bridge.planning.mapping_cases import (
    CaseForm,
    CasesForm,
    ExpectForm,
    FieldForm,
    parse_cases,
)
from bridge.planning.mapping_file import parse_mapping
from bridge.planning.mapping_form import MappingForm, WhenForm
from bridge.planning.policies import Treatment
from bridge.practice import PracticeServer
from bridge.practice.faults import Effect
from bridge.report.explanation import ExplanationDocument
from bridge.settings import Settings, load
from tests import forks

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
OF_THE_COMMANDS = {"BRIDGE_PROFILE", "BRIDGE_SUMMARY_FILE", "BRIDGE_METRICS_FILE"}
"""Read by the commands themselves: no keys of the file."""

HEAD = """\
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
"""

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block of a page."""

    info: str
    text: str


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(name: str) -> list[Fence]:
    found = re.findall(r"^```(.+?)\n(.*?)^```$", read(name), re.MULTILINE | re.DOTALL)
    return [Fence(info, text) for info, text in found]


def outside_fences(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def first_cells(text: str) -> set[str]:
    """What stands in the first column of all tables, without backticks."""
    rows = re.findall(r"^\| ([^|]*?) \|", text, re.MULTILINE)
    return {row.replace("`", "") for row in rows}


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    start = text.index(f"\n{heading}\n") + len(heading) + 2
    following = re.search(rf"^#{{1,{level}}} ", text[start:], re.MULTILINE)
    return text[start : start + following.start()] if following else text[start:]


def options_by_command() -> Mapping[str, frozenset[str]]:
    """`bridge`, `bridge plan`, `bridge mapping show`, … each with its options.

    A group's hidden command is what the group's name alone does.
    """

    def walk(path: str, command: object) -> Iterator[tuple[str, frozenset[str]]]:
        assert isinstance(command, TyperCommand | TyperGroup)
        own = (param.opts for param in command.params if isinstance(param, TyperOption))
        yield path, frozenset(chain({"--help", "-h"}, *own))
        for name, listed in getattr(command, "commands", {}).items():
            inner = command.loaded(name) if isinstance(command, LazyGroup) else listed
            yield from walk(path if inner.hidden else f"{path} {name}", inner)

    return dict(walk("bridge", typer.main.get_command(app)))


OPTIONS = options_by_command()
CALLABLE_GROUPS = {"bridge fixers"}
GROUPS = {
    path for path in OPTIONS if any(other.startswith(f"{path} ") for other in OPTIONS)
} - CALLABLE_GROUPS


def test_each_command_has_its_section_and_each_section_its_command() -> None:
    headings = re.findall(r"^### `(bridge .*)`$", read("docs/commands.md"), re.MULTILINE)
    assert sorted(headings) == sorted(set(OPTIONS) - GROUPS)


def test_each_option_is_documented_and_each_documented_one_exists() -> None:
    documented = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", read("docs/commands.md")))
    known = {option for options in OPTIONS.values() for option in options if option[:2] == "--"}
    of_others = {"--alias"}
    assert documented - of_others == known


@every_page
def test_each_command_line_that_is_shown_can_be_typed(page: Path) -> None:
    for line in re.findall(r"^\s*\$ (bridge .*)$", page.read_text("utf-8"), re.MULTILINE):
        words = shlex.split(line, comments=True)
        path = next(" ".join(words[:n]) for n in (3, 2, 1) if " ".join(words[:n]) in OPTIONS)
        assert path not in GROUPS, line
        unknown = {word for word in words if word.startswith("-")} - OPTIONS[path]
        assert not unknown, line


@pytest.mark.parametrize("name", ["docs/commands.md", "README.md", "docs/runbook.md"])
def test_each_exit_code_is_in_the_table_with_its_meaning(name: str) -> None:
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", read(name), re.MULTILINE)
    assert [int(code) for code, _ in rows] == [code.value for code in Exit]
    assert all(len(meaning.split()) > 1 for _, meaning in rows)


def test_each_setting_is_in_the_table_and_nothing_else_is() -> None:
    documented = first_cells(section(read("docs/commands.md"), "## Settings"))
    variables = {name for name in documented if name.isupper()}
    assert variables == {name.upper() for name in Settings.model_fields} | OF_THE_COMMANDS


@pytest.mark.parametrize("profile", [None, "production", "sandbox"])
def test_the_settings_file_that_is_shown_can_be_read(tmp_path: Path, profile: str | None) -> None:
    (shown,) = [fence.text for fence in fences("docs/commands.md") if fence.info == "toml"]
    path = tmp_path / "bridge.toml"
    path.write_text(shown, encoding="utf-8")
    assert load({}, config=path, profile=profile).gotallo_tenant_id is not None


def test_the_pages_that_are_made_of_the_code_are_as_scripts_docs_makes_them() -> None:
    made = subprocess.run(
        [sys.executable, "scripts/documents/pages.py", "code", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.stderr, made.returncode) == ("", 0)


def test_each_explained_status_code_is_in_the_table_as_the_catalogue_has_it() -> None:
    rows = [row(entry) for entry in CATALOGUE.values() if entry.explained]
    shown = "\n".join(["| code | kind | meaning | what to do | who |", "| --- " * 5 + "|", *rows])
    assert f"\n{shown}\n" in section(read("docs/diagnosis.md"), "## Codes"), shown


def test_each_explanation_that_is_shown_is_what_is_printed() -> None:
    shown = [fence.text for fence in fences("docs/diagnosis.md") if fence.info == "text explain"]
    assert len(shown) >= 3
    for example in shown:
        command = example.partition("\n")[0].removeprefix("$ bridge ")
        printed = forks.run(shlex.split(command), {**os.environ, "COLUMNS": "100"}).stdout
        assert example == f"$ bridge {command}\n{printed}", printed


def test_each_key_and_word_of_an_explanation_is_documented() -> None:
    page = read("docs/diagnosis.md")
    assert first_cells(section(page, "## As a program")) >= set(ExplanationDocument.model_fields)
    assert first_cells(section(page, "## How a text is read")) >= {each.value for each in Wrapper}
    assert all(f"`{each}`" in section(page, "## As a program") for each in Confidence)
    assert all(f"`{each}`" in section(page, "## As a program") for each in HandlerType)


def test_how_much_of_a_text_counts_is_said() -> None:
    said = section(read("docs/diagnosis.md"), "## How a text is read")
    assert f"first {FIRST:,} and the last {LAST:,} characters" in said


def row(entry: Entry) -> str:
    """A code as docs/diagnosis.md shows it."""
    return f"| `{entry.code}` | {entry.kind} | {entry.meaning} | {entry.advice} | {entry.who} |"


@pytest.mark.parametrize("words", [Kind, Source, Who], ids=lambda enum: enum.__name__)
def test_each_word_of_the_catalogue_is_explained(words: type[Kind | Source | Who]) -> None:
    documented = first_cells(section(read("docs/diagnosis.md"), "## Codes"))
    assert {word.value for word in words} <= documented


def test_each_transition_is_in_the_page_as_the_ledger_takes_it() -> None:
    page = read("docs/exactly-once.md")
    machines: tuple[Sequence[Transition[Any]], ...] = (
        (*DELIVERY, *RESEND),
        OUTCOME,
        (*DECISION, *HEALED, *BY_HAND),
        RUN,
    )
    for transitions in machines:
        rows = "\n".join(
            f"| {_in_words(t.before)} | {_in_words(t.after)} | {t.when} | {t.durable} |"
            for t in transitions
        )
        assert rows in page, f"docs/exactly-once.md must have these rows:\n{rows}"


def _in_words(state: StrEnum) -> str:
    return state.value.replace("_", " ")


def test_the_number_of_codes_that_the_page_names_is_that_of_the_catalogue() -> None:
    (number,) = re.findall(r"knows (\d+) codes", section(read("docs/diagnosis.md"), "## Codes"))
    assert int(number) == len(CATALOGUE)


def test_the_fixer_that_is_shown_to_contributors_works(tmp_path: Path) -> None:
    shown = next(f.text for f in fences("CONTRIBUTING.md") if "(Fixer" in f.text)
    path = tmp_path / "shown.py"
    path.write_text(shown, encoding="utf-8")
    spec = spec_from_file_location("shown", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    prove(module.PlainSpaces)


def test_each_mapping_that_is_shown_is_valid() -> None:
    checked = 0
    for fence in fences("docs/mapping.md"):
        match fence.info:
            case "yaml mapping":
                parse_mapping(fence.text, "docs/mapping.md")
            case "yaml part":
                parse_mapping(HEAD + fence.text, "docs/mapping.md, a part")
            case "yaml cases":
                offline = fence.text.replace("describe: my-org.describe.json\n", "")
                results = try_cases(
                    read_mapping(built_in_mapping()), parse_cases(offline, "docs", ROOT)
                )
                assert [one.unexpected for one in results] == [(), ()]
            case info:
                assert not info.startswith("yaml"), "say whether it is a mapping or a part of one"
                continue
        checked += 1
    assert checked > 1


def test_each_event_is_explained_to_programs() -> None:
    documented = first_cells(section(read("docs/library.md"), "## Events"))
    assert documented - {"event", "---"} == {event.__name__ for event in get_args(Event)}


@pytest.mark.parametrize("words", [Kind, Risk, Treatment], ids=lambda enum: enum.__name__)
def test_each_word_of_a_mapping_is_explained(words: type[Kind | Risk | Treatment]) -> None:
    assert {word.value for word in words} <= first_cells(read("docs/mapping.md"))


def test_each_key_of_a_case_is_explained() -> None:
    documented = first_cells(section(read("docs/mapping.md"), "## Cases"))
    documented |= {part for cell in documented for part in cell.split(", ")}
    for form in (CasesForm, CaseForm, ExpectForm):
        assert set(form.model_fields) <= documented
    lines = read("docs/mapping.md").splitlines()
    row = next(line for line in lines if line.startswith("| `fields` | what is otherwise"))
    assert all(f"`{name}`" in row for name in FieldForm.model_fields)


def test_each_key_of_a_mapping_is_explained() -> None:
    documented = section(read("docs/mapping.md"), "## The keys")
    assert set(MappingForm.model_fields) <= first_cells(documented)
    parts = {cell.partition(":")[0] for cell in first_cells(section(documented, "### causes"))}
    assert set(WhenForm.model_fields) <= parts


def test_each_path_of_the_practice_org_is_in_its_table() -> None:
    routes = PracticeServer()._application().routes
    served = {route.path for route in routes if isinstance(route, Route)}
    documented = {
        path.removesuffix("/") or "/"
        for path in first_cells(read("docs/practice-org.md"))
        if "/" in path
    }
    assert {_generic(path) for path in served if "{rest" not in path} == documented


def _generic(path: str) -> str:
    """The identity path holds ids of the practice org's own."""
    return re.sub(r"^/id/\w+/\w+$", "/id/{organization}/{user}", path.replace(":path}", "}"))


def test_each_fault_of_the_practice_org_is_explained() -> None:
    documented = first_cells(read("docs/practice-org.md"))
    assert {effect.__name__ for effect in get_args(Effect)} <= documented


def test_the_folder_tree_of_the_design_has_every_room() -> None:
    tree = next(f.text for f in fences("docs/design.md") if f.info == "text tree")
    shown = {line.split()[0] for line in tree.splitlines() if line.split()}
    bridge = ROOT / "bridge"
    rooms = {f"{path.parent.name}/" for path in bridge.glob("*/__init__.py")}
    files = {path.name for path in bridge.glob("*.py")} - {"__main__.py"}
    assert rooms | files <= shown
    assert {name for name in shown if name.endswith(".py")} <= files


@every_page
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", outside_fences(page)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


@every_page
def test_pictures_that_a_page_shows_are_there(page: Path) -> None:
    for names in re.findall(r'<(?:img|source)[^>]* src(?:set)?="([^"]+)"', page.read_text("utf-8")):
        assert (page.parent / names).is_file(), names


def test_no_picture_of_a_terminal_asks_anybody_for_anything() -> None:
    pictures = list((ROOT / "docs" / "sessions").glob("*.svg"))
    assert pictures
    for picture in pictures:
        loading = r"@import|url\((?!#)|href=|<script|<image|<foreignObject"
        assert re.findall(loading, picture.read_text("utf-8")) == [], picture.name


def test_each_picture_of_a_terminal_has_its_text_in_both_widths() -> None:
    folder = ROOT / "docs" / "sessions"
    stems = {path.stem for path in folder.glob("*.svg")}
    assert stems == {path.stem for path in folder.glob("*.txt")}
    assert {stem.rpartition("-")[0] + width for stem in stems for width in ("-80", "-120")} == stems
    for stem in stems:
        width = int(stem.rpartition("-")[2])
        lines = (folder / f"{stem}.txt").read_text("utf-8").splitlines()
        assert max(map(cell_len, lines)) <= width
        assert f"sessions/{stem}" in read("docs/a-day.md")


def test_each_page_has_its_place_in_the_site() -> None:
    site = tomllib.loads(read("scripts/documents/site.toml"))
    placed = set(re.findall(r"'([\w-]+\.md)'", str(site["project"]["nav"])))
    of_the_top = {"index.md", "contributing.md", "changes.md"}
    assert placed - of_the_top == {page.name for page in (ROOT / "docs").glob("*.md")}


@every_page
def test_links_to_elsewhere_are_whole_addresses(page: Path) -> None:
    for target in re.findall(r"\]\((\w+://[^)\s]*)\)", outside_fences(page)):
        address = urlsplit(target)
        assert address.scheme == "https", target
        assert re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", address.hostname or ""), target


def anchors(page: Path) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", outside_fences(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_files_and_tests_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    named = re.findall(r"`((?:bridge|docs|mappings|scripts|tests)/[\w./-]+)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert set(re.findall(r"`(test_\w+)`", text)) <= defined


@every_page
def test_no_page_names_a_place_of_somebodys_machine(page: Path) -> None:
    places = r"(?<![\w.~-])/(?:work|tmp|root|home|Users|opt|var)/|\b127\.0\.0\.1:[1-9]"
    assert re.findall(places, page.read_text("utf-8")) == []
