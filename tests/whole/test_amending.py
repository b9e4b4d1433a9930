"""What a person repairs by hand: shown, on record with who, and sent once as it was written."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bridge import use_cases
from bridge.delivery import EndingKind
from bridge.errors import LedgerError, SafetyStop, UsageError
from bridge.ledger import tables as t
from bridge.ledger.engine import writing
from bridge.model import Decision, HeldReason, Outcome
from bridge.practice import (
    CommitLate,
    CutBefore,
    Fault,
    MorningCause,
    Operation,
    PracticeServer,
    Remote,
    Scenario,
)
from bridge.report import report_document
from tests.exactly_once.process import Died, doors_watched, dying_at, living
from tests.whole.conftest import OpenHouse
from tests.whole.house import HASTE, House
from tests.whole.test_healing import BASE, NAMED, nameless

LINKS = Scenario(causes={MorningCause.LINK_RULE: 2}, extra_rows=0)
MIXED = Scenario(
    causes={
        MorningCause.LINK_RULE: 2,
        MorningCause.NO_EMAIL_ACCESS: 2,
        MorningCause.UNKNOWN_MEDIUM: 2,
        MorningCause.BIG_NUMBER: 1,
    },
    extra_rows=0,
)
Row = dict[str, str]
TEXT = "Social25__Text__c"


def sheet(house: House, run_id: str) -> str:
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        return use_cases.sheet_of(ledger.run(run_id), ledger, org).text


def rows_of(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def edited(text: str, edit: Callable[[Row], object]) -> bytes:
    rows = rows_of(text)
    for row in rows:
        edit(row)
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def amend(house: House, run_id: str, data: bytes) -> use_cases.Amending:
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        run = ledger.run(run_id)
        found = use_cases.look_at_amendments(house.settings, run, data, ledger, org)
        if found.items:
            use_cases.amend(run, found, ledger)
        return found


def write(name: str, cell: str) -> Callable[[Row], None]:
    return lambda row: row.update({name: cell})


def texts_in_org(house: House) -> set[object]:
    return {row[TEXT] for row in house.practice.org.messages()}


def test_what_was_refused_is_amended_and_sent_once(open_house: OpenHouse) -> None:
    house = open_house(LINKS)
    run = house.plan()
    house.apply(run.id)
    before = house.items(run.id)
    assert {item.outcome for item in before} == {Outcome.REJECTED}
    said = sheet(house, run.id)
    assert all(row["why"].startswith("rejected: ") for row in rows_of(said))

    assert amend(house, run.id, said.encode()).unchanged == 2
    assert house.items(run.id) == before, "what came back unchanged changes nothing"

    found = amend(house, run.id, edited(said, write("Text__c", "=ask us, without a link")))
    assert len(found.items) == 2
    assert not house.rows(), "amending sends nothing"
    now = house.items(run.id)
    assert {(item.decision, item.outcome) for item in now} == {(Decision.READY, Outcome.NOT_SENT)}
    house.apply(run.id)
    assert sorted(house.rows().values()) == [1, 1]
    assert texts_in_org(house) == {"=ask us, without a link"}
    with house.ledger() as ledger:
        told = ledger.amendments_of_run(run.id)
        report = report_document(ledger, ledger.run(run.id))
    for item in before:
        (one,) = told[item.position]
        assert one.who.endswith("as integration.user@practice.example")
        assert (one.record, one.fields) == (item.record, (TEXT,))
        assert one.refusal == item.rejection
    assert {part.fields for item in report.items for part in item.amendments} == {(TEXT,)}
    assert {item.changes[-1].fixer for item in report.items} == {"a person"}
    assert house.verify(run.id).proven


def test_a_held_message_is_amended_and_its_cleared_field_is_null(open_house: OpenHouse) -> None:
    house = open_house(MIXED)
    run = house.plan()
    house.apply(run.id)
    said = sheet(house, run.id)
    held = {item.key for item in house.items(run.id) if item.decision is Decision.HELD}
    assert {row["key"] for row in rows_of(said) if row["why"].startswith("held (schema)")} == held
    assert held

    def mend(row: Row) -> None:
        row["Text__c"] = "Without a link"
        row["Conversation_Medium__c"] = "web"
        for name in ("User_Email__c", "User_Locale_GMT_Offset__c"):
            if name in row:
                row[name] = ""

    amend(house, run.id, edited(said, mend))
    assert house.apply(run.id).kind is EndingKind.FINISHED
    assert house.document(run.id).counts.synced == 7
    emails = {row.get("Social25__User_Email__c") for row in house.practice.org.messages()}
    assert emails == {None}
    assert house.verify(run.id).proven


def test_what_is_refused_again_can_be_amended_again(open_house: OpenHouse) -> None:
    """No fixer of the mapping touches what a person wrote."""
    house = open_house(LINKS)
    run = house.plan()
    house.apply(run.id)
    link = write("Text__c", "see https://example.com/")
    amend(house, run.id, edited(sheet(house, run.id), link))
    house.apply(run.id)
    items = house.items(run.id)
    assert {item.outcome for item in items} == {Outcome.REJECTED}
    assert {item.attempts for item in items} == {2}
    house.apply(run.id)
    assert {item.attempts for item in house.items(run.id)} == {2}
    amend(house, run.id, edited(sheet(house, run.id), write("Text__c", "no link")))
    house.apply(run.id)
    assert sorted(house.rows().values()) == [1, 1]
    with house.ledger() as ledger:
        told = ledger.amendments_of_run(run.id)
    assert {tuple(one.number for one in each) for each in told.values()} == {(1, 2)}


def test_no_healing_round_changes_what_a_person_wrote(tmp_path: Path) -> None:
    """The mapping would cut this name; it is a person's, and stays refused as it was written."""
    with PracticeServer(nameless(1)) as practice:
        mapping = tmp_path / "own.yaml"
        mapping.write_text(BASE + NAMED)
        house = House(practice, tmp_path, mapping)
        run = house.plan()
        house.apply(run.id, rounds=0)
        name = "A name that no lead of this org can hold"
        amend(house, run.id, edited(sheet(house, run.id), write("User_Full_Name__c", name)))
        house.apply(run.id)
        (item,) = house.items(run.id)
        assert (item.outcome, item.attempts) == (Outcome.REJECTED, 2)
        assert item.record["Social25__User_Full_Name__c"] == name
        assert not house.document(run.id).heals


