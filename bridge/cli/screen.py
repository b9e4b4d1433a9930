"""What the commands share of talking to the person: consoles, the question."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import typer
from rich.console import Console
from rich.text import Text

from bridge.cli.plainness import is_plain
from bridge.errors import Declined, SafetyStop
from bridge.report.interchange import harmless
from bridge.report.terminal.page import PlainConsole


class _Output(Console):
    """A reader that has seen enough (`| head`) does not change how a command ends."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        _discard_stdout()


class _PlainOutput(PlainConsole, _Output):
    """The same without columns, signs and colours."""


def _discard_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_PRODUCTION = "production"

stdout: Console = _PlainOutput() if is_plain() else _Output(highlight=False, soft_wrap=False)
stderr: Console = PlainConsole(stderr=True) if is_plain() else Console(stderr=True, highlight=False)


def refuse_without_yes(yes: bool, advice: str, does: str = "sends records to Salesforce") -> None:
    """Refuse to go on where nobody can be asked and nobody has said yes.

    Args:
        yes: the answer was given beforehand.
        advice: what to do instead.
        does: what the command would do, such as writing to an org.

    Raises:
        SafetyStop: there is no terminal to ask on.
    """
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise SafetyStop(f"This {does}, and there is no terminal to ask on", advice)


def confirm(question: str, yes: bool, advice: str, declined: str = "Nothing was sent") -> None:
    """Ask before anything is sent or put on record.

    Args:
        question: says what would be done.
        yes: the answer was given beforehand.
        advice: what to do after a no.
        declined: what is said after a no.

    Raises:
        Declined: the answer was no.
    """
    if yes:
        return
    try:
        agreed = typer.confirm(f"\n{question}", err=True)
    except typer.Abort:
        agreed = False
    if not agreed:
        raise Declined(declined, advice)
    stderr.print()


def confirm_in_words(question: str, name: str, yes: bool, advice: str) -> None:
    """Ask before anything is sent, so that nobody agrees by habit: the name has to be typed.

    Args:
        question: says what is sent where.
        name: to be typed, but for case and spaces; `production` where it can't be.
        yes: the answer was given beforehand.
        advice: what to do after a no.

    Raises:
        Declined: something else was typed.
    """
    if yes:
        return
    word = _folded(name)
    if not word or not word.isprintable():
        word = name = _PRODUCTION
    stderr.print(Text(f"\n{question}"))
    try:
        typed = typer.prompt(f"Type {name} to send", default="", show_default=False, err=True)
    except typer.Abort:
        typed = ""
    if _folded(typed) != word:
        raise Declined("Nothing was sent", advice)
    stderr.print()


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def agreed(question: str) -> bool:
    """Ask a question whose usual answer is yes.

    Raises:
        Declined: there was no answer.
    """
    try:
        return typer.confirm(question, default=True, err=True)
    except typer.Abort as exc:
        raise Declined("Nothing was sent", "bridge status shows what is on record.") from exc


def print_json(document: str) -> None:
    """Write a JSON document to stdout, in UTF-8 whatever the terminal's encoding (RFC 8259)."""
    print_bytes(harmless(document).encode() + b"\n")


def print_bytes(data: bytes) -> None:
    """Write a whole file to stdout, as it stands."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _discard_stdout()


def print_document(text: str) -> None:
    """Write a file's text to stdout, in UTF-8 as a file has it."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _discard_stdout()


def print_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout as they come; a reader that has seen enough ends it."""
    try:
        for line in lines:
            sys.stdout.buffer.write(line.encode() + b"\n")
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        _discard_stdout()
