"""The fixers that there are, and one with its help, its options and its examples."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import Final

from rich.console import Console

from bridge.report.fixers import (
    ErrorPart,
    ExampleChangePart,
    ExamplePart,
    FixerDocument,
    FixersDocument,
    OfferPart,
    OptionPart,
)
from bridge.report.next_part import NextPart
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import (
    ALARM,
    FAINT,
    HEADING,
    WARNING,
    next_commands,
    show_difference,
)
from bridge.report.terminal.words import listed
from bridge.report.text import literal, shortened

_BROKEN: Final = "broken"
_VALUE_ROOM: Final = 200
"""Cells for a value that stays."""
_NEXT: Final = (
    NextPart(command="bridge fixers NAME", why="help, options and examples of one"),
    NextPart(command="bridge fixers new NAME", why="start one of your own"),
)


def show_fixers(document: FixersDocument, console: Console) -> None:
    """Print the list."""
    page = Page(console)
    of = Counter(offer.distribution for offer in document.fixers)
    counts = listed(f"{number:,} of {distribution}" for distribution, number in of.items())
    page.line((f"Fixers: {counts}", HEADING), hang=2)
    page.line("A mapping names those that it uses; the others do nothing.", hang=2)
    page.blank()
    name = max((len(offer.name) for offer in document.fixers), default=0)
    risk = max(len(_risk(offer)) for offer in document.fixers)
    for offer in document.fixers:
        foreign = len(of) > 1 and offer.distribution != next(iter(of))
        page.beside(
            (
                (f"{offer.name:<{name}}  ", HEADING),
                (f"{_risk(offer):<{risk}}  ", ALARM if offer.broken else FAINT),
            ),
            shortened(offer.broken, _VALUE_ROOM) if offer.broken else offer.summary,
            (f" ({offer.distribution})" if foreign and not offer.broken else "", FAINT),
            indent=2,
        )
    next_commands(page, _NEXT)


def show_fixer(document: FixerDocument, console: Console) -> None:
    """Print all that is to be known of one."""
    page = Page(console)
    page.line((f"{document.name}  ", HEADING), (document.summary, HEADING), hang=2)
    page.line((f"at most {document.risk}{page.separator}{document.distribution}", FAINT))
    for paragraph in document.help:
        page.blank()
        page.line(paragraph)
    page.blank()
    page.line(("Options" if document.options else "It takes no options.", HEADING))
    for option in document.options:
        _option(page, option)
    if document.examples:
        page.blank()
        page.line(("Examples", HEADING))
    for number, example in enumerate(document.examples):
        if number:
            page.blank()
        _example(page, example)


def show_new_fixer(name: str, folder: Path, console: Console) -> None:
    """Print what was written, and what comes next.

    pip takes a folder for one only where a slash says so: else it asks the registry for the name.
    """
    page = Page(console)
    page.line(
        (f"{folder} is a Python package with the fixer {name}, which works as it stands.", HEADING)
    )
    page.line(f"Make it yours in {folder / 'src' / name / 'fixer.py'}.", hang=2)
    place = str(folder) if folder.is_absolute() else f"./{folder}"
    install = f"python -m pip install -e {shlex.quote(f'{place}[test]')}"
    test = f"python -m pytest {shlex.quote(place)}"
    next_commands(
        page,
        (
            NextPart(command=install, why="so that mappings can name it; with pytest"),
            NextPart(command=test, why="prove it by its examples"),
            NextPart(command=f"bridge fixers {name}", why="its help, options and examples"),
        ),
    )


def _risk(offer: OfferPart) -> str:
    return str(offer.risk) if offer.risk else _BROKEN


def _option(page: Page, option: OptionPart) -> None:
    default = "" if option.default is None else f", default {literal(option.default)}"
    needed = ", needed" if option.needed else ""
    page.line(option.name, (f"  {option.type}{default}{needed}", FAINT), indent=2, hang=2)
    if option.meaning:
        meaning = option.meaning.replace(" → ", ": ") if page.plain else option.meaning
        page.line(meaning, indent=4)


def _example(page: Page, example: ExamplePart) -> None:
    page.line(example.says, indent=2, hang=2)
    page.line(("- ", FAINT), example.mapping, indent=4, hang=2)
    if example.error is not None:
        page.line(("error  ", FAINT), error_in_words(example.error), indent=4, hang=2)
    for change in example.changes:
        _change(page, change)
    if not example.changes:
        for field, value in example.before.items():
            said = shortened(literal(value), _VALUE_ROOM)
            page.line(f"{field}  ", ("stays  ", FAINT), said, indent=4, hang=2)
    if example.failed is not None:
        page.line((f"But {example.failed}", WARNING), indent=4, hang=2)


def _change(page: Page, change: ExampleChangePart) -> None:
    page.line(f"{change.field}  ", (f"{change.risk}: {change.why}", FAINT), indent=4, hang=2)
    show_difference(page, change.before, change.after, indent=6)


def error_in_words(error: ErrorPart) -> str:
    """`STRING_TOO_LONG on Text__c, at most 80`."""
    on = f" on {listed(error.fields)}" if error.fields else ""
    limit = "" if error.limit is None else f", at most {error.limit:,}"
    return f"{error.code or 'no code'}{on}{limit}"
