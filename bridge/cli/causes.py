"""`bridge causes`: why messages failed, across all runs of a ledger, and who looks after it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bridge import use_cases
from bridge.cli import screen
from bridge.cli.options import AsJson, repeated_flags, with_settings
from bridge.errors import UsageError
from bridge.ledger import Ledger
from bridge.report.causes import cause_document, causes_document
from bridge.report.terminal.causes import show_cause, show_causes
from bridge.settings import Settings
from bridge.window import DEFAULT_ZONE, zone_of


@with_settings
def causes(
    settings: Settings,
    cause_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A cause's id, or how it starts.")
    ] = None,
    *,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="List those too that leave no message open.")
    ] = False,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="NAME", help="Keep who looks after it.")
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="Keep a note to it.")
    ] = None,
    tz: Annotated[
        str | None,
        typer.Option("--tz", metavar="ZONE", help="Whose days. Default: the newest run's."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the causes that leave messages open, or show one with its history. No org is asked.

    Example: bridge causes
    """
    now = dt.datetime.now(dt.UTC)
    with use_cases.open_existing_ledger(settings) as ledger:
        zone = _zone(ledger, tz)
        if cause_id is None:
            if owner is not None or note is not None:
                raise UsageError(
                    "--owner and --note are of one cause",
                    "Give its id: bridge causes ID --owner NAME. bridge causes lists the ids.",
                )
            document = causes_document(ledger, zone, now, all_of_them=all_of_them)
            if as_json:
                screen.print_json(document.model_dump_json(indent=2))
            else:
                show_causes(document, screen.stdout, repeated_flags())
            return
        whole = ledger.cause_id(cause_id)
        if owner is not None or note is not None:
            ledger.take_care(whole, now, owner=owner, note=note)
        one = cause_document(ledger, whole, zone, now)
    if as_json:
        screen.print_json(one.model_dump_json(indent=2))
    else:
        show_cause(one, screen.stdout, repeated_flags())


def _zone(ledger: Ledger, named: str | None) -> ZoneInfo:
    """The zone that is named, else that of the newest run."""
    if named is not None:
        return zone_of(named)
    newest = ledger.runs(1)
    return ZoneInfo(newest[0].plan.window.zone if newest else DEFAULT_ZONE)
