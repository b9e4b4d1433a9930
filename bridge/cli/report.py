"""`bridge report`: what became of every message of a run."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bridge import use_cases
from bridge.cli import screen
from bridge.cli.options import AsJson, RunId, repeated_flags, with_settings
from bridge.errors import UsageError
from bridge.ledger import Ledger, Run
from bridge.report.causes import days_of_causes
from bridge.report.handout import Content, Handout, whole
from bridge.report.html import html_page
from bridge.report.markdown import markdown
from bridge.report.masking import masked
from bridge.report.reading import report_document
from bridge.report.terminal.report import show_report
from bridge.settings import Settings

STDOUT = "-"


@with_settings
def report(
    settings: Settings,
    run_id: RunId,
    *,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write a page for the browser; - stdout."),
    ] = None,
    md: Annotated[
        str | None,
        typer.Option("--md", metavar="FILE", help="Write Markdown for a ticket; - stdout."),
    ] = None,
    with_content: Annotated[
        bool,
        typer.Option("--with-content", help="With texts, names and keys, which else are masked."),
    ] = False,
    csv: Annotated[
        str | None,
        typer.Option("--csv", metavar="FILE", help="Write what can be repaired by hand; - stdout."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what became of every message of a run; with --json each with its changes.

    Example: bridge report 7c2e1f --html 7c2e1f.html
    """
    _refuse_two({"--html": html, "--md": md, "--csv": csv, "--json": as_json or None})
    if with_content and html is None and md is None:
        raise UsageError(
            "--with-content goes with --html or --md", "The others show the content anyway."
        )
    content = Content.WHOLE if with_content else Content.MASKED
    with use_cases.open_existing_ledger(settings) as ledger:
        run = ledger.run(run_id)
        if csv is not None:
            _write_csv(settings, run, ledger, csv)
        elif html is not None:
            _write_page(html_page, _handout(ledger, run, content), html)
        elif md is not None:
            _write_page(markdown, _handout(ledger, run, content), md)
        else:
            _show(ledger, run, as_json=as_json)


def _refuse_two(asked: dict[str, object]) -> None:
    names = [name for name, value in asked.items() if value is not None]
    if len(names) > 1:
        raise UsageError(
            f"{names[0]} and {names[1]} are two reports", "Ask for one after the other."
        )


def _show(ledger: Ledger, run: Run, *, as_json: bool) -> None:
    document = report_document(ledger, run)
    if as_json:
        screen.print_json(document.model_dump_json(indent=2))
        return
    writer = ledger.writer_of(run.id, dt.datetime.now(dt.UTC))
    show_report(document, screen.stdout, ledger.last_sent_at(run.id), writer)


def _handout(ledger: Ledger, run: Run, content: Content) -> Handout:
    document = report_document(ledger, run)
    causes = {item.cause_id for item in document.items}
    zone = ZoneInfo(run.plan.window.zone)
    days = days_of_causes(ledger, causes, zone, dt.datetime.now(dt.UTC))
    return whole(document, days) if content is Content.WHOLE else masked(document, days)


def _write_page(page: Callable[[Handout], str], handout: Handout, name: str) -> None:
    text = page(handout).encode()
    if name == STDOUT:
        screen.print_bytes(text)
        return
    _write_new(Path(name), text, "and may have been handed to somebody")
    told = (
        "Texts, names and keys are masked; --with-content shows them."
        if handout.content is Content.MASKED
        else "It holds people's messages."
    )
    screen.stderr.print(
        f"{len(handout.document.items):,} messages written to {name}. {told}",
        soft_wrap=True,
        markup=False,
    )


def _write_csv(settings: Settings, run: Run, ledger: Ledger, name: str) -> None:
    with use_cases.open_org(settings) as org:
        sheet = use_cases.sheet_of(run, ledger, org)
    if name == STDOUT:
        screen.print_bytes(sheet.text.encode())
    else:
        _write_new(Path(name), sheet.text.encode(), "and may hold what somebody has repaired")
        screen.stderr.print(
            f"{sheet.rows:,} held or rejected written to {name}. Repair them in a spreadsheet, "
            f"save as CSV UTF-8, then: bridge amend {run.id} {name}{repeated_flags()}",
            soft_wrap=True,
            markup=False,
        )
    if sheet.left_out:
        screen.stderr.print(
            f"{sheet.left_out:,} are held for what no change of their record mends: "
            f"bridge report {run.id}{repeated_flags()}",
            soft_wrap=True,
            markup=False,
        )


def _write_new(path: Path, data: bytes, why_kept: str) -> None:
    """Write a file that its owner alone may read: it may hold people's messages.

    Args:
        path: of the file, which must not be there yet.
        data: all of it.
        why_kept: why one that is there is not written over.

    Raises:
        UsageError: there is one already; or it can't be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as exc:
        raise UsageError(
            f"{path} is there already, {why_kept}",
            "Name another file, or remove it first.",
        ) from exc
    except OSError as exc:
        raise _unwritable(path, exc) from exc
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except BaseException as exc:
        path.unlink(missing_ok=True)
        if isinstance(exc, OSError):
            raise _unwritable(path, exc) from exc
        raise


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} can't be written: {error.strerror or error}", "Name another file.")
