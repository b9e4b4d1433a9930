"""A deliberate re-send: a person has sent again what somebody deleted in the org."""

from __future__ import annotations

import datetime as dt
import getpass
import socket
from collections.abc import Callable, Mapping, Sequence

import structlog

from bridge.delivery.halt import Halt
from bridge.delivery.presence import WitnessSchema, ask
from bridge.errors import OrgError, SafetyStop, UsageError
from bridge.ledger import Lease, Ledger, MessageState, Plan, Reopening, Run
from bridge.model import Delivery, FieldSchema, ObjectSchema
from bridge.salesforce import FoundRow, Org, OrgIdentity

log = structlog.get_logger(__name__)


def who_asks(identity: OrgIdentity) -> str:
    """Who orders a re-send: the person on this machine, and the user in the org."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        person = "a user without a name"
    return f"{person}@{socket.gethostname()} as {identity.username}"


def deleted_messages(
    ledger: Ledger,
    org: Org,
    schema: ObjectSchema,
    key_field: FieldSchema,
    witness: WitnessSchema | None,
    org_id: str,
    keys: Sequence[str],
) -> Mapping[str, str]:
    """Those of these messages that were in the org and are there no more, with what they were.

    Raises:
        UsageError: one of them is in doubt.
        OrgError: the org could not be asked.
    """
    states = ledger.states_in(org_id, schema.name, keys)
    for state in states.values():
        if state.delivery is Delivery.SENDING:
            raise UsageError(
                f"Message {state.key} is in doubt: a request of run {state.run_id} gave no answer, "
                "so it may be in Salesforce",
                f"Settle it first: bridge apply {state.run_id} --wait",
            )
    found = ask(org, schema, key_field, keys, witness=witness)
    return {
        key: _what_it_was(states.get(key), found[key])
        for key in keys
        if _was_there(states.get(key), found[key])
    }


def send_again(
    run: Run,
    ledger: Ledger,
    lease: Lease,
    org: Org,
    schema: ObjectSchema,
    key_field: FieldSchema,
    witness: WitnessSchema | None,
    refusal: SafetyStop | None,
    halt: Halt,
    clock: Callable[[], dt.datetime],
) -> None:
    """Open the messages that a run was planned to send again, unless the org has them after all.

    Each is opened once for a plan: not where anybody has had it sent again since the plan was made.
    Where the org can't be asked, or nothing may be sent, the sending ends here: a message that is
    not opened would be taken for one that is there.

    Raises:
        LeaseHeld: somebody else has become the writer to the org.
        LedgerError: it can't be put on record.
    """
    if run.plan.resend is None:
        return
    keys = [item.key for item in ledger.pending(run.id)]
    done = ledger.ordered_since_plan(run.id, keys)
    states = ledger.states(run.id, keys)
    asked = [k for k in keys if k not in done and states[k].delivery is not Delivery.SENDING]
    if not asked:
        return
    if refusal is not None:
        halt.throw(refusal)
        return
    try:
        found = ask(org, schema, key_field, asked, witness=witness)
        witnessed = (
            ask(org, witness.schema, witness.field, asked) if witness else dict.fromkeys(asked, ())
        )
    except OrgError as exc:
        halt.throw(exc)
        return
    reopenings = [
        Reopening(key, tuple(row.id for row in (*found[key], *witnessed[key])))
        for key in asked
        if _was_there(states[key], found[key])
    ]
    if reopenings:
        ledger.send_again(run.id, reopenings, lease, clock())
        log.info("run.sends_again", run=run.id, keys=[one.key for one in reopenings])


def without_old_rows(
    found: Mapping[str, tuple[FoundRow, ...]], old_ids: Mapping[str, frozenset[str]]
) -> Mapping[str, tuple[FoundRow, ...]]:
    """The rows but for those that were there when a re-send was ordered.

    What lay in the recycle bin says nothing of it, nor does a witness of that: taken for the new
    row they would lose the message. Restored, a row counts again.
    """
    if not old_ids:
        return found
    return {
        key: tuple(
            row
            for row in rows
            if not ((row.deleted or row.witness) and row.id in old_ids.get(key, ()))
        )
        for key, rows in found.items()
    }


def advice_for_deleted(plan: Plan) -> str:
    """What a person can do about a message that somebody deleted in the org."""
    key = "" if plan.only else " --key KEY"
    return (
        "Nothing was inserted. If it is wanted, restore it from the recycle bin, or send it again: "
        f"bridge resync {plan.window_words}{key} --even-if-deleted --why REASON{plan.flags}"
    )


def _was_there(state: MessageState | None, rows: Sequence[FoundRow]) -> bool:
    """Whether the org had the message, as far as it or the ledger knows, and has it no more."""
    if any(not row.deleted and not row.witness for row in rows):
        return False
    return bool(rows) or (state is not None and state.delivery is not Delivery.OPEN)


def _what_it_was(state: MessageState | None, rows: Sequence[FoundRow]) -> str:
    where = "it is in the recycle bin"
    if not rows or rows[0].witness:
        where = f"it is gone for good{f', {rows[0].witness} shows it' if rows else ''}"
    row = f" as {state.salesforce_id}" if state and state.salesforce_id else ""
    match state:
        case MessageState(delivery=Delivery.DELIVERED):
            return f"run {state.run_id} inserted it{row}; {where}"
        case MessageState(delivery=Delivery.PRESENT):
            return f"run {state.run_id} found it{row}; {where}"
        case _:
            return f"no run of this ledger inserted it; {where}"
