from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import httpx
import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceRefusedRequest,
)

from bridge.practice import (
    CommitLate,
    CutBefore,
    ExhaustQuota,
    ExpireSessions,
    Fault,
    ForeignNext,
    Garbage,
    GatewayGaveUp,
    HalfBody,
    HtmlPage,
    Invisible,
    LoseAnswer,
    Operation,
    PracticeServer,
    Remote,
    RowLocks,
    Scenario,
    Shifted,
    StaleReads,
    Status,
    Trickle,
    WrongCount,
)
from bridge.practice.fault_form import FaultForm
from bridge.practice.faults import Effect, Faults
from tests.practice.conftest import DAY, Start, a_message, errors_of

OPTIONS: dict[type[Effect], dict[str, int | float | str]] = {Status: {"status": 503}}
OF_GOTALLO = {Shifted, WrongCount, ForeignNext}
MESSAGE = "Social25__Heroku_Message__c"


def arm(practice: PracticeServer, effect: Effect, nth: int = 1, times: int = 1) -> None:
    practice.faults.add(Fault(Remote.SALESFORCE, effect, Operation.INSERT, nth, times))


def insert(salesforce: Salesforce, *numbers: int) -> list[dict[str, object]]:
    records = [{"attributes": {"type": MESSAGE}, **a_message(n)} for n in numbers]
    results = salesforce.restful("composite/sobjects", method="POST", json={"records": records})
    return list(results or ())


def is_in(practice: PracticeServer, number: int) -> bool:
    return practice.org.rows_per_key()[f"{number:032x}"] == 1


@pytest.mark.parametrize(
    ("effect", "done"),
    [
        pytest.param(CutBefore(), False, id="cut-before"),
        pytest.param(LoseAnswer(), True, id="answer-lost"),
        pytest.param(HalfBody(), True, id="half-body"),
        pytest.param(CommitLate(), False, id="commit-late"),
    ],
)
def test_a_broken_connection_tells_nothing_of_what_was_done(
    practice: PracticeServer, salesforce: Salesforce, effect: Effect, done: bool
) -> None:
    arm(practice, effect)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        insert(salesforce, 1)
    assert is_in(practice, 1) is done


@pytest.mark.parametrize(
    ("effect", "status", "done"),
    [
        pytest.param(Status(503), 503, False, id="status"),
        pytest.param(Status(420), 420, False, id="no-standard-status"),
        pytest.param(HtmlPage(), 502, False, id="html"),
        pytest.param(GatewayGaveUp(), 504, True, id="gateway"),
    ],
)
def test_an_error_answer(
    practice: PracticeServer, salesforce: Salesforce, effect: Effect, status: int, done: bool
) -> None:
    arm(practice, effect)
    with pytest.raises(SalesforceGeneralError) as caught:
        insert(salesforce, 1)
    assert caught.value.status == status
    assert is_in(practice, 1) is done


def test_an_error_answer_may_have_the_platforms_form(
    practice: PracticeServer, salesforce: Salesforce
) -> None:
    arm(practice, Status(503, code="SERVER_UNAVAILABLE"))
    with pytest.raises(SalesforceGeneralError) as caught:
        insert(salesforce, 1)
    assert errors_of(caught.value)[0]["errorCode"] == "SERVER_UNAVAILABLE"


def test_a_late_commit_is_done_when_it_is_released(
    practice: PracticeServer, salesforce: Salesforce
) -> None:
    arm(practice, CommitLate())
    with pytest.raises(requests.ConnectionError):
        insert(salesforce, 1)
    assert practice.faults.release() == 1
    assert is_in(practice, 1)
    assert practice.faults.release() == 0


def test_a_late_commit_may_come_by_itself(practice: PracticeServer, salesforce: Salesforce) -> None:
    arm(practice, CommitLate(after=0))
    with pytest.raises(requests.ConnectionError):
        insert(salesforce, 1)
    # The commit is on the server's loop before anything that is asked from now on.
    assert insert(salesforce, 2)[0]["success"] is True
    assert is_in(practice, 1)


def keys_seen(salesforce: Salesforce) -> list[str]:
    found = salesforce.query(f"SELECT Social25__Identifier__c FROM {MESSAGE} ORDER BY Id")  # noqa: S608 - a constant
    return [record["Social25__Identifier__c"] for record in found["records"]]


def test_reads_may_lag_behind_writes(
    start: Start, connect: Callable[[PracticeServer], Salesforce]
) -> None:
    practice = start(Scenario(day=DAY, size=0))
    salesforce = connect(practice)
    before = keys_seen(salesforce)
    insert(salesforce, 1)
    practice.faults.add(Fault(Remote.SALESFORCE, StaleReads(seconds=3600), Operation.QUERY))
    assert keys_seen(salesforce) == before
    assert keys_seen(salesforce) == [*before, f"{1:032x}"]


def test_rows_may_be_invisible_to_the_user(
    start: Start, connect: Callable[[PracticeServer], Salesforce]
) -> None:
    practice = start(Scenario(day=DAY, size=0))
    salesforce = connect(practice)
    everything = keys_seen(salesforce)
    practice.faults.add(Fault(Remote.SALESFORCE, Invisible(every=2), Operation.QUERY, times=2))
    assert keys_seen(salesforce) == everything[::2]
    one = f"FROM {MESSAGE} WHERE Social25__Identifier__c = '{everything[1]}'"
    hidden = f"SELECT Id {one}"
    assert salesforce.query(hidden)["totalSize"] == 0
    assert salesforce.query(hidden)["totalSize"] == 1


