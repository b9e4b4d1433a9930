"""Settings and windows, as a program gives them."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge import settings as reading
from bridge import window as windows
from bridge.model import Window
from bridge.settings import Settings
from bridge.window import DEFAULT_ZONE


def load_settings(
    *, config: Path | None = None, profile: str | None = None, **values: object
) -> Settings:
    """The settings that a command would have: values given here, the environment, bridge.toml.

    Args:
        config: the file to read; None for the usual places, where it may be absent.
        profile: the table `[profiles.NAME]` of the file, laid over its top level.
        values: by the name of a setting in small letters, such as `bridge_ledger`; they beat all
            else.

    Raises:
        SettingsError: one line for each value that is not usable, or that is of no setting.
    """
    return reading.load(values, config=config, profile=profile, called=str)


def yesterday(zone: str = DEFAULT_ZONE) -> Window:
    """The day before today in a zone: the one of the e-mail.

    Raises:
        WindowError: there is no such zone.
    """
    return windows.yesterday(zone, dt.datetime.now(dt.UTC))


def day(date: dt.date | str, zone: str = DEFAULT_ZONE) -> Window:
    """One day, from its first instant to the next day's.

    Raises:
        WindowError: the date can't be read, or the clock of the zone skipped it; no such zone.
    """
    return windows.day(date if isinstance(date, str) else date.isoformat(), zone)


def between(
    from_time: dt.datetime | str, till_time: dt.datetime | str, zone: str = DEFAULT_ZONE
) -> Window:
    """The span between two times; one without an offset is local to the zone.

    Raises:
        WindowError: a time can't be read, or the span is empty or reversed; no such zone.
    """
    start, end = (
        time if isinstance(time, str) else time.isoformat(timespec="seconds")
        for time in (from_time, till_time)
    )
    return windows.between(start, end, zone)


def words_of(window: Window) -> str:
    """The window as flags of a command."""
    zone = ZoneInfo(window.zone)
    start, end = (time.astimezone(zone) for time in (window.from_time, window.till_time))
    if window == day(start.date(), window.zone):
        return shlex.join(["--date", f"{start:%Y-%m-%d}", "--tz", window.zone])
    return shlex.join(["--from", start.isoformat(), "--till", end.isoformat(), "--tz", window.zone])