def test_a_record_that_was_refused_is_not_taken_again(open_house: OpenHouse) -> None:
    house = open_house(LINKS)
    run = house.plan()
    house.apply(run.id)
    first = sheet(house, run.id)
    amend(house, run.id, edited(first, write("Text__c", "see https://example.com/")))
    house.apply(run.id)
    was = {row["key"]: row["Text__c"] for row in rows_of(first)}
    back = edited(sheet(house, run.id), lambda row: row.update(Text__c=was[row["key"]]))
    with pytest.raises(UsageError, match="Salesforce has refused the message in this run") as told:
        amend(house, run.id, back)
    assert "row 2: " in told.value.message
    assert "row 3: " in told.value.message


def test_what_is_in_doubt_is_not_amended(open_house: OpenHouse) -> None:
    """Held here, while another run of it has given no answer."""
    house = open_house(replace(LINKS, key_unique=False))
    run = house.plan()
    house.apply(run.id)
    said = sheet(house, run.id)
    for name in ("No_Links", "Outbound_Needs_Agent"):
        house.practice.org.set_rule_active(name, False)
    other = house.plan()
    house.practice.faults.add(Fault(Remote.SALESFORCE, CommitLate(), Operation.INSERT, 1, 9))
    house.apply(other.id, tempo=replace(HASTE, settle_seconds=900.0))
    assert house.document(other.id).counts.in_doubt
    with pytest.raises(UsageError, match=f"a request of run {other.id} gave no answer"):
        amend(house, run.id, edited(said, write("Text__c", "no link")))
    house.practice.faults.release()