def test_what_is_still_to_come_is_counted_from_now() -> None:
    faults = Faults()
    faults.add(Fault(Remote.GOTALLO, Garbage(), nth=2, times=3))
    left = []
    while pending := faults.pending():
        left.append((pending[0].nth, pending[0].times))
        faults.strike(Remote.GOTALLO, Operation.FAILURES)
    assert left == [(2, 3), (1, 3), (1, 2), (1, 1)]


@pytest.mark.parametrize("effect", get_args(Effect), ids=lambda effect: effect.__name__)
def test_each_effect_can_be_written_down(effect: type[Effect]) -> None:
    remote = Remote.GOTALLO if effect in OF_GOTALLO else Remote.SALESFORCE
    form = FaultForm(remote=remote, effect=effect.__name__, options=OPTIONS.get(effect, {}))
    assert isinstance(form.fault().effect, effect)


def test_garbage_is_no_json(practice: PracticeServer, salesforce: Salesforce) -> None:
    arm(practice, Garbage())
    with pytest.raises(requests.exceptions.JSONDecodeError):
        insert(salesforce, 1)
    assert is_in(practice, 1)


def test_a_trickle_comes_whole_in_the_end(practice: PracticeServer, salesforce: Salesforce) -> None:
    arm(practice, Trickle(pause=0))
    assert insert(salesforce, 1)[0]["success"] is True


def test_every_nth_row_of_an_insert_meets_a_lock(
    practice: PracticeServer, salesforce: Salesforce
) -> None:
    arm(practice, RowLocks(every=2))
    assert [r["success"] for r in insert(salesforce, 1, 2, 3, 4)] == [True, False, True, False]
    assert [r["success"] for r in insert(salesforce, 2, 4)] == [True, True]


def test_sessions_expire_at_the_nth_call(practice: PracticeServer, salesforce: Salesforce) -> None:
    arm(practice, ExpireSessions(), nth=2)
    insert(salesforce, 1)
    with pytest.raises(SalesforceExpiredSession):
        insert(salesforce, 2)
    assert not is_in(practice, 2)


def test_an_exhausted_quota_stays_so(practice: PracticeServer, salesforce: Salesforce) -> None:
    arm(practice, ExhaustQuota())
    for _ in range(2):
        with pytest.raises(SalesforceRefusedRequest):
            insert(salesforce, 1)
    assert not is_in(practice, 1)


def failures(practice: PracticeServer, web: httpx.Client, page: int = 1) -> httpx.Response:
    environment = practice.environment
    return web.get(
        f"/api/v1/tenants/{environment['GOTALLO_TENANT_ID']}/messages/failed/",
        params={
            "from_time": f"{DAY}T00:00:00Z",
            "till_time": f"{DAY}T23:59:59Z",
            "page": str(page),
        },
        headers={"Authorization": f"Bearer {environment['GOTALLO_API_TOKEN']}"},
    )


def test_gotallo_can_be_busy_and_say_for_how_long(
    practice: PracticeServer, web: httpx.Client
) -> None:
    practice.faults.add(Fault(Remote.GOTALLO, Status(429, retry_after=7)))
    busy = failures(practice, web)
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "7")
    assert failures(practice, web).status_code == 200


def test_gotallos_pages_can_be_wrong(
    start: Start, browse: Callable[[PracticeServer], httpx.Client]
) -> None:
    practice = start(Scenario(day=DAY, page_size=10))
    web = browse(practice)
    right = failures(practice, web).json()
    second = failures(practice, web, page=2).json()
    practice.faults.add(
        Fault(Remote.GOTALLO, WrongCount(by=-3)),
        Fault(Remote.GOTALLO, ForeignNext("http://inner.example"), nth=2),
        Fault(Remote.GOTALLO, Shifted(by=1), nth=3),
    )
    assert failures(practice, web).json()["count"] == right["count"] - 3
    assert failures(practice, web).json()["next"].startswith("http://inner.example/api/v1/")
    shifted = failures(practice, web, page=2).json()["results"]
    assert shifted == right["results"][-1:] + second["results"][:-1]


def test_a_cut_call_is_on_record_without_a_status(
    practice: PracticeServer, salesforce: Salesforce
) -> None:
    arm(practice, LoseAnswer())
    with pytest.raises(requests.ConnectionError):
        insert(salesforce, 1)
    (asked,) = practice.requests.of(Operation.INSERT)
    assert (asked.records, asked.status) == (1, None)


def test_a_fault_strikes_matching_calls_alone_and_as_often_as_it_says() -> None:
    faults = Faults()
    faults.add(Fault(Remote.SALESFORCE, CutBefore(), Operation.QUERY, nth=2, times=2))
    calls = [Operation.INSERT, *[Operation.QUERY] * 4]
    struck = [faults.strike(Remote.SALESFORCE, call) for call in calls]
    assert struck == [None, None, CutBefore(), CutBefore(), None]
    assert faults.strike(Remote.GOTALLO, Operation.QUERY) is None
    assert faults.pending() == ()


def test_of_two_faults_for_one_call_the_older_strikes() -> None:
    faults = Faults()
    faults.add(Fault(Remote.GOTALLO, HtmlPage()), Fault(Remote.GOTALLO, Garbage(), times=2))
    struck = [faults.strike(Remote.GOTALLO, Operation.FAILURES) for _ in range(3)]
    assert struck == [HtmlPage(), Garbage(), None]


def test_cleared_faults_do_not_strike(practice: PracticeServer, salesforce: Salesforce) -> None:
    arm(practice, CutBefore(), times=100)
    practice.faults.clear()
    assert insert(salesforce, 1)[0]["success"] is True
