from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bridge.ledger import Forecast, Ledger
from bridge.model import (
    Change,
    Decision,
    Finding,
    Held,
    HeldReason,
    Outcome,
    Risk,
    Topic,
    View,
    Visibility,
    Window,
)
from bridge.report import run_document
from bridge.report.terminal import show_plan_alone
from tests.report.runs import (
    NO_ACCESS,
    NO_NAME,
    NOW,
    RULE,
    TEXT,
    TOO_LONG,
    Book,
    as_null,
    console,
    cut,
    item,
    named,
    plan,
    planned,
    written,
)

ONLY = frozenset({Risk.LOSSLESS})
LONG = "Dear team, " + "please look at it, " * 30 + "bring the blue suitcase"


def page(book: Book, width: int = 80) -> str:
    to = console(width)
    show_plan_alone(run_document(book.ledger, book.run), to)
    return written(to)


def test_the_page_starts_with_the_window_the_org_and_figures_that_add_up(ledger: Ledger) -> None:
    planned(ledger, [item(1)]).settle([1], Outcome.SYNCED)
    items = [item(n) for n in range(1, 32)] + [item(n, TOO_LONG, held=NO_ACCESS) for n in (40, 41)]
    lines = page(planned(ledger, items), 120).splitlines()
    assert lines[0] == (
        "Sunday 22 November 2026 (Europe/Amsterdam) · org Acme, sandbox · key Identifier__c, unique"
    )
    assert lines[1] == ("33 failed messages, 2 causes: 30 ready, 2 held, 1 in Salesforce already")


def test_a_production_org_and_a_key_that_is_not_unique_are_named(ledger: Ledger) -> None:
    shown = page(planned(ledger, [item(1)], sandbox=False, key_unique=False))
    assert "org Acme, PRODUCTION · key Identifier__c, not unique" in shown


OTHER = "FIELD_CUSTOM_VALIDATION_EXCEPTION: No names, please."
STANDS = Finding(
    Topic.STANDING_RULE, "The rule No_Links stands", "https://acme.example/x", rule="No_Links"
)


def test_what_a_rule_refuses_again_is_counted_before_it_is_sent(ledger: Ledger) -> None:
    behind = [item(n)._replace(findings=(STANDS,)) for n in (1, 2)]
    shown = page(planned(ledger, [*behind, item(3, TOO_LONG)]), 120)
    assert "3 ready, 2 of them behind a rule that refuses them again, 0 held" in shown
    assert "once that rule is repaired: retry, the default" in shown
    assert "send the 3, 2 once No_Links is repaired" in shown
    alone = page(planned(ledger, behind), 120)
    assert "send the 2, once No_Links is repaired" in alone
    other = replace(STANDS, rule="No_Names")
    two = page(planned(ledger, [*behind, item(3, OTHER)._replace(findings=(other,))]), 120)
    assert "3 ready, 3 of them behind rules that refuse them again, 0 held" in two
    assert "send the 3, once 2 rules are repaired" in two


def test_what_the_mapping_repairs_for_its_cause_is_not_behind_a_rule(ledger: Ledger) -> None:
    repaired = item(1)._replace(findings=(STANDS,), treatment="truncate, then retry (ours.yaml:7)")
    shown = page(planned(ledger, [repaired]), 120)
    assert "1 ready, 0 held" in shown
    assert "send the 1\n" in shown