def test_what_is_there_by_now_is_not_amended(open_house: OpenHouse) -> None:
    house = open_house(LINKS)
    run = house.plan()
    house.apply(run.id)
    said = sheet(house, run.id)
    house.practice.org.set_rule_active("No_Links", False)
    other = house.resync()
    with pytest.raises(UsageError, match=f"it is in Salesforce already .run {other.run_id}"):
        amend(house, run.id, edited(said, write("Text__c", "no link")))


def test_all_mistakes_are_told_at_once_and_nothing_is_changed(open_house: OpenHouse) -> None:
    house = open_house(MIXED)
    run = house.plan()
    house.apply(run.id)
    before = house.items(run.id)
    seen: list[Row] = []

    def by_number(row: Row) -> None:
        spoilt = {0: ("Text__c", "x" * 4001), 1: ("Conversation_Medium__c", "pigeon")}
        name, cell = spoilt.get(len(seen), ("key", "nobody" if len(seen) == 2 else row["key"]))
        row[name] = cell
        seen.append(row)

    with pytest.raises(UsageError) as refused:
        amend(house, run.id, edited(sheet(house, run.id), by_number))
    for says in ("row 2, Text__c: ", "row 3, Conversation_Medium__c: ", "row 4, key: "):
        assert says in refused.value.message
    assert "Social25__Text__c" not in refused.value.message
    assert refused.value.advice == "Mend these cells and run the command again."
    whole = sheet(house, run.id).splitlines(keepends=True)
    with pytest.raises(UsageError) as cut:
        amend(house, run.id, "".join(whole[:-1]).encode())
    assert "rows: it is cut" in cut.value.message
    assert f"bridge report {run.id} --csv FILE" in cut.value.advice
    assert house.items(run.id) == before


def test_an_amendment_of_one_field_does_not_approve_the_others(open_house: OpenHouse) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 2}, extra_rows=0))
    house = House(house.practice, house.folder, more={"bridge_approve": "lossless"})
    run = house.plan()
    said = sheet(house, run.id)
    found = amend(house, run.id, edited(said, write("Media_Title__c", "A title")))
    assert {item.held is not None for item in found.items} == {True}
    assert {item.held_reason for item in house.items(run.id)} == {HeldReason.APPROVAL}
    house.apply(run.id)
    assert not house.rows()

    def all_of_it(row: Row) -> None:
        row["Text__c"] = "Short"
        row["User_Profile_Image_URL__c"] = "https://images.example/by-hand.jpg"

    amend(house, run.id, edited(sheet(house, run.id), all_of_it))
    assert {item.decision for item in house.items(run.id)} == {Decision.READY}
    house.apply(run.id)
    assert texts_in_org(house) == {"Short"}
    assert sorted(house.rows().values()) == [1, 1]


def test_an_amended_time_and_conversation_are_those_that_it_is_sent_by(
    open_house: OpenHouse,
) -> None:
    house = open_house(Scenario(causes={MorningCause.LONG_TEXT: 1}, extra_rows=0))
    house = House(house.practice, house.folder, more={"bridge_approve": "lossless"})
    run = house.plan()

    def elsewhere(row: Row) -> None:
        row["Timestamp__c"] = "'2026-11-22T08:30:00Z"
        row["Chat_Identifier__c"] = "another talk"

    found = amend(house, run.id, edited(sheet(house, run.id), elsewhere))
    assert {(item.conversation, item.order) for item in found.items} == {
        ("another talk", "2026-11-22T08:30:00.000000+00:00")
    }
    assert {item.conversation for item in house.items(run.id)} == {"another talk"}


def test_an_outdated_run_is_not_amended(open_house: OpenHouse) -> None:
    house = open_house(LINKS)
    run = house.plan()
    house.apply(run.id)
    data = edited(sheet(house, run.id), write("Text__c", "no link"))
    with house.ledger() as ledger, writing(ledger._engine) as connection:
        earlier = run.created_at.replace(year=run.created_at.year - 1)
        connection.execute(update(t.runs).values(created_at=earlier))
    with pytest.raises(SafetyStop, match="more than 24 hours ago"):
        amend(house, run.id, data)


