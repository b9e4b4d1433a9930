"""A ledger on a PostgreSQL server that refuses, is cut off, goes away and comes back."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from bridge.errors import Exit, LedgerError
from bridge.ledger import AttemptResult, Ledger, RunState, Verdict
from bridge.ledger import postgres as on_postgres
from bridge.ledger import tables as t
from bridge.ledger.engine import reading, writing
from bridge.model import Delivery, Outcome
from tests.ledger.line import Cut, Line
from tests.ledger.making import NOW, claim, item, plan, planned
from tests.postgres import PASSWORD, Server

ORG = "00D5g00000PRACTEA5"
DELIVERED = Verdict(
    0,
    "1",
    Delivery.DELIVERED,
    Outcome.SYNCED,
    sent_at=NOW,
    salesforce_id="a0X5g00000ABCDEFGH",
    attempt=AttemptResult.ACCEPTED,
)


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.new_ledger()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """The ledger as whoever comes next finds it."""
    with Ledger(url) as opened:
        yield opened


@pytest.fixture
def line(postgres: Server) -> Iterator[Line]:
    with Line(postgres.port) as between:
        yield between


@pytest.fixture
def far(ledger: Ledger, url: str, line: Line, postgres: Server) -> Iterator[Ledger]:
    """The same ledger, at the other end of a line that can be cut."""
    with Ledger(url.replace(f":{postgres.port}/", f":{line.port}/")) as opened:
        yield opened


every_cut = pytest.mark.parametrize("where", list(Cut), ids=lambda cut: cut.name.lower())


def lost(far: Ledger, line: Line, where: Cut, step: Callable[[], object]) -> None:
    line.cut(where)
    with pytest.raises(LedgerError, match="can't be used") as caught:
        step()
    assert "bridge apply" in caught.value.advice
    assert caught.value.exit_code is Exit.USAGE


@every_cut
def test_a_claim_that_was_cut_off_has_sent_nothing_and_is_whole_or_is_not(
    ledger: Ledger, far: Ledger, line: Line, where: Cut
) -> None:
    run_id = planned(ledger, item("1"), item("2"))
    items = ledger.pending(run_id)
    lease = far.take_lease(ORG, run_id, NOW)
    lost(far, line, where, lambda: far.claim(run_id, items, lease, NOW))
    states = ledger.states(run_id, ["1", "2"])
    stored = list(ledger.items(run_id))
    if where is Cut.BEFORE_ITS_ANSWER:
        assert {s.delivery for s in states.values()} == {Delivery.SENDING}, "to be settled first"
        assert {(i.outcome, i.attempts) for i in stored} == {(Outcome.IN_DOUBT, 1)}
        assert ledger.pending(run_id) != (), "apply goes on with them"
        assert far.claim(run_id, items, lease, NOW).granted == frozenset()
    else:
        assert {s.delivery for s in states.values()} == {Delivery.OPEN}
        assert {(i.outcome, i.attempts) for i in stored} == {(Outcome.NOT_SENT, 0)}
        assert far.claim(run_id, items, lease, NOW).granted == {"1", "2"}


@every_cut
def test_a_verdict_that_was_cut_off_can_be_put_on_record_again(
    ledger: Ledger, far: Ledger, line: Line, where: Cut
) -> None:
    run_id = planned(ledger, item("1"))
    claim(ledger, run_id, ledger.pending(run_id), NOW)
    lost(far, line, where, lambda: far.record(run_id, [DELIVERED]))
    found = ledger.states(run_id, ["1"])["1"].delivery
    kept = where is Cut.BEFORE_ITS_ANSWER
    assert found is (Delivery.DELIVERED if kept else Delivery.SENDING)
    far.record(run_id, [DELIVERED])
    (stored,) = ledger.items(run_id)
    assert (stored.outcome, stored.attempts) == (Outcome.SYNCED, 1)


@every_cut
def test_items_that_were_cut_off_leave_a_plan_that_is_never_sent(
    ledger: Ledger, far: Ledger, line: Line, where: Cut
) -> None:
    run_id = far.begin_run(plan(), NOW)
    lost(far, line, where, lambda: far.add_items(run_id, 0, [item("1"), item("2")]))
    assert ledger.run(run_id).state is RunState.PLANNING
    assert len(list(ledger.items(run_id))) == (2 if where is Cut.BEFORE_ITS_ANSWER else 0)
    again = planned(far, item("1"), item("2"))
    assert claim(ledger, again, ledger.pending(again), NOW).granted == {"1", "2"}


@every_cut
def test_a_run_whose_beginning_was_cut_off_holds_nothing(
    ledger: Ledger, far: Ledger, line: Line, where: Cut
) -> None:
    lost(far, line, where, lambda: far.begin_run(plan(), NOW))
    left = ledger.runs(10)
    assert len(left) == (1 if where is Cut.BEFORE_ITS_ANSWER else 0)
    assert all(run.state is RunState.PLANNING for run in left)


def _take(url: str) -> None:
    with Ledger(url) as opened:
        opened.take_lease(ORG, "aaaaaa", NOW)


@every_cut
def test_a_lease_whose_taking_was_cut_off_is_free_once_its_process_is_gone(
    ledger: Ledger, far: Ledger, line: Line, where: Cut
) -> None:
    line.cut(where)
    location = far._engine.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(target=_take, args=(location,))
    process.start()
    process.join()
    assert process.exitcode == 1
    ledger.take_lease(ORG, "bbbbbb", NOW)


def test_a_session_that_the_server_ends_in_mid_transaction_leaves_nothing(
    ledger: Ledger, postgres: Server
) -> None:
    run_id = planned(ledger, item("1"))
    set_all = t.messages.update().values(delivery="present")

    def step() -> None:
        with writing(ledger._engine) as connection:
            connection.execute(set_all)
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            postgres.ask(f"SELECT pg_terminate_backend({pid}, 10000)")
            connection.execute(set_all)

    with pytest.raises(LedgerError, match="terminating connection") as caught:
        step()
    assert "bridge apply" in caught.value.advice
    assert ledger.states(run_id, ["1"])["1"].delivery is Delivery.OPEN
    ledger.begin_sending(run_id)


def test_a_server_that_went_away_is_told_and_one_that_is_back_is_used(
    ledger: Ledger, postgres: Server
) -> None:
    run_id = planned(ledger, item("1"))
    postgres.stop()
    try:
        with pytest.raises(LedgerError, match="can't be used") as caught:
            ledger.begin_sending(run_id)
    finally:
        postgres.start()
    assert "bridge apply" in caught.value.advice
    assert PASSWORD not in caught.value.message + caught.value.advice
    ledger.begin_sending(run_id)
    assert ledger.run(run_id).state is RunState.SENDING


def test_a_connection_that_died_in_the_pool_is_replaced(ledger: Ledger, postgres: Server) -> None:
    run_id = planned(ledger, item("1"))
    postgres.ask(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
        "WHERE application_name = 'gotallo-bridge'"
    )
    assert ledger.run(run_id).id == run_id


def test_a_writer_waits_for_the_one_before_it_and_sees_what_that_one_did(ledger: Ledger) -> None:
    run_id = planned(ledger, item("1"))
    lease = ledger.take_lease(ORG, run_id, NOW)
    (one,) = ledger.pending(run_id)
    granted: list[frozenset[str]] = []
    second = threading.Thread(
        target=lambda: granted.append(ledger.claim(run_id, [one], lease, NOW).granted)
    )
    with writing(ledger._engine) as connection:
        second.start()
        _until_it_waits(ledger, second)
        connection.execute(t.messages.update().values(delivery="present"))
    second.join()
    assert granted == [frozenset()]


def _until_it_waits(ledger: Ledger, writer: threading.Thread) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while writer.is_alive():
        with reading(ledger._engine) as connection:
            if connection.exec_driver_sql(waiting).scalar():
                return


def test_a_writer_that_waited_too_long_says_who_is_in_the_way(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = planned(ledger, item("1"))
    monkeypatch.setattr(on_postgres, "_WRITE", on_postgres._WRITE.replace("15s", "50ms"))
    with writing(ledger._engine), pytest.raises(LedgerError, match="lock timeout") as caught:
        ledger.begin_sending(run_id)
    assert "Another process" in caught.value.advice


def test_a_reader_neither_waits_for_a_writer_nor_changes_its_view(ledger: Ledger) -> None:
    count = select(t.runs.c.id)
    with reading(ledger._engine) as view, writing(ledger._engine):
        assert view.execute(count).all() == []
        assert ledger.runs(1) == ()
    with reading(ledger._engine) as view:
        before = view.execute(count).all()
        planned(ledger, item("1"))
        assert view.execute(count).all() == before
    with pytest.raises(LedgerError, match="read-only"), reading(ledger._engine) as view:
        view.execute(t.runs.delete())


@pytest.mark.parametrize(
    ("configured", "kept"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")]
)
def test_a_commit_is_durable_whatever_the_session_was_told(
    url: str, configured: str, kept: str
) -> None:
    asked = f"{url}%20-csynchronous_commit%3D{configured}"
    with Ledger(asked) as opened:
        with reading(opened._engine) as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == configured
        with writing(opened._engine) as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == kept


@pytest.fixture
def careless(postgres: Server) -> Iterator[Server]:
    """The server with fsync off."""
    _configure(postgres, "ALTER SYSTEM SET fsync = off", "off")
    yield postgres
    _configure(postgres, "ALTER SYSTEM RESET fsync", "on")


def _configure(server: Server, statement: str, expected: str) -> None:
    server.ask(statement)
    server.ask("SELECT pg_reload_conf()")
    while server.ask("SHOW fsync") != [expected]:
        continue


def test_a_server_that_does_not_write_before_it_answers_is_refused(
    url: str, careless: Server
) -> None:
    with pytest.raises(LedgerError, match="fsync off"):
        Ledger(url)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("an%20open", "a%20wrong", "password authentication failed"),
        ("/postgres?", "/nowhere?", 'database "nowhere" does not exist'),
        ("//bridge:", "//nobody:", 'authentication failed for user "nobody"'),
        ("@127.0.0.1:", "@127.0.0.1:1", "port"),
        ("search_path%3Dledger", "search_path%3Dnone", "no schema has been selected"),
    ],
)
def test_a_server_that_lets_us_not_in_is_a_clear_error_without_the_password(
    url: str, old: str, new: str, said: str
) -> None:
    assert old in url
    with pytest.raises(LedgerError) as caught:
        Ledger(url.replace(old, new))
    told = caught.value.message + caught.value.advice
    assert said in told
    assert "BRIDGE_LEDGER" in told
    assert PASSWORD not in told
    assert "wrong" not in told


def test_what_the_database_refuses_is_told_without_the_row(location: str) -> None:
    with Ledger(location) as opened:
        planned(opened, item("1"))
        nonsense = t.items.update().values(treatment="Test Sender 12", decision="nonsense")
        with pytest.raises(LedgerError) as caught, writing(opened._engine) as connection:
            connection.execute(nonsense)
    assert "Test Sender" not in caught.value.message + caught.value.advice
    assert "decision" in caught.value.message or "what_is_not_ready" in caught.value.message


def test_without_its_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerError) as caught:
        Ledger("postgresql://user:secret@127.0.0.1/base")
    assert "pip install 'gotallo-bridge[postgres]'" in caught.value.advice
    assert "secret" not in caught.value.message


def _open(location: str, turn: int) -> None:
    with Ledger(location) as opened:
        planned(opened, item(str(turn)))


def test_processes_that_make_one_ledger_at_once_all_succeed(location: str) -> None:
    context = multiprocessing.get_context("spawn")
    all_of_them = [context.Process(target=_open, args=(location, n)) for n in range(4)]
    for process in all_of_them:
        process.start()
    for process in all_of_them:
        process.join()
    assert [process.exitcode for process in all_of_them] == [0, 0, 0, 0]
    with Ledger(location) as opened:
        assert len(opened.runs(10)) == 4
