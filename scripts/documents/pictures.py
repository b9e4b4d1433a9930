"""Takes pictures of the recorded morning's HTML report for docs/sessions/.

Where no Chromium starts it says so, and they stay as they are.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from sessions import report_page  # noqa: E402

from tests.report.html.chromium import Tab, find, open_tab  # noqa: E402

WIDTH, HEIGHT = 1200, 1500
PAPER = (794, 1123)
"""A4 at 96 dots an inch."""
QUALITY = 80


def main() -> int:
    try:
        find()
    except pytest.skip.Exception as exc:
        sys.stderr.write(f"The pictures of the report stay as they are: {exc}\n")
        return 0
    folder = ROOT / "docs" / "sessions"
    with tempfile.TemporaryDirectory(prefix="bridge-pictures-") as there:
        page = report_page(Path(there))
        with open_tab(Path(there) / "profile") as tab:
            tab.do("Emulation.setScrollbarsHidden", hidden=True)
            tab.resize(WIDTH, HEIGHT)
            for scheme in ("light", "dark"):
                _set_medium(tab, "screen", scheme)
                tab.open(page)
                _take(tab, folder / f"report-{scheme}.webp")
            tab.resize(*PAPER)
            _set_medium(tab, "print", "light")
            tab.open(page)
            _take(tab, folder / "report-print.webp")
    return 0


def _set_medium(tab: Tab, medium: str, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tab.do("Emulation.setEmulatedMedia", media=medium, features=features)


def _take(tab: Tab, path: Path) -> None:
    """A picture of what the window shows."""
    taken = tab.do("Page.captureScreenshot", format="webp", quality=QUALITY)
    path.write_bytes(base64.b64decode(taken["data"]))
    sys.stderr.write(f"{path.relative_to(ROOT)} is taken\n")


if __name__ == "__main__":
    sys.exit(main())
