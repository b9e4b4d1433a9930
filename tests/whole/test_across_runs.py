"""The same message in several windows, plans, tenants and orgs: one truth for each org."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bridge.ledger import tables as t
from bridge.ledger.engine import reading
from bridge.practice import MorningCause, Operation, PracticeServer, Scenario
from bridge.window import between
from tests.whole.conftest import OpenHouse
from tests.whole.house import House

FOUR = {MorningCause.LONG_TEXT: 4}
OTHER_TENANT = "5b1f0c7e-0000-4000-8000-000000000002"
OTHER_ORG = "00D5g00000OTHERAAA"


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    return open_house(Scenario(causes=FOUR, extra_rows=0))


class OtherTenant(House):
    """The same org and ledger, for another of GoTallo's tenants."""

    @property
    def environment(self) -> Mapping[str, str]:
        return {**super().environment, "GOTALLO_TENANT_ID": OTHER_TENANT}


def messages_on_record(house: House) -> int:
    with house.ledger() as ledger, reading(ledger._engine) as connection:
        return connection.execute(select(func.count()).select_from(t.messages)).scalar_one()


def data_calls(house: House) -> int:
    """Requests that ask for messages or send some."""
    requests = house.practice.requests
    table = f" FROM {house.practice.org.message_object} "
    asked = [one for one in requests.of(Operation.QUERY) if table in one.query.get("q", "")]
    return len(asked) + len(requests.of(Operation.INSERT))


def list_again(house: House, later: dt.timedelta) -> None:
    """GoTallo lists every failure once more, at a later time."""
    for failure in house.practice.gotallo.failures():
        house.practice.gotallo.add_results(
            failure.salesforce, failure.standard, failure.failed_at + later
        )


def test_the_same_message_in_tomorrows_window(house: House) -> None:
    house.resync()
    assert data_calls(house) > 0
    list_again(house, dt.timedelta(days=1))
    start = house.request.window.till_time
    tomorrow = between(start.isoformat(), (start + dt.timedelta(days=1)).isoformat(), "UTC")
    house.practice.requests.clear()
    run = house.plan(window=tomorrow, window_words="--date D")
    house.apply(run.id)
    assert house.document(run.id).counts.present == 4
    assert data_calls(house) == 0, "what is known to be there costs no call"
    assert set(house.rows().values()) == {1}
    assert messages_on_record(house) == 4


def test_the_same_message_in_an_overlapping_window(house: House) -> None:
    house.resync()
    start = house.request.window.from_time - dt.timedelta(hours=12)
    wider = between(start.isoformat(), (start + dt.timedelta(days=2)).isoformat(), "UTC")
    house.practice.requests.clear()
    run = house.plan(window=wider, window_words="--from A --till B")
    assert house.document(run.id).counts.present == 4
    assert data_calls(house) == 0
    assert messages_on_record(house) == 4


def test_the_same_message_in_another_runs_plan(house: House) -> None:
    """Both plans are made before either is sent."""
    first, second = house.plan(), house.plan()
    house.apply(second.id)
    house.practice.requests.clear()
    house.apply(first.id)
    counts = house.document(first.id).counts
    assert (counts.present, counts.synced) == (4, 0)
    assert {item.note for item in house.items(first.id)} == {f"run {second.id} brought it there"}
    assert data_calls(house) == 0
    assert set(house.rows().values()) == {1}
    assert messages_on_record(house) == 4


def test_the_same_message_from_another_tenant_of_the_org(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = house.resync()
    monkeypatch.setattr("bridge.practice.http.gotallo.TENANT_ID", OTHER_TENANT)
    other = OtherTenant(house.practice, house.folder)
    house.practice.requests.clear()
    result = other.resync()
    assert result.document.tenant_id == OTHER_TENANT != first.document.tenant_id
    assert result.document.counts.present == 4
    assert data_calls(house) == 0
    assert set(house.rows().values()) == {1}
    assert messages_on_record(house) == 4


def test_another_org_never_counts(house: House, tmp_path: Path) -> None:
    """The same morning in front of two orgs with one ledger: each gets every message."""
    house.resync()
    with PracticeServer(Scenario(causes=FOUR, extra_rows=0)) as practice:
        rename_org(practice)
        elsewhere = House(practice, tmp_path)
        result = elsewhere.resync()
        assert result.document.org.id == OTHER_ORG
        assert result.document.counts.synced == 4
        assert set(elsewhere.rows()) == set(house.rows())
        assert messages_on_record(house) == 8
        assert elsewhere.verify(result.run_id).once == 4


def rename_org(practice: PracticeServer) -> None:
    """Give the practice org another id."""
    sobject = practice.org.sobject("Organization")
    assert sobject is not None
    rows = practice.org.table(sobject).rows
    (row,) = rows.values()
    rows.clear()
    row["Id"] = OTHER_ORG
    rows[OTHER_ORG] = row
