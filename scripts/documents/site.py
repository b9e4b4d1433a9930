"""Builds the documentation as a site in build/docs/site/, which asks nobody else for anything.

The pages are those of the checkout as a forge shows them; here they are put beside each other, with
their links led there. A link that leads nowhere ends it with 1, and so does a page that would load
something from elsewhere.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "build" / "docs"
FROM_THE_TOP = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
}
"""Pages beside docs/, and what they are called in the site."""
LINKED = re.compile(r'(\]\(|(?:src|srcset|href)=")(?:\.\./|docs/)?([^)"#:\s]+)')
FENCE = re.compile(r"^```(\w+) .+$", re.MULTILINE)
"""What tests read behind a fence's language, no generator does."""
LOADED = re.compile(
    r"<(?:script|img|iframe|source)[^>]*\ssrc(?:set)?=[\"']?(?:https?:)?//"
    r"|<link[^>]*\srel=[\"']?(?:stylesheet|preconnect|preload|icon|dns-prefetch)[^>]*(?:https?:)?//"
    r"|@import[^;]*//|url\([\"']?(?:https?:)?//"
)


def main() -> int:
    _put_together()
    command = Path(sys.executable).with_name("zensical")
    built = subprocess.run(  # noqa: S603  our own environment's
        [str(command), "build", "--strict", "--config-file", "zensical.toml"],
        cwd=BUILT,
        env={**os.environ, "NO_COLOR": "1"},
        check=False,
    )
    if built.returncode:
        return 1
    loading = list(_pages_that_load())
    for said in loading:
        sys.stderr.write(f"{said}\n")
    return int(bool(loading))


def _put_together() -> None:
    shutil.rmtree(BUILT, ignore_errors=True)
    pages = BUILT / "pages"
    shutil.copytree(ROOT / "docs", pages)
    for name, called in FROM_THE_TOP.items():
        shutil.copy(ROOT / name, pages / called)
    for page in pages.glob("*.md"):
        page.write_text(_led_there(page.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copy(Path(__file__).with_name("site.toml"), BUILT / "zensical.toml")


def _led_there(text: str) -> str:
    led = LINKED.sub(lambda found: found[1] + FROM_THE_TOP.get(found[2], found[2]), text)
    return FENCE.sub(r"```\1", led)


def _pages_that_load() -> Iterator[str]:
    site = BUILT / "site"
    for path in (*site.rglob("*.html"), *site.rglob("*.css"), *site.rglob("*.svg")):
        for found in LOADED.finditer(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)} loads from elsewhere: {found.group()}"


if __name__ == "__main__":
    sys.exit(main())
