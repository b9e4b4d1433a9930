"""Between the rows of the tables and the types of the model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from bridge.ledger.rows import (
    Forecast,
    MessageState,
    Plan,
    ResendOrder,
    Run,
    RunState,
    StoredItem,
)
from bridge.model import (
    Cause,
    Change,
    Confidence,
    Decision,
    Delivery,
    Diagnosis,
    Finding,
    Handler,
    HandlerType,
    HeldReason,
    Item,
    Kind,
    Origin,
    OtherError,
    Outcome,
    Risk,
    Step,
    Topic,
    Value,
    View,
    Visibility,
    Window,
    Witness,
    Wrapper,
)


def item_row(
    run_id: str, position: int, item: Item, known: MessageState | None, note: str = ""
) -> dict[str, object]:
    """The row of a planned item; `known` is set where its message is in the org already.

    One that has changed at the source since is told as held: it is there, but not as it is now.
    `note` is what is to be known of one that is not there.
    """
    changed = item.held is not None and item.held.reason is HeldReason.CHANGED
    there = None if changed else known
    return {
        "run_id": run_id,
        "position": position,
        "key": item.key,
        "conversation": item.conversation,
        "sort_order": item.order,
        "shape": _shape(item),
        "fixers": list(item.fixers),
        "risk": item.risk,
        "origin": item.origin,
        "original": dict(item.original),
        "record": dict(item.record),
        "decision": item.decision,
        "held_reason": item.held.reason if item.held else None,
        "held_what": item.held.what if item.held else None,
        "held_advice": item.held.advice if item.held else None,
        "held_code": item.held.code if item.held else None,
        "held_fields": list(item.held.fields) if item.held else None,
        "treatment": item.treatment,
        "error_text": item.error_text,
        "cause_id": item.cause.id,
        "outcome": Outcome.PRESENT if there else Outcome.NOT_SENT,
        "salesforce_id": known.salesforce_id if known else None,
        "note": brought_by(there) if there else note,
        "raw": item.raw,
    }


def brought_by(known: MessageState) -> str:
    """How a message that is in the org came to be there, as far as the ledger knows."""
    if known.delivery is Delivery.DELIVERED:
        return f"run {known.run_id} brought it there"
    return f"run {known.run_id} found it there"


def change_row(run_id: str, position: int, number: int, change: Change) -> dict[str, object]:
    return {
        "run_id": run_id,
        "position": position,
        "number": number,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "fixer": change.fixer,
        "why": change.why,
        "risk": change.risk,
        "lost": change.lost,
    }


def cause_row(run_id: str, cause: Cause) -> dict[str, object]:
    return {
        "run_id": run_id,
        "id": cause.id,
        "code": cause.code,
        "fields": list(cause.fields),
        "kind": cause.kind,
        "message": cause.message,
    }


def finding_row(run_id: str, cause_id: str, finding: Finding) -> dict[str, object]:
    return {
        "run_id": run_id,
        "cause_id": cause_id,
        "topic": finding.topic,
        "digest": hashlib.sha256(json.dumps(finding.says).encode()).hexdigest()[:16],
        "says": finding.says,
        "link": finding.link,
        "objects": list(finding.objects),
        "field": finding.field,
        "sources": list(finding.sources),
        "rule": finding.rule,
    }


def finding_of(row: Row[Any]) -> Finding:
    return Finding(
        topic=Topic(row.topic),
        says=row.says,
        link=row.link,
        objects=tuple(row.objects),
        field=row.field,
        sources=tuple(row.sources),
        rule=row.rule,
    )


def diagnosis_value(diagnosis: Diagnosis | None) -> Value:
    if diagnosis is None:
        return None
    return {
        "code": diagnosis.code,
        "kind": diagnosis.kind,
        "message": diagnosis.message,
        "fields": list(diagnosis.fields),
        "outer_code": diagnosis.outer_code,
        "limit": diagnosis.limit,
        "value": diagnosis.value,
        "object": diagnosis.object,
        "handler": _handler_value(diagnosis.handler),
        "rule": diagnosis.rule,
        "ids": list(diagnosis.ids),
        "confidence": diagnosis.confidence,
        "others": [
            {"code": other.code, "message": other.message, "fields": list(other.fields)}
            for other in diagnosis.others
        ],
        "steps": [{"wrapper": step.wrapper, "took": step.took} for step in diagnosis.steps],
    }


def _handler_value(handler: Handler | None) -> Value:
    if handler is None:
        return None
    return {
        "type": handler.type,
        "name": handler.name,
        "event": handler.event,
        "line": handler.line,
    }


def diagnosis_of(value: Any) -> Diagnosis:
    """The diagnosis of a value that `diagnosis_value` made.

    What a ledger of before does not have is absent: it was not read then.
    """
    handler = value.get("handler")
    return Diagnosis(
        code=value["code"],
        kind=Kind(value["kind"]),
        message=value["message"],
        fields=tuple(value["fields"]),
        outer_code=value["outer_code"],
        limit=value["limit"],
        value=value.get("value"),
        object=value.get("object"),
        handler=Handler(**{**handler, "type": HandlerType(handler["type"])}) if handler else None,
        rule=value.get("rule"),
        ids=tuple(value.get("ids", ())),
        confidence=Confidence(value.get("confidence", Confidence.CERTAIN)),
        others=tuple(
            OtherError(other["code"], other["message"], tuple(other["fields"]))
            for other in value.get("others", ())
        ),
        steps=tuple(
            Step(Wrapper(step["wrapper"]), step["took"]) for step in value.get("steps", ())
        ),
    )


def cause_of(row: Row[Any]) -> Cause:
    return Cause(row.id, row.code, tuple(row.fields), Kind(row.kind), row.message)


def change_of(row: Row[Any]) -> Change:
    return Change(row.field, row.before, row.after, row.fixer, row.why, Risk(row.risk), row.lost)


def state_of(row: Row[Any]) -> MessageState:
    return MessageState(row.key, Delivery(row.delivery), row.salesforce_id, row.run_id, row.sent_at)


def run_of(row: Row[Any]) -> Run:
    plan = Plan(
        tenant_id=row.tenant_id,
        org_id=row.org_id,
        org_name=row.org_name,
        sandbox=row.sandbox,
        instance_url=row.instance_url,
        object=row.object,
        namespace=row.namespace,
        key_field=row.key_field,
        key_unique=row.key_unique,
        window=Window(row.from_time, row.till_time, row.zone),
        window_words=row.window_words,
        flags=row.flags,
        mapping_name=row.mapping_name,
        mapping_text=row.mapping_text,
        may_heal=row.may_heal,
        expected=row.expected,
        only=tuple(row.only),
        resend=ResendOrder(row.resend_who, row.resend_why) if row.resend_who else None,
        witness=Witness(row.witness_object, row.witness_field) if row.witness_object else None,
        approve=None if row.approve is None else frozenset(map(Risk, row.approve)),
    )
    return Run(
        id=row.id,
        created_at=row.created_at,
        state=RunState(row.state),
        stop_reason=row.stop_reason,
        plan=plan,
        announced=row.announced,
        fetched=row.fetched,
        listed=row.listed,
        repeated=row.repeated,
        notes=tuple(row.notes),
        api_calls=row.api_calls,
        view=_view(row),
        outline=row.outline,
        forecast=_forecast(row),
    )


def _view(row: Row[Any]) -> View | None:
    if row.visibility is None:
        return None
    return View(Visibility(row.visibility), row.visibility_why, row.visibility_grant)


def _forecast(row: Row[Any]) -> Forecast | None:
    if row.forecast_calls is None:
        return None
    return Forecast(row.forecast_calls, row.forecast_left, row.forecast_reserve)


def item_of(row: Row[Any], changes: Sequence[Change]) -> StoredItem:
    return StoredItem(
        position=row.position,
        key=row.key,
        conversation=row.conversation,
        order=row.sort_order,
        origin=Origin(row.origin) if row.origin else None,
        original=row.original,
        record=row.record,
        changes=tuple(changes),
        decision=Decision(row.decision),
        held_reason=HeldReason(row.held_reason) if row.held_reason else None,
        held_what=row.held_what or "",
        held_advice=row.held_advice or "",
        held_code=row.held_code,
        held_fields=tuple(row.held_fields or ()),
        treatment=row.treatment,
        error_text=row.error_text,
        cause_id=row.cause_id,
        outcome=Outcome(row.outcome),
        salesforce_id=row.salesforce_id,
        rejection=diagnosis_of(row.rejection) if row.rejection else None,
        rejection_text=row.rejection_text or "",
        rejection_cause_id=row.rejection_cause_id,
        note=row.note,
        attempts=row.attempts,
        sent_at=row.sent_at,
        raw=row.raw,
    )


def _shape(item: Item) -> str:
    """The same for records that have the same fields filled and changed, whatever their values."""
    told = json.dumps([sorted(item.record), sorted((c.field, c.fixer) for c in item.changes)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
