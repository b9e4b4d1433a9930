"""Which messages a plan is about: a window's, or all that is still open; narrowed or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bridge.cli import screen
from bridge.cli.options import window_of
from bridge.errors import UsageError
from bridge.ledger import Ledger
from bridge.model import Window
from bridge.salesforce import Org
from bridge.settings import Settings
from bridge.use_cases import PlanRequest, open_existing_ledger, open_ledger
from bridge.use_cases import still_open as still_open_in

Named = tuple[Window, str]
"""A window, and the flags that name it again."""


def named_window(
    *,
    still_open: bool,
    narrowed_to_keys: bool,
    expected: int | None,
    yesterday_too: bool,
    date: str | None,
    from_time: str | None,
    till_time: str | None,
    zone: str | None,
) -> Named | None:
    """The window that the options name; None with `--open`, which finds it in the ledger.

    Raises:
        WindowError: none or more than one is named, or it is no window.
        UsageError: `--open` stands beside a window, or what goes with one.
    """
    if not still_open:
        return window_of(
            yesterday_too=yesterday_too,
            date=date,
            from_time=from_time,
            till_time=till_time,
            zone=zone,
            instead=", or --open for all that is open",
        )
    if expected is not None:
        raise UsageError(
            "--expect goes with a window, not with --open",
            "It is what the e-mail of a day says: leave it out.",
        )
    if yesterday_too or date or from_time or till_time or zone or narrowed_to_keys:
        raise UsageError(
            "--open takes no window and no --key",
            "It fetches the windows of all that is open in the ledger. --cause narrows it.",
        )
    return None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options ask of a plan, beside its window."""

    flags: str
    expected: int | None
    limit: int | None
    keys: Sequence[str]
    causes: Sequence[str]
    even_if_deleted: str | None = None


def request_of(
    settings: Settings, asked: Asked, named: Named | None, ledger: Ledger, org: Org
) -> PlanRequest | None:
    """The request for a plan; None where all that is open is asked for, and nothing is.

    Raises:
        SettingsError: a setting is missing or not usable.
        RemoteError: the org could not be reached, or refused us.
    """
    left = None
    if named is None:
        left = still_open_in(settings, ledger, org, asked.causes)
        if left is None:
            return None
        named = left.window, ""
    window, words = named
    return PlanRequest(
        window,
        words,
        asked.flags,
        asked.expected,
        asked.limit,
        asked.keys,
        asked.causes,
        left.keys if left else None,
        asked.even_if_deleted,
    )


def ledger_for(settings: Settings, *, still_open: bool) -> AbstractContextManager[Ledger]:
    """The ledger of a plan: made where there is none, but for what is open in one.

    Raises:
        LedgerError: there is none where one has to be, or it can't be opened or written.
    """
    return open_existing_ledger(settings) if still_open else open_ledger(settings)


def say_nothing_is_open(ledger: Ledger, causes: Sequence[str], *, as_json: bool) -> None:
    """Where there is nothing to plan: for people on stderr, for programs `null`."""
    if not causes:
        screen.stderr.print("Nothing is open in this ledger: there is nothing to send again.")
    for cause in dict.fromkeys(map(ledger.cause_id, causes)):
        there = ledger.cause(cause, since=dt.datetime.now(dt.UTC)).messages.there
        said = f": {there:,} {'is' if there == 1 else 'are'} in Salesforce already" if there else ""
        screen.stderr.print(f"Nothing of {cause} is open{said}.")
    if as_json:
        screen.print_json("null")
