"""Writes the pages, and the parts of pages, that are made of the code.

`pages.py WHAT…` writes `code` (what the code says of itself), `sessions` (recorded terminals), or
both. With `--check` it writes nothing, names what is not as the code has it, and ends with 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHECK = "--check"
MAKERS = {"code": ("fixers", "documents", "command_line"), "sessions": ("sessions",)}
"""Modules of this folder; the recorded sessions need more than the package."""


def main() -> int:
    check = CHECK in sys.argv[1:]
    stale = 0
    for page, made in _all(word for word in sys.argv[1:] if word != CHECK):
        if page.is_file() and page.read_text(encoding="utf-8") == made:
            continue
        stale += 1
        name = page.relative_to(ROOT)
        if check:
            sys.stderr.write(f"{name} is not as the code has it: run scripts/docs\n")
        else:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(made, encoding="utf-8")
            sys.stderr.write(f"{name} is written\n")
    return int(check and stale > 0)


def _all(wanted: Iterator[str]) -> Iterator[tuple[Path, str]]:
    for what in wanted:
        for maker in MAKERS[what]:
            yield from import_module(maker).pages(ROOT / "docs")


if __name__ == "__main__":
    sys.exit(main())
