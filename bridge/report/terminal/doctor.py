"""An examination: what was looked at, how it stands, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from rich.console import Console

from bridge.report.doctor import CheckPart, DoctorDocument, Mark, SettingPart
from bridge.report.terminal.page import Page, Piece
from bridge.report.terminal.parts import ADDED, ALARM, FAINT, HEADING, WARNING
from bridge.report.terminal.words import counted

_SIGNS: Mapping[Mark, tuple[str, str, str]] = {
    Mark.GOOD: ("✓", "ok", ADDED),
    Mark.WARNING: ("!", "!", WARNING),
    Mark.WRONG: ("✗", "X", ALARM),
    Mark.UNCHECKED: ("?", "?", FAINT),
}
"""Sign, sign in ASCII, style."""
_IN_WORDS: Mapping[Mark, str] = {
    Mark.GOOD: "Good",
    Mark.WARNING: "Warning",
    Mark.WRONG: "Wrong",
    Mark.UNCHECKED: "Not checked",
}
_DEFAULT = "default"


def show_doctor(document: DoctorDocument, console: Console) -> None:
    """Print the settings, then each check with its mark; below what is wrong, its mend."""
    page = Page(console)
    profile = (f'Profile "{document.profile}"', HEADING) if document.profile else "No profile"
    page.line(profile, f"{page.separator}{document.settings_file or 'no bridge.toml'}")
    _settings(page, document)
    for family, checks in groupby(document.checks, key=lambda check: check.family):
        page.blank()
        page.line((family.value, HEADING))
        for check in checks:
            _check(page, check, console.encoding)
    page.blank()
    _verdict(page, document)


def _settings(page: Page, document: DoctorDocument) -> None:
    given = [setting for setting in document.settings if setting.layer != _DEFAULT]
    if not given:
        return
    page.blank()
    widest = max(len(setting.name) for setting in given)
    for setting in given:
        page.line(f"{setting.name:<{widest}}  ", *_value(setting), indent=2, hang=widest + 2)


def _value(setting: SettingPart) -> tuple[Piece, ...]:
    return f"{setting.value or 'not set'}  ", (setting.layer, FAINT)


def _check(page: Page, check: CheckPart, encoding: str) -> None:
    sign, plain, style = _SIGNS[check.mark]
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        sign = plain
    if page.plain:
        page.line(f"{_IN_WORDS[check.mark]}: {check.says}", indent=2, hang=2)
    else:
        page.line((f"{sign:<3}", style), check.says, indent=2, hang=3)
    if check.mend:
        page.line(check.mend, indent=7, hang=2)


def _verdict(page: Page, document: DoctorDocument) -> None:
    marks = [check.mark for check in document.checks]
    wrong, warnings = marks.count(Mark.WRONG), marks.count(Mark.WARNING)
    borne = f", {counted(warnings, 'warning')}" if warnings else ""
    if wrong:
        is_wrong = "is" if wrong == 1 else "are"
        page.line(
            (f"{counted(wrong, 'thing')} {is_wrong} wrong{borne}.", ALARM), " Mend and look again."
        )
    else:
        page.line(f"All is well{borne}. Nothing was written.")
