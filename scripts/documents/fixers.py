"""Writes into docs/fixers.md and docs/mapping.md what the fixers themselves say, between two marks.

With `--check` it writes nothing, names the pages that are not as the code has it, and ends with 1.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from bridge.fixers.registry import OURS
from bridge.report import FixerDocument, fixer_document
from bridge.report.fixers import ExamplePart, OptionPart
from bridge.report.terminal.fixers import error_in_words

DOCS = Path(__file__).parents[2] / "docs"
CHECK = "--check"
BEGIN, END = "<!-- Made by scripts/docs. -->\n", "<!-- Up to here. -->\n"
WIDTH = 115


def all_of(fixers: list[FixerDocument]) -> str:
    return "\n".join([table(fixers, ""), *map(section, fixers)])


def table(fixers: list[FixerDocument], page: str) -> str:
    rows = (f"| [`{f.name}`]({page}#{f.name}) | {f.summary} | {f.risk} |" for f in fixers)
    return "\n".join(("| fixer | what it does | at most |", "| --- | --- | --- |", *rows, ""))


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
        f"| `{option.name}` | {option.type} | {default(option)} | {cell(option.meaning)} |"
        for option in given
    )
    head = ("| option | type | default | meaning |", "| --- | --- | --- | --- |")
    return "\n".join((*head, *rows, ""))


def default(option: OptionPart) -> str:
    if option.needed:
        return "needed"
    return "" if option.default is None else f"`{cell(as_json(option.default))}`"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


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


def renewed(page: str, block: str) -> str:
    """The page with this between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{block}\n{END}{after}"


def main() -> int:
    fixers = [fixer_document(name) for name in sorted(OURS)]
    blocks = {"fixers.md": all_of(fixers), "mapping.md": table(fixers, "fixers.md")}
    stale = 0
    for name, block in blocks.items():
        page = (DOCS / name).read_text(encoding="utf-8")
        made = renewed(page, block)
        if made == page:
            continue
        stale += 1
        if CHECK in sys.argv[1:]:
            sys.stderr.write(f"docs/{name} is not as the code has it: run scripts/docs\n")
        else:
            (DOCS / name).write_text(made, encoding="utf-8")
            sys.stderr.write(f"docs/{name} is written\n")
    return int(stale > 0 and CHECK in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