NOT_SEEN = "Social25__Heroku_Message__c is not shared with everybody"
GRANT = "View All on Social25__Heroku_Message__c"


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (
            View(Visibility.UNPROVEN, NOT_SEEN, GRANT),
            (
                "Can't be sent: a message that is there could look absent. Heroku_Message__c is "
                "not shared with everybody. Grant View All on Heroku_Message__c; or take it on"
            ),
        ),
        (
            View(Visibility.ASSUMED, NOT_SEEN, GRANT),
            (
                "Taken on by BRIDGE_ASSUME_VISIBLE: that every row is seen. Not proven: "
                "Heroku_Message__c is not shared with everybody. A message that is there unseen is "
                "inserted a second time."
            ),
        ),
        (
            View(Visibility.GUARDED, NOT_SEEN, GRANT),
            (
                "Not proven that every row is seen: Heroku_Message__c is not shared with "
                "everybody. The key is unique, so Salesforce refuses a second row. To prove it, "
                "grant View All on Heroku_Message__c."
            ),
        ),
    ],
    ids=lambda value: value.visibility.value if isinstance(value, View) else "",
)
def test_what_is_not_proven_stands_at_the_top_with_what_would_prove_it(
    ledger: Ledger, view: View, says: str
) -> None:
    book = planned(ledger, [item(1)])
    ledger.record_view(book.run_id, view)
    lines = page(book, 120).splitlines()
    assert says in " ".join(" ".join(lines[1:5]).split())


@pytest.mark.parametrize("view", [None, View(Visibility.PROVEN, "this user has View All on it")])
def test_what_is_proven_takes_no_line(ledger: Ledger, view: View | None) -> None:
    book = planned(ledger, [item(1)])
    if view is not None:
        ledger.record_view(book.run_id, view)
    assert page(book, 120).splitlines()[1].startswith("1 failed message")


@pytest.mark.parametrize(
    ("from_time", "till_time", "said"),
    [
        ("2026-11-22T07:30", "2026-11-22T11:00", "Sunday 22 November 2026 08:30 to 12:00 (Euro"),
        ("2026-11-22T07:30", "2026-11-23T11:00", "22 November 2026 08:30 to 23 November 12:00"),
        ("2026-10-24T22:00", "2026-10-25T23:00", "Sunday 25 October 2026 (Europe/Amsterdam)"),
    ],
    ids=["within a day", "over midnight", "a day of 25 hours"],
)
def test_a_window_is_said_in_its_own_zone(
    ledger: Ledger, from_time: str, till_time: str, said: str
) -> None:
    start, till = (dt.datetime.fromisoformat(f"{t}+00:00") for t in (from_time, till_time))
    assert said in page(planned(ledger, [], window=Window(start, till, "Europe/Amsterdam")))


def test_numbers_that_disagree_are_told(ledger: Ledger) -> None:
    shown = page(
        planned(ledger, [item(1)], expected=3, announced=2, notes=["The list changed in between."])
    )
    assert "The e-mail says 3: 2 more than GoTallo listed." in shown
    assert "GoTallo announced 2: 1 more than it listed." in shown
    assert "The list changed in between." in shown


def test_numbers_that_agree_are_not_mentioned(ledger: Ledger) -> None:
    shown = page(planned(ledger, [item(1)], expected=1, announced=1))
    assert "e-mail" not in shown
    assert "announced" not in shown


def test_results_that_came_twice_explain_what_gotallo_announced(ledger: Ledger) -> None:
    shown = page(planned(ledger, [item(1)], announced=3, repeated=2))
    assert "GoTallo announced 3: 2 came a second time, and count once." in shown


def test_causes_stand_below_each_other_the_most_frequent_first(ledger: Ledger) -> None:
    lines = page(planned(ledger, [item(0, TOO_LONG), *(item(n) for n in range(1, 12))])).split("\n")
    rule = lines.index('1  rule  11  "Links are not allowed: ask compliance, then retry."')
    assert lines[rule + 1].strip() == "FIELD_CUSTOM_VALIDATION_EXCEPTION · cause 59488f"
    assert lines[rule + 2].strip() == "retry, the default: as they are"
    assert any(line.startswith('2  data   1  "Text: data value too large') for line in lines)


