"""The commands as functions. They print nothing, ask nobody, and never end the process.

What could not begin raises an error of `bridge.errors`. What was begun and stopped is a result that
says so: what was sent before is sent, and on record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bridge import use_cases
from bridge.delivery import MOST_ROUNDS, STEPS, Ending, Halt
from bridge.errors import Declined, UsageError
from bridge.events import Observer, nobody
from bridge.ledger import Ledger, Run
from bridge.library.inputs import load_settings, words_of
from bridge.library.results import PlanResult, SendingResult, VerifyResult
from bridge.library.silence import keep_off_stdout
from bridge.model import Window
from bridge.report.reading import left_over, run_document
from bridge.report.verification import verification_document
from bridge.salesforce import Org
from bridge.settings import Settings
from bridge.telling import told
from bridge.use_cases import StillOpen


def still_open(settings: Settings | None = None, *, causes: Sequence[str] = ()) -> StillOpen | None:
    """All that the ledger has as open or in doubt for this tenant and org; None where nothing is.

    It takes the place of a window.

    Args:
        settings: None for those of the environment and bridge.toml.
        causes: the ids of the causes that are meant, or how they start; empty for all.

    Raises:
        UsageError: a setting or the ledger is not usable; there is no such cause.
        RemoteError: Salesforce could not be reached, or refused us.
    """
    keep_off_stdout()
    settings = settings or load_settings()
    with use_cases.open_existing_ledger(settings) as ledger, use_cases.open_org(settings) as org:
        return use_cases.still_open(settings, ledger, org, causes)


def plan(
    window: Window | StillOpen,
    settings: Settings | None = None,
    *,
    expected: int | None = None,
    limit: int | None = None,
    keys: Sequence[str] = (),
    causes: Sequence[str] = (),
    observe: Observer = nobody,
) -> PlanResult:
    """Fetch a window's failures and put on record what would be done about each. Nothing is sent.

    Args:
        window: see `yesterday`, `day` and `between`; or what is `still_open`.
        settings: None for those of the environment and bridge.toml.
        expected: how many failures the e-mail lists; a difference is told in the document.
        limit: plan to send this many at most, the earliest first.
        keys: the messages to plan, by their identifiers; empty for all of the window.
        causes: the ids of the causes to plan, or how they start; empty for all.
        observe: is told what happens, one event at a time.

    Raises:
        UsageError: a setting, the mapping or the ledger is not usable; there is no such cause.
        RemoteError: GoTallo or Salesforce could not be reached, or refused us.
    """
    keep_off_stdout()
    settings = settings or load_settings()
    request = _request(window, expected, limit, keys, causes)
    with use_cases.open_ledger(settings) as ledger, use_cases.open_org(settings) as org:
        return _planned(ledger, use_cases.plan(settings, request, ledger, org, observe=observe))


def apply(
    run_id: str,
    settings: Settings | None = None,
    *,
    limit: int | None = None,
    lanes: int = 4,
    canary: Sequence[int] = STEPS,
    rounds: int = MOST_ROUNDS,
    wait: bool = False,
    observe: Observer = nobody,
    halt: Halt | None = None,
) -> SendingResult:
    """Send a plan, or go on with one that was interrupted, stopped or limited.

    Args:
        run_id: the run's id, or how it starts.
        settings: None for those of the environment and bridge.toml.
        limit: send this many at most now, the earliest first; another call goes on.
        lanes: conversations side by side.
        canary: how many differing messages of a cause go ahead in each step; empty for none.
        rounds: how often a message that is refused for another cause may be repaired.
        wait: for another run to end, and until what is in doubt can be settled.
        observe: is told what happens, one event at a time.
        halt: ends the sending once it is thrown, from any thread: what is under way is finished.

    Raises:
        UsageError: there is no such run or ledger, or a setting is not usable.
        SafetyStop: the plan is outdated, or messages are older than `bridge_max_age_days`.
        RemoteError: GoTallo or Salesforce could not be reached before the first message.
        LeaseHeld: another run is writing to this org.
    """
    keep_off_stdout()
    settings = settings or load_settings()
    observe = told(observe)
    request = use_cases.ApplyRequest(lanes=lanes, canary=canary, limit=limit, rounds=rounds)
    with use_cases.open_existing_ledger(settings) as ledger, use_cases.open_org(settings) as org:
        run = ledger.run(run_id)
        changed = use_cases.recheck(settings, run.id, ledger, org, observe=observe)
        request = replace(request, changed=changed.in_doubt)
        return _sent(settings, run, request, ledger, org, wait=wait, observe=observe, halt=halt)


def resync(
    window: Window | StillOpen,
    settings: Settings | None = None,
    *,
    confirm: Callable[[PlanResult], bool] | None = None,
    expected: int | None = None,
    limit: int | None = None,
    keys: Sequence[str] = (),
    causes: Sequence[str] = (),
    lanes: int = 4,
    canary: Sequence[int] = STEPS,
    rounds: int = MOST_ROUNDS,
    wait: bool = False,
    observe: Observer = nobody,
    halt: Halt | None = None,
) -> SendingResult:
    """Bring a window's failed messages into Salesforce: plan, and send what is ready.

    Args:
        window: as for `plan`.
        settings: as for `plan`.
        confirm: is given the plan, and says whether to send it; None sends it.
        expected: as for `plan`.
        limit: as for `plan`.
        keys: as for `plan`.
        causes: as for `plan`.
        lanes: as for `apply`.
        canary: as for `apply`.
        rounds: as for `apply`.
        wait: as for `apply`.
        observe: as for `plan`.
        halt: as for `apply`.

    Raises:
        UsageError: as for `plan`.
        SafetyStop: as for `apply`.
        Declined: `confirm` said no; the plan stays on record, and nothing was sent.
        RemoteError: as for `plan`.
        LeaseHeld: as for `apply`.
    """
    keep_off_stdout()
    settings = settings or load_settings()
    observe = told(observe)
    asked = _request(window, expected, limit, keys, causes)
    request = use_cases.ApplyRequest(lanes=lanes, canary=canary, rounds=rounds)
    with use_cases.open_ledger(settings) as ledger, use_cases.open_org(settings) as org:
        run = use_cases.plan(settings, asked, ledger, org, observe=observe)
        if confirm is not None and not confirm(_planned(ledger, run)):
            raise Declined("Nothing was sent", f"The plan stays on record: bridge apply {run.id}")
        return _sent(settings, run, request, ledger, org, wait=wait, observe=observe, halt=halt)


def verify(
    what: str | Window, settings: Settings | None = None, *, observe: Observer = nobody
) -> VerifyResult:
    """Ask Salesforce for every message: there once, twice, missing, as it was sent.

    Args:
        what: a run's id, or a window: the messages of every run whose window touches it.
        settings: None for those of the environment and bridge.toml.
        observe: is told how far it has come.

    Raises:
        UsageError: there is no such run or ledger, or a setting is not usable.
        RemoteError: Salesforce could not be reached, or refused us.
    """
    keep_off_stdout()
    settings = settings or load_settings()
    with use_cases.open_existing_ledger(settings) as ledger, use_cases.open_org(settings) as org:
        if isinstance(what, str):
            found = use_cases.verify(what, ledger, org, observe=observe)
        else:
            tenant_id = settings.gotallo_tenant_id
            found = use_cases.verify_window(
                what, words_of(what), tenant_id, ledger, org, observe=observe
            )
    return VerifyResult(verification_document(found))


def _request(
    window: Window | StillOpen,
    expected: int | None,
    limit: int | None,
    keys: Sequence[str],
    causes: Sequence[str],
) -> use_cases.PlanRequest:
    if isinstance(window, Window):
        words = words_of(window)
        return use_cases.PlanRequest(
            window, words, expected=expected, limit=limit, keys=keys, causes=causes
        )
    if keys or expected is not None:
        raise UsageError("What is still open takes no keys and no expected number", "Leave it out.")
    return use_cases.PlanRequest(
        window.window, "", limit=limit, causes=causes, still_open=window.keys
    )


def _planned(ledger: Ledger, run: Run) -> PlanResult:
    return PlanResult(run_document(ledger, run), left_over(ledger, run))


def _sent(
    settings: Settings,
    run: Run,
    request: use_cases.ApplyRequest,
    ledger: Ledger,
    org: Org,
    *,
    wait: bool,
    observe: Observer,
    halt: Halt | None,
) -> SendingResult:
    way = use_cases.apply_patiently if wait else use_cases.apply
    ending: Ending = way(settings, run.id, request, ledger, org, observe=observe, halt=halt)
    run = ledger.run(run.id)
    return SendingResult(
        run_document(ledger, run), left_over(ledger, run), ending.kind, ending.reason
    )
