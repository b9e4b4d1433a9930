"""Two mappings on the failures that a ledger has: what differs, and that nobody is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from bridge.errors import Exit
from bridge.ledger import tables as t
from bridge.ledger.engine import open_engine, writing
from bridge.planning import built_in_mapping
from bridge.practice import MorningCause, Scenario
from tests.whole.conftest import OpenHouse
from tests.whole.house import House

BUILT_IN = built_in_mapping().read_text("utf-8")
CUT_SHORTER = BUILT_IN.replace('Text__c: {marker: " […]"}', "Text__c: {length: 100}")
HOLD_RULES = BUILT_IN.replace("causes:\n", "causes:\n  - {when: {kind: rule}, then: hold}\n", 1)
LONG, RULE = 4, 3


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    causes = {MorningCause.LONG_TEXT: LONG, MorningCause.LINK_RULE: RULE}
    return open_house(Scenario(causes=causes))


def write(house: House, name: str, text: str) -> str:
    path = house.folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def compared(house: House, new: str, *more: str) -> dict[str, Any]:
    old = write(house, "old.yaml", BUILT_IN)
    asked = len(house.practice.requests.all())
    done = house.command(
        "mapping",
        "diff",
        old,
        write(house, "new.yaml", new),
        "--json",
        "--detailed-exitcode",
        *more,
    )
    assert len(house.practice.requests.all()) == asked, "no remote is asked"
    document: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (Exit.LEFT_OVER if document["different"] else Exit.OK), done.stderr
    return document


def test_the_same_mapping_comes_to_the_same(house: House) -> None:
    run = house.plan()
    document = compared(house, f"# another comment\n{BUILT_IN}")
    assert (document["failures"], document["same"]) == (LONG + RULE, LONG + RULE)
    assert (document["different"], document["groups"]) == ([], [])
    assert document["runs"] == [run.id]


def test_a_field_that_is_cut_otherwise_is_shown_under_both(house: House) -> None:
    run = house.plan()
    document = compared(house, CUT_SHORTER, "--run", run.id[:6])
    assert document["groups"] == [
        {"aspect": "record", "old": "ready", "new": "ready", "count": LONG}
    ]
    records = {item.key: item.record for item in house.items(run.id)}
    for one in document["different"]:
        (field,) = one["fields"]
        assert field["field"] == "Social25__Text__c"
        assert field["old"] == records[one["key"]]["Social25__Text__c"]
        assert 40 < len(field["new"]) <= 100 < len(field["old"].encode("utf-16-le")) / 2


def test_a_policy_that_holds_is_shown_with_its_line(house: House) -> None:
    house.plan()
    document = compared(house, HOLD_RULES)
    assert document["groups"] == [
        {"aspect": "decision", "old": "ready", "new": "held", "count": RULE}
    ]
    line = 1 + HOLD_RULES[: HOLD_RULES.index("{when: {kind: rule}")].count("\n")
    for one in document["different"]:
        assert one["new"]["treatment"] == f"hold (new.yaml:{line})"
        assert one["old"]["treatment"] == "retry, the default"


def test_a_message_of_two_runs_counts_once_as_the_newest_has_it(house: House) -> None:
    first = house.plan()
    second = house.plan()
    document = compared(house, CUT_SHORTER, "--days", "2")
    assert document["failures"] == LONG + RULE
    assert {one["run"] for one in document["different"]} == {second.id}
    assert compared(house, CUT_SHORTER, "--run", first.id)["failures"] == LONG + RULE


def test_a_page_says_it_for_people(house: House) -> None:
    house.plan()
    old, new = write(house, "old.yaml", BUILT_IN), write(house, "new.yaml", CUT_SHORTER)
    done = house.command("mapping", "diff", old, new, COLUMNS="100")
    assert (done.returncode, done.stderr) == (Exit.OK, "")
    assert f"{LONG + RULE} failures of 1 run, under old.yaml and new.yaml" in done.stdout
    assert f"{RULE} come out the same, {LONG} differently." in done.stdout
    assert f"{LONG}  ready, another record" in done.stdout
    assert "Text__c\n" in done.stdout


def test_nobodys_words_are_in_the_log(house: House, tmp_path: Path) -> None:
    run = house.plan()
    log = tmp_path / "log.jsonl"
    compared(house, CUT_SHORTER, "--log-file", str(log), "--log-level", "debug")
    told = log.read_text("utf-8") if log.exists() else ""
    for item in house.items(run.id):
        assert str(item.original["Social25__Text__c"])[:40] not in told


def test_a_run_without_a_describe_takes_one_that_was_saved(house: House) -> None:
    run = house.plan()
    engine = open_engine(house.location)
    with writing(engine) as connection:
        connection.execute(delete(t.describes))
    engine.dispose()
    old, new = write(house, "old.yaml", BUILT_IN), write(house, "new.yaml", CUT_SHORTER)
    for asked in (("--run", run.id), ()):
        done = house.command("mapping", "diff", old, new, *asked)
        assert (done.returncode, done.stdout) == (Exit.USAGE, "")
        assert "bridge mapping describe > org.json" in done.stderr
    saved = house.command("mapping", "describe")
    assert saved.returncode == Exit.OK, saved.stderr
    describe = write(house, "org.json", saved.stdout)
    assert compared(house, CUT_SHORTER, "--describe", describe)["same"] == RULE


def test_a_mapping_that_names_a_field_which_the_org_did_not_have_is_refused(house: House) -> None:
    house.plan()
    old = write(house, "old.yaml", BUILT_IN)
    new = write(house, "new.yaml", BUILT_IN.replace("key: Identifier__c", "key: Identifer__c"))
    done = house.command("mapping", "diff", old, new, COLUMNS="1000")
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert 'has no field "Identifer__c", did you mean "Identifier__c"?' in done.stderr
    date = house.practice.day.isoformat()
    planned = house.command("plan", "--date", date, "--mapping", new, COLUMNS="1000")
    assert (planned.returncode, planned.stdout) == (Exit.USAGE, "")
    assert 'did you mean "Identifier__c"?' in planned.stderr
