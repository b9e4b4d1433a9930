"""A cause across days: its figures, its sparkline, and the advice to mend it at the source."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bridge.ledger import Ledger
from bridge.model import Change, Finding, Item, Outcome, Risk, Topic, Window
from bridge.report import cause_document, causes_document
from bridge.report.causes import DAYS, DayPart
from bridge.report.terminal import show_cause, show_causes
from bridge.report.terminal.causes import sparkline
from tests.report.runs import (
    NAME,
    NO_ACCESS,
    NO_NAME,
    NOW,
    TOO_LONG,
    console,
    cut,
    item,
    plan,
    planned,
    written,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = dt.timedelta(days=1)
LONG_NAME = (
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:T: execution of AfterInsert caused by: "
    "System.DmlException: Insert failed. First exception on row 0; first error: "
    "STRING_TOO_LONG, Last Name: data value too large: x (max length=80): [LastName]:--"
)


def failed_on(ledger: Ledger, at: dt.datetime, *items: Item) -> str:
    run_id = ledger.begin_run(replace(plan(), window=Window(at - DAY, at, AMSTERDAM.key)), at)
    dated = [one._replace(order=at.isoformat(timespec="microseconds")) for one in items]
    ledger.add_items(run_id, 0, dated)
    ledger.finish_plan(run_id, announced=None, fetched=len(items), repeated=0, notes=())
    return run_id


def shortened(number: int) -> Item:
    return item(number, TOO_LONG, [cut("x" * 4001, "x" * 4000, 1)])


def test_a_field_that_is_repaired_day_after_day_is_to_be_mended_at_its_source(
    ledger: Ledger,
) -> None:
    for day in range(2):
        failed_on(ledger, NOW - day * DAY, shortened(day))
    cause = ledger.causes(NOW - 20 * DAY)[0].cause.id
    assert cause_document(ledger, cause, AMSTERDAM, NOW).mend_at_the_source is None
    failed_on(ledger, NOW - 2 * DAY, shortened(2), shortened(3))
    document = cause_document(ledger, cause, AMSTERDAM, NOW)
    assert document.mend_at_the_source is not None
    assert document.mend_at_the_source.startswith(
        "Social25__Text__c was repaired by truncate on 3 of the last 14 days (4 messages)"
    )
    to = console(120)
    show_cause(document, to)
    assert "mend it at the source" in " ".join(written(to).split())


def test_what_is_repaired_in_every_message_is_no_news_of_a_cause(ledger: Ledger) -> None:
    everywhere = Change("Social25__File_Type__c", "#N/A", None, "nulls", "null", Risk.LOSSLESS)
    for day in range(5):
        failed_on(ledger, NOW - day * DAY, item(day, TOO_LONG, [everywhere]))
    (one,) = ledger.causes(NOW)
    assert cause_document(ledger, one.cause.id, AMSTERDAM, NOW).repairs == ()


def test_a_field_that_fills_the_blamed_one_is_the_causes_own(ledger: Ledger) -> None:
    traced = Finding(Topic.DOWNSTREAM, "it comes from it", field="LastName", sources=(NAME,))
    change = Change(NAME, "x" * 90, "x" * 80, "truncate", "it holds 80", Risk.LOSSY, 10)
    for day in range(3):
        failed_on(
            ledger, NOW - day * DAY, item(day, LONG_NAME, [change])._replace(findings=(traced,))
        )
    (one,) = ledger.causes(NOW)
    document = cause_document(ledger, one.cause.id, AMSTERDAM, NOW)
    assert [(repair.field, repair.days) for repair in document.repairs] == [(NAME, 3)]


def test_a_day_is_a_day_of_the_zone(ledger: Ledger) -> None:
    late = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
    failed_on(ledger, late, item(1))
    (cause,) = causes_document(ledger, AMSTERDAM, NOW, all_of_them=False).causes
    assert [day.day for day in cause.days if day.failures] == [dt.date(2026, 11, 21)]
    assert len(cause.days) == DAYS
    assert cause.days[-1].day == NOW.date()


def test_the_list_says_what_is_open_and_what_comes_next(ledger: Ledger) -> None:
    failed_on(ledger, NOW - DAY, item(1), item(2))
    to = console(100)
    show_causes(causes_document(ledger, AMSTERDAM, NOW, all_of_them=False), to, " --ledger x")
    page = written(to)
    assert page.startswith(
        "1 open cause, 2 messages open: 2 ready · the last 14 days (Europe/Amsterdam)\n"
    )
    assert "▁▁▁▁▁▁▁▁▁▁▁▁█▁  2 ready · 22 November 2026, 1 run, only planned" in page
    assert "bridge resync --open --ledger x    send the 2\n" in page


def listed(ledger: Ledger, *, all_of_them: bool = False) -> str:
    to = console(100)
    show_causes(causes_document(ledger, AMSTERDAM, NOW, all_of_them=all_of_them), to)
    return written(to)


def shown(ledger: Ledger, cause_id: str) -> str:
    to = console(100)
    show_cause(cause_document(ledger, cause_id, AMSTERDAM, NOW), to)
    return " ".join(written(to).split())


def test_a_ledger_without_causes_says_so_whatever_is_asked_for(ledger: Ledger) -> None:
    for everything in (False, True):
        assert listed(ledger, all_of_them=everything) == "No causes in this ledger yet.\n"


def settled(ledger: Ledger, *numbers: int) -> str:
    """Plan and insert these messages; the id of their cause."""
    book = planned(ledger, [item(number) for number in numbers])
    book.settle(numbers, Outcome.SYNCED)
    ledger.finish(book.run_id)
    return book.items[0].cause.id


def test_what_is_settled_asks_for_no_repair(ledger: Ledger) -> None:
    failed_on(ledger, NOW - DAY, item(1), item(2))
    cause = settled(ledger, 1, 2)
    assert listed(ledger).startswith("No cause leaves a message open.\nbridge causes --all lists")
    page = shown(ledger, cause)
    assert "2 inserted · 22 November 2026, 2 runs, 1 of them only planned Nothing is open." in page
    assert "2: 2 ready, only planned" in page
    assert "validation rule" not in page
    assert "next" not in page


def test_the_causes_stand_as_in_a_plan(ledger: Ledger) -> None:
    failed_on(ledger, NOW - DAY, item(1, TOO_LONG), item(2), item(3))
    failed_on(ledger, NOW, item(4, NO_NAME))
    document = causes_document(ledger, AMSTERDAM, NOW, all_of_them=False)
    left = [(-one.messages.open, one.id) for one in document.causes]
    assert left == sorted(left)
    assert document.causes[0].messages.open == 2


def test_what_is_held_is_told_with_the_plans_own_reason(ledger: Ledger) -> None:
    no_access = "INVALID_FIELD_FOR_INSERT_UPDATE: Unable to create/update fields: Social25__A__c"
    failed_on(ledger, NOW - DAY, item(1, no_access, held=NO_ACCESS), item(2))
    page = " ".join(listed(ledger).split())
    assert "2 messages open: 1 ready, 1 held" in page
    assert "1 held · " in page
    assert f"held this user may not write User_Email__c {NO_ACCESS.advice[:20]}" in page
    assert "Social25__" not in page.replace('"Unable to create/update fields: Social25__A__c"', "")
    assert "send the 1; once repaired: bring the 1" in page


def test_a_rule_is_named_and_what_the_mapping_repairs_is_not_to_be_mapped(ledger: Ledger) -> None:
    found = Finding(Topic.STANDING_RULE, "it stands", "https://acme.example/x", rule="No_Links")
    cut_for_it = item(2, LONG_NAME)._replace(treatment="truncate, then retry (ours.yaml:7)")
    failed_on(ledger, NOW - DAY, item(1)._replace(findings=(found,)), cut_for_it, shortened(3))
    page = " ".join(listed(ledger).split())
    assert "Rule No_Links. Have the validation rule changed" in page
    assert "The mapping repairs them: truncate, then retry (ours.yaml:7)." in page
    assert "The mapping repairs them: truncate." in page
    assert "Let the mapping truncate" not in page


def test_an_answer_of_the_org_is_told_with_its_time_and_its_zone(ledger: Ledger) -> None:
    found = Finding(Topic.STANDING_RULE, "it stands", "https://acme.example/x", rule="No_Links")
    run_id = failed_on(ledger, NOW, item(1)._replace(findings=(found,)))
    cause = item(1).cause.id
    page = shown(ledger, cause)
    assert f"Asked on 23 November 2026 08:30 (Europe/Amsterdam, run {run_id}): it stands." in page
    assert f"bridge resync --open --cause {cause} --dry-run ask the org again, and plan" in page
    assert "Runs (Europe/Amsterdam)" in page


def test_an_owner_and_a_note_that_are_taken_away_leave_nothing(ledger: Ledger) -> None:
    failed_on(ledger, NOW - DAY, item(1))
    ledger.take_care(item(1).cause.id, NOW, owner="", note="")
    document = causes_document(ledger, AMSTERDAM, NOW, all_of_them=False)
    assert document.causes[0].care is None


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_a_sparkline_has_a_block_a_day_and_none_is_lower_for_more(counts: list[int]) -> None:
    days = [DayPart(day=dt.date(2026, 11, 1), failures=number) for number in counts]
    line = sparkline(days)
    assert len(line) == len(counts)
    ordered = sorted(zip(counts, line, strict=True))
    assert [block for _, block in ordered] == sorted(line)
    assert all((block == "▁") == (number == 0) for number, block in ordered)
