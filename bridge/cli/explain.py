"""`bridge explain`: what any error text of Salesforce says, and what to do about it."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer

from bridge.cli import screen
from bridge.diagnosis import diagnose
from bridge.errors import UsageError
from bridge.report.explanation import as_json as document_as_json
from bridge.report.explanation import explanation
from bridge.report.terminal.explain import show_explanation

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one text: what lies behind is not read."""

_STDIN: Final = "-"
_TEXT_KEYS: Final = ("log_message", "text", "error_text")
_ID_OF_CAUSE: Final = re.compile(r"[0-9a-f]{6}")
_NUMBERED: Final = re.compile(
    r"^[ \t]*(?:\(?\d{1,3}[.):]|[-*•])[ \t]+(?=[\"'“„«]?[A-Z][A-Z0-9_]{2,80}[:,(])", re.MULTILINE
)
_OBJECT: Final = re.compile(r"^[ \t]*\{.*\}[ \t]*$", re.MULTILINE)
_CLOSING: Final = re.compile(r"(?<=[\]-])[\"']*[”’»][\"'”’»]*\s*\Z")
"""A quote of a word processor behind the end of an error: pasted along with it."""


def explain(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT | -]", help="The error text; -, or a pipe: from stdin."),
    ] = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="F", help="Read the text from this file.")
    ] = None,
    lines: Annotated[
        bool,
        typer.Option(
            "--lines",
            help="A text, or a JSON object with one (see the docs), on each line; JSON lines out.",
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
        given = _CLOSING.sub("", _decoded(source.read(MOST_BYTES)))
    if not given.strip("\ufeff \t\r\n"):
        raise _nothing()
    if _ID_OF_CAUSE.fullmatch(given.strip()):
        raise UsageError(
            f"{given.strip()} is no error text; it looks like the id of a cause",
            f"bridge causes {given.strip()} shows the cause.",
        )
    errors = _each(given)
    if as_json and len(errors) > 1:
        raise UsageError(
            f"The text holds {len(errors):,} errors, and --json explains one",
            "Give one, or each on a line of its own with --lines.",
        )
    if as_json:
        screen.print_json(document_as_json(explanation(diagnose(given)), indent=2))
        return
    for number, error in enumerate(errors, 1):
        if len(errors) > 1:
            screen.stdout.print(f"{number:,} of {len(errors):,}", style="bold")
        show_explanation(diagnose(error), screen.stdout)
        if number < len(errors):
            screen.stdout.print()


def _each(text: str) -> list[str]:
    """The errors of a text that numbers them, or that is an object a line; else all as one."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(_OBJECT.fullmatch(line) for line in lines):
        return [_text_of(line) for line in lines]
    starts = [found.start() for found in _NUMBERED.finditer(text)]
    if len(starts) < 2:
        return [text]
    ends = [*starts[1:], len(text)]
    return [
        _NUMBERED.sub("", text[start:end]).strip() for start, end in zip(starts, ends, strict=True)
    ]


def _nothing() -> UsageError:
    return UsageError(
        "There is no text to explain",
        "Give it in quotes, or in a file with --file F; or start bridge explain -, paste it, then "
        "Ctrl-D.",
    )


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
    """Open what is to be explained; where a text is given, though empty, stdin is left alone."""
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
        raise _nothing()


def _decoded(read: bytes) -> str:
    """A text in UTF-8, or in UTF-16 with its mark, as Windows writes it."""
    if read.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return read.decode("utf-16", "replace").strip("\r\n")
    return read.decode("utf-8", "replace").strip("\r\n")
