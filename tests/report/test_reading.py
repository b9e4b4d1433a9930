from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import BridgeError, Exit
from bridge.ledger import Ledger, RunState
from bridge.model import Decision, Held, HeldReason, Outcome, Risk
from bridge.report import ReportDocument, RunDocument, exit_of, report_document, run_document

from .runs import (
    NO_ACCESS,
    NO_NAME,
    NOW,
    RULE,
    TEXT,
    TOO_LONG,
    as_null,
    cut,
    item,
    key,
    named,
    open_ledger,
    plan,
    planned,
)

LONG, SHORT = "a long text " * 9, "a long […]"
ends = st.sampled_from([*Outcome, Decision.HELD, Decision.SKIPPED])


@given(st.lists(st.tuples(ends, st.sampled_from([RULE, TOO_LONG, None])), max_size=25))
@settings(max_examples=25)
def test_the_figures_of_any_run_add_up(made: list[tuple[Outcome | Decision, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder)) as ledger:
        book = planned(
            ledger,
            [
                item(n, error, held=NO_ACCESS, decision=end)
                if isinstance(end, Decision)
                else item(n, error)
                for n, (end, error) in enumerate(made)
            ],
        )
        for outcome in Outcome:
            book.settle(
                [n for n, (end, _) in enumerate(made) if end is outcome],
                outcome,
                says=RULE if outcome is Outcome.REJECTED else "",
            )
        counts = run_document(ledger, book.run).counts
        causes = run_document(ledger, book.run).causes
    assert counts.fetched == counts.ready + counts.held + counts.skipped == len(made)
    for end, count in {
        Outcome.SYNCED: counts.synced,
        Outcome.PRESENT: counts.present,
        Outcome.REJECTED: counts.rejected,
        Outcome.IN_DOUBT: counts.in_doubt,
        Outcome.NOT_SENT: counts.not_sent_yet,
        Decision.HELD: counts.held,
        Decision.SKIPPED: counts.skipped,
    }.items():
        assert count == sum(one is end for one, _ in made)
    assert sum(cause.count for cause in causes) == counts.fetched
    assert sum(cause.counts.held for cause in causes) == counts.held
    assert [cause.count for cause in causes] == sorted((c.count for c in causes), reverse=True)


def test_a_message_that_another_run_brought_there_is_present_even_where_it_is_held(
    ledger: Ledger,
) -> None:
    planned(ledger, [item(1)]).settle([1], Outcome.SYNCED)
    book = planned(ledger, [item(1, held=NO_ACCESS)])
    counts = run_document(ledger, book.run).counts
    assert (counts.ready, counts.present, counts.held) == (1, 1, 0)


def test_changes_are_counted_by_risk_and_each_invented_value_apart(ledger: Ledger) -> None:
    book = planned(
        ledger,
        [
            item(1, NO_NAME, [cut(LONG, SHORT, 100), named(), as_null()]),
            item(2, NO_NAME, [cut(LONG, SHORT, 23), named()]),
            item(3, NO_NAME, [named("Anonymous")]),
        ],
    )
    (cause,) = run_document(ledger, book.run).causes
    invented, lossy, lossless = cause.changes
    assert (invented.risk, invented.count) == (Risk.INVENTED, 3)
    assert [(v.value, v.count) for v in invented.invented] == [
        ("Unknown sender", 2),
        ("Anonymous", 1),
    ]
    assert (lossy.risk, lossy.count, lossy.lost) == (Risk.LOSSY, 2, 123)
    assert (lossless.risk, lossless.count, lossless.invented) == (Risk.LOSSLESS, 1, ())


def test_only_changes_of_messages_that_are_sent_are_counted_and_shown(ledger: Ledger) -> None:
    planned(ledger, [item(1)]).settle([1], Outcome.SYNCED)
    book = planned(
        ledger,
        [
            item(1, RULE, [named()]),
            item(2, RULE, [named()], held=NO_ACCESS),
            item(3, RULE, [as_null()]),
        ],
    )
    (cause,) = run_document(ledger, book.run).causes
    assert [(change.fixer, change.count) for change in cause.changes] == [("nulls", 1)]
    assert [sample.key for sample in cause.samples] == [key(3)]


def test_samples_show_changes_that_differ_the_riskiest_first(ledger: Ledger) -> None:
    book = planned(
        ledger,
        [
            *(item(n, RULE, [as_null()]) for n in range(5)),
            *(item(n, RULE, [as_null(), cut(LONG, SHORT, 9)]) for n in range(5, 10)),
            item(10, RULE, [named()]),
        ],
    )
    (cause,) = run_document(ledger, book.run, samples=3).causes
    assert [sample.key for sample in cause.samples] == [key(10), key(5), key(6)]
    assert (cause.samples[1].changes[1].before, cause.samples[1].changes[1].after) == (LONG, SHORT)
    assert run_document(ledger, book.run, samples=0).causes[0].samples == ()


def test_rejections_are_grouped_by_what_salesforce_said_with_an_advice(ledger: Ledger) -> None:
    book = planned(ledger, [item(n, TOO_LONG) for n in range(3)])
    book.settle([0, 1], Outcome.REJECTED, says=RULE)
    (rejection,) = run_document(ledger, book.run).rejections
    assert (rejection.count, rejection.code) == (2, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert rejection.message == RULE
    assert "validation rule" in rejection.advice


def test_a_run_whose_items_are_not_those_it_fetched_is_not_shown(ledger: Ledger) -> None:
    run = planned(ledger, [item(1)]).run
    with pytest.raises(BridgeError, match="fetched 2 messages and has 1 on record"):
        run_document(ledger, replace(run, fetched=2))


def test_a_plan_that_was_not_finished_counts_what_it_has_and_is_to_be_planned_again(
    ledger: Ledger,
) -> None:
    run_id = ledger.begin_run(plan(), NOW)
    ledger.add_items(run_id, 0, [item(1)])
    document = run_document(ledger, ledger.run(run_id))
    assert document.counts.fetched == 1
    assert [step.command for step in document.next] == [
        "bridge plan --date 2026-11-22 --tz Europe/Amsterdam"
    ]


def test_the_next_commands_fit_what_is_left_to_do(ledger: Ledger) -> None:
    book = planned(ledger, [item(1), item(2), item(3), item(4, held=NO_ACCESS)])
    name = book.run_id
    assert _commands(ledger, name) == [f"bridge apply {name}", f"bridge report {name}"]
    book.settle([1], Outcome.SYNCED)
    book.settle([2], Outcome.IN_DOUBT)
    ledger.stop(name, "interrupted")
    window = "--date 2026-11-22 --tz Europe/Amsterdam"
    assert _commands(ledger, name) == [
        f"bridge apply {name} --wait",
        f"bridge resync {window}",
        f"bridge report {name}",
        f"bridge report {name} --csv {name}.csv",
        f"bridge verify {name}",
    ]
    why = run_document(ledger, book.run).next[0].why
    assert why == "send the 1 not sent yet, settle the 1 in doubt"


def _commands(ledger: Ledger, run_id: str) -> list[str]:
    return [step.command for step in run_document(ledger, ledger.run(run_id)).next]


def test_a_plan_with_nothing_left_to_send_leads_to_the_proof(ledger: Ledger) -> None:
    planned(ledger, [item(1)]).settle([1], Outcome.SYNCED)
    book = planned(ledger, [item(1)])
    assert _commands(ledger, book.run_id) == [f"bridge verify {book.run_id}"]


def test_what_is_in_doubt_goes_before_what_is_left_over(ledger: Ledger) -> None:
    book = planned(ledger, [item(1), item(2, held=NO_ACCESS)])
    book.settle([1], Outcome.IN_DOUBT)
    assert exit_of(run_document(ledger, book.run)) is Exit.IN_DOUBT


@pytest.mark.parametrize("end", [Outcome.REJECTED, Outcome.NOT_SENT, Decision.HELD])
def test_what_is_left_over_has_an_exit_code(ledger: Ledger, end: Outcome | Decision) -> None:
    book = planned(ledger, [item(1, held=NO_ACCESS if end is Decision.HELD else None)])
    ledger.begin_sending(book.run_id)
    if end is Outcome.REJECTED:
        book.settle([1], Outcome.REJECTED, says=RULE)
    assert exit_of(run_document(ledger, book.run)) is Exit.LEFT_OVER


def test_a_plan_that_nobody_sent_and_messages_left_out_on_purpose_are_a_success(
    ledger: Ledger,
) -> None:
    book = planned(ledger, [item(1), item(2, held=NO_ACCESS, decision=Decision.SKIPPED)])
    assert exit_of(run_document(ledger, book.run)) is Exit.OK
    book.settle([1], Outcome.SYNCED)
    ledger.finish(book.run_id)
    assert book.run.state is RunState.FINISHED
    assert exit_of(run_document(ledger, book.run)) is Exit.OK


def test_a_report_has_every_message_with_all_that_became_of_it(ledger: Ledger) -> None:
    unreadable = item(3, None)._replace(
        key=None,
        raw='{"broken": true}',
        decision=Decision.HELD,
        held=replace(NO_ACCESS, reason=HeldReason.UNREADABLE, code=None),
        origin=None,
    )
    book = planned(ledger, [item(1, TOO_LONG, [cut(LONG, SHORT, 7)]), item(2), unreadable])
    book.settle([1], Outcome.SYNCED)
    book.settle([2], Outcome.REJECTED, says=RULE)
    sent, rejected, broken = report_document(ledger, book.run).items
    assert (sent.key, sent.outcome, sent.attempts) == (key(1), Outcome.SYNCED, 1)
    assert sent.salesforce_id is not None
    assert (sent.changes[0].field, sent.changes[0].lost) == (TEXT, 7)
    assert sent.error_text == TOO_LONG
    assert sent.unreadable is None
    assert rejected.rejection is not None
    assert (rejected.rejection.text, rejected.held) == (RULE, None)
    assert broken.held is not None
    assert (broken.key, broken.held.reason) == (None, HeldReason.UNREADABLE)
    assert broken.unreadable == '{"broken": true}'


def test_the_json_round_trips_even_where_a_text_is_damaged(ledger: Ledger) -> None:
    damaged = "half a character \ud83d, an escape \x1b[31m"
    book = planned(
        ledger, [item(1, f"STRING_TOO_LONG: {damaged}", [cut(damaged, "fine \udc00", 9)])]
    )
    book.settle([1], Outcome.REJECTED, says=f"STRING_TOO_LONG: {damaged}")
    document = report_document(ledger, book.run)
    read = ReportDocument.model_validate_json(document.model_dump_json(indent=2))
    assert read == document
    assert read.items[0].changes[0].before == "half a character \ufffd, an escape \x1b[31m"


def test_a_schema_describes_each_document() -> None:
    for document in (RunDocument, ReportDocument):
        schema = document.model_json_schema(mode="serialization")
        assert schema["properties"]["format"]["const"].startswith("bridge.")
    counts = RunDocument.model_json_schema()["$defs"]["RunCounts"]
    assert counts["properties"]["not_sent_yet"]["description"]


def test_only_what_plans_or_sends_names_the_mapping_again(ledger: Ledger) -> None:
    flags = " --ledger 'my ledger.sqlite3' --mapping my-org.yaml"
    book = planned(ledger, [item(1), item(2, held=NO_ACCESS)], flags=flags)
    book.settle([1], Outcome.SYNCED)
    commands = {one.command.split()[1]: one.command for one in run_document(ledger, book.run).next}
    for name, command in commands.items():
        assert " --ledger 'my ledger.sqlite3'" in command
        assert ("--mapping my-org.yaml" in command) == (name == "resync")
    assert {"report", "verify", "resync"} <= set(commands)


def test_the_spreadsheet_has_those_that_wait_too(ledger: Ledger) -> None:
    waits = Held(HeldReason.APPROVAL, "it waits", "Approve it.")
    book = planned(ledger, [item(1), item(2, held=NO_ACCESS), item(3, held=waits)])
    book.settle([1], Outcome.SYNCED)
    said = [one.why for one in run_document(ledger, book.run).next if "--csv" in one.command]
    assert said == ["repair the 1 by hand, in a spreadsheet with the 1 that wait"]
