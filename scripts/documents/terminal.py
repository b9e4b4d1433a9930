"""A terminal that a command runs in, and what stands on its screen at the end.

The screen is that of pyte, which does what the command's control sequences ask for: a progress bar
that was wiped away is not on it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import pyte
from pyte import graphics
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

Line: TypeAlias = list[tuple[str, Style]]
"""Each letter with its style."""

LINES = 400
"""Of the screen: more than any command prints."""
_DIM = 2
graphics.TEXT[_DIM] = "+blink"
"""pyte knows no dim text; nothing of ours blinks, so that its mark for it is free."""
_COLOURS = {"brown": "yellow", "brightbrown": "bright_yellow"}

_THEME = TerminalTheme(
    (22, 27, 34),
    (215, 221, 228),
    [
        (72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65),
        (121, 192, 255), (210, 168, 255), (86, 212, 221), (215, 221, 228),
    ],
    [
        (110, 118, 129), (255, 161, 152), (126, 231, 135), (242, 204, 96),
        (165, 214, 255), (226, 197, 255), (179, 240, 255), (255, 255, 255),
    ],
)  # fmt: skip
_SVG = """\
<svg viewBox="0 0 {width} {height}" width="{width}" xmlns="http://www.w3.org/2000/svg" role="img">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: system-ui, sans-serif; font-size: 16px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""Names none but the machine's own fonts: a picture asks nobody for anything."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What stood on a terminal when the command had ended."""

    columns: int
    lines: tuple[Line, ...]

    def plain(self) -> str:
        return "\n".join(map(plain, self.lines)) + "\n"

    def svg(self, name: str) -> str:
        """A picture of it; `name` tells its styles from those of other pictures on a page."""
        console = Console(
            record=True, width=self.columns, file=StringIO(), color_system="truecolor"
        )
        for line in self.lines:
            console.print(_text(line), no_wrap=True, overflow="ignore", crop=False)
        console.print()  # else the frame cuts the last line's feet off
        made = console.export_svg(title="", theme=_THEME, code_format=_SVG, unique_id=name)
        return "\n".join(line.rstrip() for line in made.splitlines()) + "\n"


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    columns: int,
    answers: str,
) -> pyte.Screen:
    """Run a command in a folder at a terminal of so many columns, and answer its question."""
    person, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    screen = pyte.Screen(columns, LINES)
    stream = pyte.ByteStream(screen)
    with subprocess.Popen(  # noqa: S603  our own program
        command,
        cwd=folder,
        env={**environment, "TERM": "xterm-256color"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    ):
        os.close(terminal)
        asked = False
        while part := _read(person):
            stream.feed(part)
            if answers and not asked and _is_asked(screen):
                os.write(person, answers.encode())
                asked = True
        os.close(person)
        return screen


def _read(person: int) -> bytes:
    try:
        return os.read(person, 1 << 16)
    except OSError:
        return b""  # the other end is closed: that is how a terminal ends on Linux


def _is_asked(screen: pyte.Screen) -> bool:
    return screen.display[screen.cursor.y].rstrip().endswith("[y/N]:")


def lines_of(screen: pyte.Screen) -> list[Line]:
    """What stands on the screen, without the empty lines below it."""
    found = [_line(screen, number) for number in range(screen.cursor.y + 1)]
    while found and not found[-1]:
        found.pop()
    return found


def _line(screen: pyte.Screen, number: int) -> Line:
    cells = (screen.buffer[number][column] for column in range(screen.columns))
    line = [(letter, _style(cell)) for cell in cells for letter in cell.data]
    while line and line[-1][0] == " ":
        line.pop()
    return line


def plain(line: Line) -> str:
    return "".join(letter for letter, _ in line)


def _text(line: Line) -> Text:
    return Text.assemble(
        *(
            ("".join(letter for letter, _ in alike), style)
            for style, alike in groupby(line, lambda one: one[1])
        )
    )


def _style(cell: pyte.screens.Char) -> Style:
    return Style(
        color=_colour(cell.fg),
        bgcolor=_colour(cell.bg),
        bold=cell.bold or None,
        dim=cell.blink or None,
        italic=cell.italics or None,
        underline=cell.underscore or None,
        reverse=cell.reverse or None,
    )


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    if len(name) == 6 and all(digit in "0123456789abcdef" for digit in name):
        return f"#{name}"
    return _COLOURS.get(name, name.replace("bright", "bright_"))