def test_what_another_process_moved_meanwhile_is_not_taken(open_house: OpenHouse) -> None:
    house = open_house(LINKS)
    run = house.plan()
    house.apply(run.id)
    data = edited(sheet(house, run.id), write("Text__c", "no link"))
    with house.ledger() as ledger, use_cases.open_org(house.settings) as org:
        looked = use_cases.look_at_amendments(house.settings, ledger.run(run.id), data, ledger, org)
        later = edited(sheet(house, run.id), write("Text__c", "another"))
        amend(house, run.id, later)
        with pytest.raises(LedgerError, match="is not as it was when the file was looked at"):
            use_cases.amend(ledger.run(run.id), looked, ledger)
    assert {item.record[TEXT] for item in house.items(run.id)} == {"another"}


def test_a_crash_at_any_write_takes_all_of_the_file_or_nothing(open_house: OpenHouse) -> None:
    house = open_house(LINKS)
    run = house.plan()
    house.apply(run.id)
    data = edited(sheet(house, run.id), write("Text__c", "no link"))
    for moment in range(60):
        try:
            with doors_watched(), living(dying_at(moment)):
                amend(house, run.id, data)
        except Died:
            pass
        except UsageError:
            break
        texts = {item.record[TEXT] for item in house.items(run.id)}
        ready = {item.decision is Decision.READY for item in house.items(run.id)}
        with house.ledger() as ledger:
            on_record = len(ledger.amendments_of_run(run.id))
        assert (texts == {"no link"}, on_record) in {(False, 0), (True, 2)}
        assert len(ready) == 1
    else:
        pytest.fail("it was never amended")
    house.practice.faults.add(Fault(Remote.SALESFORCE, CutBefore(), Operation.INSERT, 1, 1))
    house.apply(run.id)
    house.apply(run.id)
    assert sorted(house.rows().values()) == [1, 1]


def test_the_commands_write_the_file_and_take_it_back(open_house: OpenHouse) -> None:
    house = open_house(LINKS)
    run = house.plan()
    house.apply(run.id)
    path = house.folder / "held.csv"
    wrote = house.command("report", run.id, "--csv", str(path))
    assert wrote.returncode == 0, wrote.stderr
    assert f"bridge amend {run.id} {path}" in wrote.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = house.command("report", run.id, "--csv", str(path))
    assert (again.returncode, "is there already" in _on_one_line(again.stderr)) == (2, True)
    shown = house.command("report", run.id, "--csv", "-")
    assert shown.stdout == path.read_text("utf-8")

    same = house.command("amend", run.id, str(path), "--yes")
    assert (same.returncode, same.stdout.strip()) == (
        0,
        "No changes: 2 rows say what the messages hold.",
    )
    path.write_bytes(edited(path.read_text("utf-8"), write("Text__c", "no link")))
    asked = house.command("amend", run.id, str(path))
    assert (asked.returncode, "no terminal to ask on" in _on_one_line(asked.stderr)) == (5, True)
    for command in (
        ("amend", "ffffff", str(path)),
        ("apply", "ffffff"),
        ("amend", run.id, str(path.with_name("none.csv"))),
    ):
        unknown = house.command(*command)
        assert unknown.returncode == 2, unknown.stderr
        assert "no terminal to ask on" not in _on_one_line(unknown.stderr)
    looked = house.command("amend", run.id, str(path), "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "invented  Text__c" in looked.stdout
    assert "Nothing was changed: this was a dry run." in looked.stdout
    assert {item.outcome for item in house.items(run.id)} == {Outcome.REJECTED}
    amended = house.command("amend", run.id, str(path), "--yes", "--json")
    assert amended.returncode == 0, amended.stderr
    document: Mapping[str, object] = json.loads(amended.stdout)
    assert (document["format"], document["recorded"]) == ("bridge.amendment/1", True)
    assert document["next"] == [{"command": f"bridge apply {run.id}", "why": "send the 2"}]
    wrong = house.command("amend", run.id, str(path), "--yes")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "row 2, key: it can't be amended: it is neither held nor rejected" in _on_one_line(
        wrong.stderr
    )
    assert house.command("apply", run.id, "--yes").returncode == 0
    assert sorted(house.rows().values()) == [1, 1]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