def test_a_cut_says_how_many_characters_are_lost_and_shows_the_place(ledger: Ledger) -> None:
    short = LONG.removesuffix("blue suitcase") + "[…]"
    shown = page(planned(ledger, [item(1, TOO_LONG, [cut(LONG, short, 1234)])]))
    assert "lossy 1  Text__c by truncate: 1,234 characters cut in all" in shown
    before, after = (line.strip() for line in shown.splitlines() if line.strip()[:1] in {"−", "+"})
    assert before.startswith("− …")
    assert before.endswith("bring the blue suitcase")
    assert after.endswith("bring the […]")
    assert "In all: 0 changes lossless, 1 lossy (1,234 characters cut), 0 invented." in shown


def test_a_value_that_is_made_up_is_named(ledger: Ledger) -> None:
    items = [item(n, NO_NAME, [named()]) for n in range(3)]
    shown = page(planned(ledger, [*items, item(3, NO_NAME, [named("Anonymous")])]), 120)
    said = 'invented 4  User_Full_Name__c by defaults: "Unknown sender" in 3, "Anonymous" in 1'
    assert said in shown
    assert "4 invented." in shown


def test_changes_that_lose_nothing_are_shown_once_for_all_causes(ledger: Ledger) -> None:
    items = [item(1, RULE, [as_null()]), item(2, TOO_LONG, [as_null()])]
    shown = page(planned(ledger, items))
    assert shown.count('"#N/A" → nothing') == 1
    assert "lossless 2  File_Type__c by nulls" in shown
    assert "In all: 2 changes lossless, 0 lossy, 0 invented." in shown


def test_an_example_over_all_causes_is_of_its_field(ledger: Ledger) -> None:
    def dropped(field: str, value: str) -> Change:
        return Change(field, value, None, "drop", "the mapping drops it", Risk.LOSSY)

    both = [dropped("Social25__Email__c", "none"), dropped("Social25__Region__c", "EMEA")]
    items = [
        item(1, RULE, [dropped("Social25__Other__c", "only here"), *both]),
        item(2, TOO_LONG, both),
    ]
    over_all_causes = page(planned(ledger, items), 120).partition("Over all causes")[2]
    lines = [line.strip() for line in over_all_causes.splitlines()]
    assert lines[lines.index("Email__c:") + 1] == '"none" → nothing'
    assert lines[lines.index("Region__c:") + 1] == '"EMEA" → nothing'
    assert "only here" not in over_all_causes


def test_a_lossless_change_of_the_field_that_failed_is_shown_with_its_cause(
    ledger: Ledger,
) -> None:
    change = Change(TEXT, "Web ", "Web", "truncate", "white space", Risk.LOSSLESS)
    shown = page(planned(ledger, [item(1, TOO_LONG, [change])]))
    with_its_cause, _, over_all_causes = shown.partition("Over all causes")
    assert "Text__c by truncate" in with_its_cause
    assert "Web␣ → Web" in with_its_cause
    assert "Text__c by truncate" in over_all_causes


def test_what_is_held_says_why_and_what_to_do_without_the_namespace(ledger: Ledger) -> None:
    shown = page(planned(ledger, [item(n, TOO_LONG, held=NO_ACCESS) for n in range(3)]), 120)
    assert "held 3  this user may not write User_Email__c" in shown
    assert "Grant the integration user edit access to User_Email__c, then resync." in shown
    assert "Social25__" not in shown
    assert "bridge apply" not in shown


def test_the_headline_says_what_the_held_ones_are_held_for(ledger: Ledger) -> None:
    waits = Held(HeldReason.APPROVAL, "Text__c loses 3 characters", "Look at it.")
    items = [item(n, TOO_LONG, [cut("abc", "", 3)], held=waits) for n in range(3)]
    shown = page(planned(ledger, [*items, item(3, TOO_LONG, held=NO_ACCESS)], approve=ONLY), 120)
    assert "0 ready, 4 held (3 for approval, 1 by the schema)" in shown
    assert "For approval: 0 changes lossless, 3 lossy (9 characters cut), 0 invented." in shown


