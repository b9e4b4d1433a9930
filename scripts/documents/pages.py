"""Writes the pages, and the parts of pages, that are made of the code.

With `--check` it writes nothing, names those that are not as the code has it, and ends with 1.
"""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

import documents
import fixers

ROOT = Path(__file__).parents[2]
CHECK = "--check"


def main() -> int:
    docs = ROOT / "docs"
    check = CHECK in sys.argv[1:]
    stale = 0
    for page, made in chain.from_iterable(maker.pages(docs) for maker in (fixers, documents)):
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


if __name__ == "__main__":
    sys.exit(main())
