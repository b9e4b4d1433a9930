"""The judging of what was asked is pure."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.doctor import allowance, clock, ledger, login
from bridge.doctor.examination import exit_of
from bridge.doctor.verdict import Verdict, good, unchecked, warning, wrong
from bridge.errors import BridgeError, Exit, LedgerError, OrgRefused, SettingsError
from bridge.ledger import LedgerLook
from bridge.report.doctor import Mark
from bridge.salesforce import ApiUsage

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ERRORS: list[BridgeError] = [SettingsError("a", "b"), LedgerError("a", "b"), OrgRefused("a", "b")]
BORNE = [good("a"), warning("a", "b"), unchecked("a")]


@given(st.integers(-10_000_000, 10_000_000))
def test_a_clock_is_warned_of_by_how_far_it_is_off_and_to_which_side(seconds: int) -> None:
    off = clock.judge(NOON + dt.timedelta(seconds=seconds), NOON, "GoTallo")
    assert (off.mark is Mark.GOOD) is (abs(seconds) <= 30)
    assert ("ahead of GoTallo's" in off.says) is (seconds > 30)
    assert ("behind GoTallo's" in off.says) is (seconds < -30)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(31, "31 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7_199, "119 minutes")],
)
def test_how_far_a_clock_is_off_is_told_in_fitting_units(seconds: int, told: str) -> None:
    off = clock.judge(NOON + dt.timedelta(seconds=seconds), NOON, "GoTallo")
    assert off.says == f"this machine's clock is {told} ahead of GoTallo's"
    assert clock.judge(NOON, None, "GoTallo").mark is Mark.WARNING


@given(st.integers(0, 200_000), st.integers(0, 100_000), st.integers(0, 100_000))
def test_an_allowance_within_its_reserve_stops_a_run(used: int, limit: int, reserve: int) -> None:
    usage = ApiUsage(used, limit)
    found = allowance.judge(usage, reserve)
    assert (found.mark is Mark.WRONG) is (usage.left <= reserve)
    assert allowance.judge(None, reserve).mark is Mark.WARNING


@given(st.lists(st.sampled_from([*BORNE, *map(wrong, ERRORS)])))
def test_what_is_wrong_decides_how_it_ends_settings_first(verdicts: list[Verdict]) -> None:
    codes = {verdict.exit_code for verdict in verdicts}
    expected = Exit.USAGE if Exit.USAGE in codes else max(codes, default=Exit.OK)
    assert exit_of(verdicts) is expected


@pytest.mark.parametrize(
    ("look", "marks"),
    [
        (LedgerLook("l", 0, 5, None, 10**10), [Mark.GOOD, Mark.GOOD]),
        (LedgerLook("l", 5, 5, None, 10**10), [Mark.GOOD, Mark.GOOD]),
        (LedgerLook("l", 4, 5, None, 10**10), [Mark.WARNING, Mark.GOOD]),
        (LedgerLook("l", 5, 5, "it is a copy", None), [Mark.WRONG]),
        (LedgerLook("l", 5, 5, None, 10**8), [Mark.GOOD, Mark.WARNING]),
        (LedgerLook("l", 5, 5, None, 10**6), [Mark.GOOD, Mark.WRONG]),
    ],
)
def test_a_ledger_is_judged_by_version_rights_and_room(look: LedgerLook, marks: list[Mark]) -> None:
    assert [verdict.mark for verdict in ledger.judge(look)] == marks


@pytest.mark.parametrize("name", ["production", "prod", "acme-prod", "EU_Live", "prod2", "ProdEU"])
def test_a_profile_that_is_called_production_must_not_lead_to_a_sandbox(name: str) -> None:
    assert login.misleading(name, sandbox=True)
    assert not login.misleading(name, sandbox=False)


@pytest.mark.parametrize(
    "name", ["sandbox", "uat", "test1", "acme-dev", "pre-prod", "nonprod", "NonProd", "staging"]
)
def test_a_profile_that_is_called_a_sandbox_must_not_lead_to_production(name: str) -> None:
    assert login.misleading(name, sandbox=False)
    assert not login.misleading(name, sandbox=True)


@pytest.mark.parametrize("name", ["acme", "product", "latest", "delivery", "prod-test", "eu"])
@pytest.mark.parametrize("sandbox", [True, False])
def test_a_profile_whose_name_says_neither_or_both_is_left_alone(name: str, sandbox: bool) -> None:
    assert not login.misleading(name, sandbox=sandbox)


@pytest.mark.parametrize(
    ("mode", "warned"),
    [(0o600, False), (0o400, False), (0o440, False), (0o644, True), (0o660, True), (0o602, True)],
)
def test_a_key_that_others_can_use_is_warned_of(mode: int, warned: bool) -> None:
    assert bool(login.of_key_file(Path("key.pem"), 0o100000 | mode)) is warned
