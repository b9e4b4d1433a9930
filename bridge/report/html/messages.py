"""The data from which the script makes the table of messages and their timelines.

What is empty is left out, and what many messages share stands once in `shared`: twenty
thousand messages are a file that can be mailed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from bridge.model import HeldReason
from bridge.report.document import (
    AmendmentPart,
    ApprovalPart,
    ChangePart,
    HeldPart,
    ItemHealPart,
    ItemPart,
    RefusalPart,
    ReportDocument,
)
from bridge.report.handout import IN_WORDS, Content, Handout, Stands, stands

HELD_IN_WORDS: Mapping[HeldReason, str] = {
    HeldReason.SCHEMA: "the org's schema",
    HeldReason.POLICY: "the mapping",
    HeldReason.APPROVAL: "approval",
    HeldReason.CANARY: "those sent ahead",
    HeldReason.UNREADABLE: "unreadable",
    HeldReason.DELETED: "deleted in the org",
    HeldReason.CHANGED: "changed at GoTallo",
}


class _Shared:
    """What messages have in common, by number, each once: texts, changes, refusals."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.values: list[JsonValue] = []

    def number(self, value: JsonValue) -> int:
        written = json.dumps(value)
        if written not in self._numbers:
            self._numbers[written] = len(self.values)
            self.values.append(value)
        return self._numbers[written]


def messages_of(handout: Handout) -> JsonValue:
    """What the script reads: names for choices, causes, what is shared, messages."""
    document = handout.document
    shared = _Shared()
    zone = ZoneInfo(document.run.window.zone)
    messages: list[JsonValue] = [_message(item, shared, zone) for item in document.items]
    return {
        "masked": handout.content is Content.MASKED,
        "link": _link(document),
        "prefix": f"{document.run.namespace}__" if document.run.namespace else "",
        "stands": {one.value: IN_WORDS[one] for one in Stands},
        "reasons": {one.value: HELD_IN_WORDS[one] for one in HeldReason},
        "causes": _causes(document),
        "shared": shared.values,
        "messages": messages,
    }


def _link(document: ReportDocument) -> str:
    """What a row's id is put behind; empty where it is no address of a page."""
    address = document.run.org.instance_url.rstrip("/")
    return f"{address}/" if address.startswith("https://") else ""


def _causes(document: ReportDocument) -> dict[str, JsonValue]:
    """By id: those that messages failed for, and those for which the org refused them."""
    told: dict[str, JsonValue] = {}
    run = document.run
    for one in run.rejections:
        told[one.cause_id] = _without_empty(
            {
                "code": one.code,
                "kind": one.kind.value,
                "message": one.message,
                "fields": list(one.fields),
                "advice": one.advice,
            }
        )
    for cause in run.causes:
        told[cause.id] = _without_empty(
            {
                "code": cause.code,
                "kind": cause.kind.value,
                "message": cause.message,
                "fields": list(cause.fields),
                "advice": cause.advice,
                "treatment": "; ".join(one.treatment for one in cause.treatments),
            }
        )
    return told


def _message(item: ItemPart, shared: _Shared, zone: ZoneInfo) -> JsonValue:
    standing = stands(item)
    return _without_empty(
        {
            "number": item.position + 1,
            "key": item.key,
            "conversation": item.conversation,
            "cause": item.cause_id,
            "stands": standing.value,
            "error": shared.number(item.error_text) if item.error_text else None,
            "held": shared.number(_held(item.held)) if item.held and _is_left(standing) else None,
            "changes": [shared.number(_change(change)) for change in item.changes],
            "heals": [_heal(heal, zone) for heal in item.heals],
            "approvals": [_approval(one, zone) for one in item.approvals],
            "amendments": [_amendment(one, zone) for one in item.amendments],
            "refusal": None if item.rejection is None else shared.number(_refusal(item.rejection)),
            "note": item.note,
            "attempts": item.attempts or None,
            "id": item.salesforce_id,
            "unreadable": item.unreadable,
        }
    )


def _is_left(standing: Stands) -> bool:
    """Whether what a message is held or skipped for still counts."""
    return standing in (Stands.HELD, Stands.SKIPPED)


def _heal(heal: ItemHealPart, zone: ZoneInfo) -> JsonValue:
    return _without_empty(
        {
            "at": _moment(heal.at, zone),
            "round": heal.round,
            "refusal": _refusal(heal.refusal),
            "fixers": list(heal.fixers),
        }
    )


def _approval(one: ApprovalPart, zone: ZoneInfo) -> JsonValue:
    return _without_empty({"at": _moment(one.at, zone), "who": one.who, "what": one.what})


def _amendment(one: AmendmentPart, zone: ZoneInfo) -> JsonValue:
    told: dict[str, JsonValue] = {
        "at": _moment(one.at, zone),
        "who": one.who,
        "fields": list(one.fields),
        "was": one.was,
    }
    return _without_empty(told)


def _held(held: HeldPart) -> JsonValue:
    return _without_empty(
        {
            "reason": held.reason.value,
            "what": held.what,
            "advice": held.advice,
            "code": held.code,
            "fields": list(held.fields),
        }
    )


def _change(change: ChangePart) -> JsonValue:
    told: dict[str, JsonValue] = {
        "field": change.field,
        "fixer": change.fixer,
        "why": change.why,
        "risk": change.risk.value,
        "lost": change.lost or None,
    }
    both = {"before": _value(change.before), "after": _value(change.after)}
    return {**_without_empty(told), **both}


def _value(value: JsonValue) -> JsonValue:
    """A text and null as they are; of all else its JSON: numbers of JavaScript lose digits."""
    if value is None or isinstance(value, str):
        return value
    return {"json": json.dumps(value, ensure_ascii=False)}


def _refusal(refusal: RefusalPart) -> JsonValue:
    return _without_empty(
        {
            "code": refusal.code,
            "kind": refusal.kind.value,
            "fields": list(refusal.fields),
            "text": refusal.text,
            "advice": refusal.advice,
        }
    )


def _moment(at: dt.datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _without_empty(told: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Zero stays: it is the number of what is shared."""
    return {
        name: value
        for name, value in told.items()
        if value is not None and value != "" and value != []
    }
