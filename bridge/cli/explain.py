"""`bridge explain`: what any error text of Salesforce says, and what to do about it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer

from bridge.cli import screen
from bridge.diagnosis import diagnose
from bridge.errors import UsageError
from bridge.report import show_explanation
from bridge.report.explanation import as_json as document_as_json
from bridge.report.explanation import explanation

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one text: what lies behind is not read."""

_STDIN: Final = "-"
_TEXT_KEYS: Final = ("log_message", "text")


def explain(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT | -]", help="The error text; - or nothing: from stdin."),
    ] = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="F", help="Read the text from this file.")
    ] = None,
    lines: Annotated[
        bool,
        typer.Option(
            "--lines",
            help="A text, or a JSON object with log_message or text, on each line; JSON lines out.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Say what a Salesforce error text means, and what to do. Needs no settings and no network.

    Example: bridge explain 'STRING_TOO_LONG: …'
    """
    with _source(None if text is None else " ".join(text), file) as source:
        if lines:
            screen.print_lines(map(_answer, _lines_of(source)))
            return
        diagnosis = diagnose(_decoded(source.read(MOST_BYTES)))
    if as_json:
        screen.print_json(document_as_json(explanation(diagnosis), indent=2))
    else:
        show_explanation(diagnosis, screen.stdout)


def _lines_of(source: BinaryIO) -> Iterator[str]:
    while line := source.readline(MOST_BYTES):
        rest = line
        while len(rest) == MOST_BYTES and not rest.endswith(b"\n"):
            rest = source.readline(MOST_BYTES)
        yield _decoded(line)


def _answer(line: str) -> str:
    return document_as_json(explanation(diagnose(_text_of(line))))


def _text_of(line: str) -> str:
    """The error text that a line has: itself, unless it is an object that holds one."""
    if not line.lstrip("\ufeff \t").startswith("{"):
        return line
    try:
        found = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return line
    for key in _TEXT_KEYS:
        if key in found:
            said = found[key]
            return said if isinstance(said, str) else json.dumps(said) if said else ""
    return line


@contextmanager
def _source(text: str | None, file: Path | None) -> Iterator[BinaryIO]:
    """Open what is to be explained; a text that is given and empty is one."""
    if text is not None and file is not None:
        raise UsageError("Give a text or --file, not both", "bridge explain --help shows how.")
    if text is not None and text != _STDIN:
        with io.BytesIO(text.encode("utf-8", "surrogatepass")) as given:
            yield given
    elif file is not None:
        try:
            opened = file.open("rb")
        except OSError as exc:
            raise UsageError(
                f"{file} can't be read: {exc.strerror or exc}", "Name a file with error texts."
            ) from exc
        with opened:
            yield opened
    elif text == _STDIN or not sys.stdin.isatty():
        yield sys.stdin.buffer
    else:
        raise UsageError(
            "There is no text to explain",
            "Give it in quotes, or pipe it: pbpaste | bridge explain, or bridge explain --file F.",
        )


def _decoded(read: bytes) -> str:
    return read.decode("utf-8", "replace").strip("\r\n")
