"""What docs/fixers.md and docs/mapping.md show of the fixers, as these say it themselves."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from marks import cell, renewed, table

from bridge.fixers.registry import OURS
from bridge.report import FixerDocument, fixer_document
from bridge.report.fixers import ExamplePart, OptionPart
from bridge.report.terminal.fixers import error_in_words

WIDTH = 115


def pages(docs: Path) -> Iterator[tuple[Path, str]]:
    fixers = [fixer_document(name) for name in sorted(OURS)]
    for name, block in (
        ("fixers.md", all_of(fixers)),
        ("mapping.md", overview(fixers, "fixers.md")),
    ):
        page = docs / name
        yield page, renewed(page.read_text(encoding="utf-8"), block)


def all_of(fixers: list[FixerDocument]) -> str:
    return "\n".join([overview(fixers, ""), *map(section, fixers)])


def overview(fixers: list[FixerDocument], page: str) -> str:
    rows = ((f"[`{f.name}`]({page}#{f.name})", f.summary, str(f.risk)) for f in fixers)
    return table(("fixer", "what it does", "at most"), rows)


def section(fixer: FixerDocument) -> str:
    parts = [f"## `{fixer.name}`", f"{fixer.summary} It does at most *{fixer.risk}*."]
    parts += (re.sub(r"^(\w+):", r"**\1:**", paragraph) for paragraph in fixer.help)
    examples = "\n\n".join("\n".join(example_lines(example)) for example in fixer.examples)
    return "\n".join(
        [
            *(f"{wrapped(part)}\n" for part in parts),
            options(fixer.options) if fixer.options else "It takes no options.\n",
            f"```text\n{examples}\n```\n",
        ]
    )


def wrapped(text: str) -> str:
    """Lines of a readable width; what stands between backticks stays together."""
    kept = re.sub(r"`[^`]*`", lambda code: code.group().replace(" ", "\0"), text)
    lines = textwrap.fill(kept, WIDTH, break_long_words=False, break_on_hyphens=False)
    return lines.replace("\0", " ")


def options(given: tuple[OptionPart, ...]) -> str:
    rows = (
        (f"`{option.name}`", option.type, default(option), cell(option.meaning)) for option in given
    )
    return table(("option", "type", "default", "meaning"), rows)


def default(option: OptionPart) -> str:
    if option.needed:
        return "needed"
    return "" if option.default is None else f"`{cell(as_json(option.default))}`"


def example_lines(example: ExamplePart) -> Iterator[str]:
    yield example.says
    yield f"  {example.mapping}"
    if example.error is not None:
        yield line("error", error_in_words(example.error))
    if example.before == example.after:
        yield line("stays", as_json(example.before))
        return
    yield line("before", as_json(example.before))
    yield line("after", as_json(example.after))
    for change in example.changes:
        yield line(change.risk, f"{change.field}: {change.why}")


def line(word: str, what: str) -> str:
    return f"    {word:<8}  {what}"


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
