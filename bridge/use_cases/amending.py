"""The use cases of a repair by hand: messages into a file, and the edited file back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bridge.delivery import who_asks, why_outdated
from bridge.errors import UsageError
from bridge.ledger import AmendedItem, Ledger, MessageState, Run, RunState, StoredItem
from bridge.model import AMENDABLE, Decision, Delivery, HeldReason, Outcome, Record
from bridge.planning import (
    Planner,
    command_to_approve,
    held_for_approval,
    parse_mapping,
    unapproved,
)
from bridge.salesforce import Org
from bridge.settings import Settings
from bridge.sheet import (
    Amendable,
    Amended,
    Mistake,
    SheetRow,
    columns_of,
    keys_of,
    read_amendments,
    read_table,
    write_sheet,
)
from bridge.use_cases.clock import now
from bridge.use_cases.conditions import identity_for, limits_of, mapping_now

MOST_MISTAKES = 50
"""That are told one by one."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Messages of a run as the text of a file."""

    text: str
    rows: int
    left_out: int
    """Held messages whose record is not what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Amending:
    """What a file does to a run; nothing is on record yet."""

    who: str
    rows: Mapping[str, int]
    """The row of each amended message in the file, by key."""
    items: tuple[AmendedItem, ...]
    was: Mapping[str, str]
    """Why each of them is held, or what Salesforce answered, by key."""
    unchanged: int


def sheet_of(run: Run, ledger: Ledger, org: Org) -> Sheet:
    """The held and rejected messages of a run with their editable fields, for a spreadsheet.

    Raises:
        UsageError: the run's plan is not whole, or it is for another org.
        RemoteError: the org could not be reached, or refused us.
    """
    _refuse_unplanned(run)
    identity_for(run, org)
    schema = org.schema(run.plan.object)
    stuck = [item for item in ledger.items(run.id) if _is_stuck(item)]
    chosen = [item for item in stuck if _may_be_amended(item)]
    rows = [
        SheetRow(
            item.key or "",
            item.rejection_cause_id or item.cause_id,
            _why(item),
            item.error_text or "",
            item.record,
        )
        for item in chosen
    ]
    fields = columns_of(rows, _about(run, chosen, ledger), schema, run.plan.key_field)
    return Sheet(write_sheet(rows, fields, schema), len(rows), len(stuck) - len(rows))


def look_at_amendments(
    settings: Settings, run: Run, data: bytes, ledger: Ledger, org: Org
) -> Amending:
    """What a file that a person edited would do to a run.

    Raises:
        UsageError: it can't be taken; every mistake of it is named.
        SafetyStop: the plan is outdated, so it would not be sent.
        RemoteError: the org could not be reached, or refused us.
    """
    _refuse_unplanned(run)
    identity = identity_for(run, org)
    table = read_table(data)
    schema = org.schema(run.plan.object)
    outdated = why_outdated(run, schema, mapping_now(settings, run), limits_of(settings), now())
    if outdated is not None:
        raise outdated
    named = keys_of(table)
    stored = {
        item.key: item
        for item in ledger.items(run.id)
        if item.key is not None and item.key in named
    }
    states = ledger.states(run.id, list(stored))
    amendable = dict(_amendable(run, stored, states, ledger))
    stands = {key: _stands(item, states[key]) for key, item in stored.items()}
    reading = read_amendments(table, amendable, stands, schema, run.plan.key_field)
    if reading.mistakes:
        told = [f"  {mistake}" for mistake in reading.mistakes[:MOST_MISTAKES]]
        beyond = len(reading.mistakes) - MOST_MISTAKES
        if beyond > 0:
            told.append(f"  and {beyond:,} more")
        count = len(reading.mistakes)
        mistakes = f"{count:,} {'mistake' if count == 1 else 'mistakes'}"
        raise UsageError(
            "\n".join((f"The file has {mistakes}. Nothing was changed", *told)),
            _what_to_mend(run, reading.mistakes),
        )
    planner = Planner(parse_mapping(run.plan.mapping_text, run.plan.mapping_name), schema)
    return Amending(
        who=who_asks(identity),
        rows={one.item.key: one.row for one in reading.amended},
        items=tuple(_to_record(run, one, stored[one.item.key], planner) for one in reading.amended),
        was={one.item.key: _why(stored[one.item.key]) for one in reading.amended},
        unchanged=reading.unchanged,
    )


def _what_to_mend(run: Run, mistakes: Sequence[Mistake]) -> str:
    if all(mistake.row for mistake in mistakes):
        return "Mend these cells and run the command again."
    return f"Amend all of a file: bridge report {run.id} --csv FILE{run.plan.flags} writes one."


def amend(run: Run, amending: Amending, ledger: Ledger) -> None:
    """Put on record what a person changed: the messages are ready, or wait for approval.

    Raises:
        LedgerError: one of them was moved meanwhile; nothing is changed.
    """
    ledger.amend(run.id, amending.items, amending.who, now())
    log.info("run.amended", run=run.id, keys=[item.key for item in amending.items])


def _to_record(run: Run, one: Amended, item: StoredItem, planner: Planner) -> AmendedItem:
    all_changes = (*item.changes, *one.changes)
    waiting = () if _was_let_go(item) else unapproved(all_changes, run.plan.approve)
    command = command_to_approve(run.id, one.item.key, run.plan.flags)
    conversation, order = planner.place(one.record, item.original)
    return AmendedItem(
        position=item.position,
        key=one.item.key,
        before=one.item.record,
        record=one.record,
        changes=one.changes,
        all_changes=all_changes,
        held=held_for_approval(waiting, command) if waiting else None,
        conversation=conversation,
        order=order,
    )


def _was_let_go(item: StoredItem) -> bool:
    """Whether what the fixers did was to be sent already: it was refused, or others ahead of it."""
    return item.decision is Decision.READY or item.held_reason is HeldReason.CANARY


def _amendable(
    run: Run,
    stored: Mapping[str, StoredItem],
    states: Mapping[str, MessageState],
    ledger: Ledger,
) -> Iterator[tuple[str, Amendable]]:
    heals = ledger.heals_of_run(run.id)
    amendments = ledger.amendments_of_run(run.id)
    for key, item in stored.items():
        if not _may_be_amended(item) or states[key].delivery is not Delivery.OPEN:
            continue
        refused: list[Record] = [heal.record for heal in heals.get(item.position, ())]
        refused += [
            one.record for one in amendments.get(item.position, ()) if one.refusal is not None
        ]
        about = frozenset((*item.held_fields, *(item.rejection.fields if item.rejection else ())))
        yield key, Amendable(item.position, key, item.original, item.record, refused, about)


def _is_stuck(item: StoredItem) -> bool:
    if item.outcome is Outcome.REJECTED:
        return True
    return item.decision is Decision.HELD and item.outcome is Outcome.NOT_SENT


def _may_be_amended(item: StoredItem) -> bool:
    return (
        item.key is not None
        and _is_stuck(item)
        and (item.held_reason is None or item.held_reason in AMENDABLE)
    )


def _why(item: StoredItem) -> str:
    if item.held_reason is not None:
        return f"held ({item.held_reason}): {item.held_what}"
    return f"rejected: {item.rejection_text}"


def _stands(item: StoredItem, state: MessageState) -> str:
    """Why an item can't be amended."""
    if state.delivery is Delivery.SENDING:
        return f"a request of run {state.run_id} gave no answer, so it may be in Salesforce"
    if state.delivery is not Delivery.OPEN:
        return f"it is in Salesforce already (run {state.run_id})"
    if item.decision is Decision.READY:
        return "it is neither held nor rejected"
    return f"it is {item.decision} ({item.held_reason}), which no change of its record mends"


def _about(run: Run, items: Sequence[StoredItem], ledger: Ledger) -> Iterator[str]:
    """The fields that the holds and refusals are about, and those that fixers took values from."""
    findings = ledger.findings(run.id)
    for item in items:
        yield from item.held_fields
        yield from item.rejection.fields if item.rejection else ()
        yield from (change.field for change in item.changes)
        for cause_id in (item.cause_id, item.rejection_cause_id or ""):
            for finding in findings.get(cause_id, ()):
                yield from finding.sources


def _refuse_unplanned(run: Run) -> None:
    if run.state is RunState.PLANNING:
        raise UsageError(
            f"The plan of run {run.id} was not finished, so there is nothing to repair by hand",
            f"Plan again: bridge plan {run.plan.window_words}",
        )