def test_what_is_skipped_is_no_held_one(ledger: Ledger) -> None:
    shown = page(planned(ledger, [item(1, held=NO_ACCESS, decision=Decision.SKIPPED)]))
    assert "0 ready, 0 held, 1 skipped" in shown
    assert "skipped 1  this user" in shown


def test_the_page_ends_with_what_was_not_done_and_the_next_commands(ledger: Ledger) -> None:
    book = planned(ledger, [*(item(n) for n in range(4)), item(4, held=NO_ACCESS)])
    *_, nothing, blank, apply, report = page(book).splitlines()
    assert nothing == "3 API calls to the org. Nothing was sent."
    assert blank == ""
    assert apply == f"next   bridge apply {book.run_id}     send the 4"
    assert report == f"       bridge report {book.run_id}    look at the 1"


@pytest.mark.parametrize(
    ("forecast", "says", "too_few"),
    [
        (
            Forecast(12, 90_000, 10_000),
            "12 API calls; 90,000 are left today, 10,000 of them",
            False,
        ),
        (Forecast(12, 90_000, 0), "12 API calls; 90,000 are left today.", False),
        (Forecast(1, None, None), "1 API call; the org does not tell how many are left", False),
        (Forecast(1_500, 11_000, 10_000), "1,500 API calls; 11,000 are left today", True),
        (Forecast(1_000, 11_000, 10_000), "1,000 API calls; 11,000 are left today", False),
    ],
    ids=["reserve", "no reserve", "untold", "too few", "just enough"],
)
def test_the_calls_that_it_takes_are_told_and_whether_they_are_left(
    ledger: Ledger, forecast: Forecast, says: str, too_few: bool
) -> None:
    shown = page(planned(ledger, [item(1)], forecast=forecast), 120)
    assert f"Sending takes about {says}" in shown
    assert ("it will stop before its end" in shown) is too_few


def test_a_window_without_failures_says_so(ledger: Ledger) -> None:
    shown = page(planned(ledger, []))
    assert "No failed messages in this window." in shown
    assert "look at the day above, and at its zone (--tz)" in shown
    assert "Nothing was sent." in shown


def test_a_plan_that_was_not_finished_says_so(ledger: Ledger) -> None:
    book = Book(ledger, ledger.begin_run(plan(), NOW))
    assert "The plan was not finished: it can't be sent." in page(book)


@pytest.mark.parametrize("width", [20, 40, 80, 120, 400])
def test_hostile_text_neither_acts_on_the_terminal_nor_is_read_as_markup(
    ledger: Ledger, width: int
) -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07[bold red]no[/] \u202ereversed :smile:\r\n" * 3
    held = NO_ACCESS.__class__(HeldReason.POLICY, hostile, hostile)
    book = planned(
        ledger,
        [
            item(1, f"STRING_TOO_LONG: {hostile}", [cut(hostile, hostile[:-9], 9)]),
            item(2, f"STRING_TOO_LONG: {hostile}", [], held),
        ],
        org_name=hostile,
        notes=[hostile],
    )
    shown = page(book, width)
    assert not set(shown) & set("\x1b\x07\r\u202e\x9b")
    assert "[bold" in shown
    assert "\\x1b[2J" in shown.replace("\n", "").replace(" ", "")


def test_the_lines_of_the_mapping_that_matched_nothing_are_named(ledger: Ledger) -> None:
    kinds = ("data", "rule", "stop")
    entries = "".join(f"  - {{when: {{kind: {kind}}}, then: hold}}\n" for kind in kinds)
    text = f"causes:\n{entries}"
    one = item(1)._replace(treatment="hold (ours.yaml:3)")
    shown = page(planned(ledger, [one], mapping_name="ours.yaml", mapping_text=text), 120)
    assert "matched nothing here: ours.yaml:2, :4\n" in shown
    assert "matched nothing" not in page(planned(ledger, [item(2)], mapping_text="object: x\n"))
