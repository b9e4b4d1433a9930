"""A report without anything that a message or an error text holds, so that it can be mailed.

Free text is left out whole, whoever wrote it: no pattern finds every name. What stays is what the
bridge itself has words for: codes of the catalogue, API names, figures, ids, its own sentences. A
field that is new in the documents is masked here or named in the tests as one that may stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import JsonValue

from bridge.diagnosis import advise, kind_of
from bridge.diagnosis.catalogue import CATALOGUE
from bridge.model import BY_HAND, HeldReason, Kind, Topic
from bridge.report.document import (
    AmendmentPart,
    ApprovalPart,
    CausePart,
    ChangePart,
    ChangeSumPart,
    FindingPart,
    HeldGroupPart,
    HeldPart,
    InventedValue,
    ItemHealPart,
    ItemPart,
    RefusalPart,
    RejectionPart,
    ReportDocument,
    ResendPart,
    RunDocument,
    SentAgainPart,
)
from bridge.report.handout import Content, Days, Handout
from bridge.report.next_part import NextPart
from bridge.report.terminal.words import counted

MASKED: Final = "masked"
A_FIELD: Final = "(a field)"
"""Stands for a name that may be a value which an error text quotes."""
PERSON: Final = "(a person)"

_CUSTOM: Final = re.compile(r"(?:[A-Za-z]\w{0,79}[.:])?[A-Za-z]\w{0,79}__[a-z]{1,4}", re.ASCII)
_STANDARD: Final = frozenset(
    {
        "AccountId",
        "Birthdate",
        "CaseId",
        "City",
        "Company",
        "ContactId",
        "Country",
        "Description",
        "Email",
        "FirstName",
        "Id",
        "LastName",
        "LeadSource",
        "MobilePhone",
        "Name",
        "OwnerId",
        "Phone",
        "PostalCode",
        "RecordTypeId",
        "State",
        "Status",
        "Street",
        "Subject",
        "Title",
        "Website",
    }
)
_OBJECTS: Final = frozenset(
    {"Account", "Case", "Contact", "Event", "Lead", "Opportunity", "Task", "User"}
)
_FIXER: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_ROW_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", re.ASCII)
_WORDS_OF_PEOPLE: Final = re.compile(r"(?<!\S)--(?:key|why)(?:[\s=]|\Z)")
"""What names a message in a command, or says why it is sent again."""

_FOUND: Final[Mapping[Topic, str]] = {
    Topic.STANDING_RULE: "The rule stands: it refuses the same record again.",
}
_HELD: Final[Mapping[HeldReason, tuple[str, str]]] = {
    HeldReason.SCHEMA: (
        "Salesforce would refuse the record, as the org describes its fields.",
        "Repair it at its source, in the mapping or by hand, then send it.",
    ),
    HeldReason.POLICY: (
        "The mapping says so.",
        "Look at it, then change the mapping and plan again.",
    ),
    HeldReason.APPROVAL: (
        "A change in it waits for approval.",
        "Look at it, then let it go: bridge apply RUN --approve all",
    ),
    HeldReason.CANARY: (
        "Those of its cause that were sent ahead were all refused.",
        "Repair the cause, then plan again.",
    ),
    HeldReason.UNREADABLE: (
        "What GoTallo sent could not be read.",
        "Ask GoTallo's support about it.",
    ),
    HeldReason.DELETED: (
        "Somebody deleted it in the org.",
        "Leave it, or send it again on purpose: bridge plan --even-if-deleted",
    ),
    HeldReason.CHANGED: (
        "GoTallo has it otherwise by now than when it was planned or sent.",
        "Plan again, to see what it is now.",
    ),
}


def masked(document: ReportDocument, days: Days) -> Handout:
    """The report with its figures and without its contents."""
    conversations: dict[str, int] = {}
    for item in document.items:
        if item.conversation is not None:
            conversations.setdefault(item.conversation, len(conversations) + 1)
    items = tuple(_item(item, conversations) for item in document.items)
    return Handout(
        ReportDocument(run=_run(document.run), items=items),
        {cause: tuple(counts) for cause, counts in days.items()},
        Content.MASKED,
    )


def _run(run: RunDocument) -> RunDocument:
    return run.model_copy(
        update={
            "window": run.window.model_copy(update={"words": ""}),
            "visibility": run.visibility
            and run.visibility.model_copy(update={"why": "", "grant": ""}),
            "causes": tuple(map(_cause, run.causes)),
            "rejections": tuple(map(_rejection, run.rejections)),
            "remarks": tuple(one.model_copy(update={"note": ""}) for one in run.remarks),
            "heals": tuple(
                one.model_copy(
                    update={
                        "code": _code(one.code),
                        "fields": _fields(one.fields),
                        "fixers": _fixers(one.fixers),
                    }
                )
                for one in run.heals
            ),
            "resend": _resend(run.resend),
            "notes": (),
            "stop_reason": f"Why is told by: bridge status {run.run_id}" if run.stop_reason else "",
            "next": tuple(filter(_names_no_message, run.next)),
        }
    )


def _names_no_message(step: NextPart) -> bool:
    return _WORDS_OF_PEOPLE.search(step.command) is None


def _cause(cause: CausePart) -> CausePart:
    return cause.model_copy(
        update={
            "code": _code(cause.code),
            "fields": _fields(cause.fields),
            "message": _meaning(cause.code),
            "advice": _advice(cause.code, cause.kind),
            "findings": tuple(map(_finding, cause.findings)),
            "changes": tuple(map(_change_sum, cause.changes)),
            "waiting": tuple(map(_change_sum, cause.waiting)),
            "held": tuple(map(_held_group, cause.held)),
            "samples": (),
        }
    )


def _finding(finding: FindingPart) -> FindingPart:
    objects = tuple(map(_object, finding.objects))
    return finding.model_copy(
        update={
            "says": _FOUND.get(finding.topic, ""),
            "link": finding.link if objects == finding.objects else None,
            "objects": objects,
            "field": None if finding.field is None else _field(finding.field),
            "sources": _fields(finding.sources),
        }
    )


def _change_sum(change: ChangeSumPart) -> ChangeSumPart:
    return change.model_copy(
        update={
            "field": _field(change.field),
            "fixer": _fixer(change.fixer),
            "why": "",
            "invented": tuple(
                InventedValue(value=_value(one.value), count=one.count) for one in change.invented
            ),
        }
    )


def _held_group(group: HeldGroupPart) -> HeldGroupPart:
    what, advice = _why_held(group.reason, group.code)
    return group.model_copy(update={"code": _code(group.code), "what": what, "advice": advice})


def _rejection(one: RejectionPart) -> RejectionPart:
    return one.model_copy(
        update={
            "code": _code(one.code),
            "fields": _fields(one.fields),
            "message": _meaning(one.code),
            "advice": _advice(one.code, one.kind),
        }
    )


def _resend(resend: ResendPart | None) -> ResendPart | None:
    if resend is None:
        return None
    return ResendPart(
        who=PERSON,
        why=_text(resend.why),
        messages=tuple(
            SentAgainPart(
                key=MASKED, at=one.at, was=one.was, salesforce_id=_row_id(one.salesforce_id)
            )
            for one in resend.messages
        ),
    )


def _item(item: ItemPart, conversations: Mapping[str, int]) -> ItemPart:
    return ItemPart(
        position=item.position,
        key=None if item.key is None else f"message {item.position + 1}",
        conversation=None
        if item.conversation is None
        else f"conversation {conversations[item.conversation]}",
        origin=item.origin,
        cause_id=item.cause_id,
        error_text=None if item.error_text is None else _text(item.error_text),
        decision=item.decision,
        held=_held(item.held),
        changes=tuple(map(_change, item.changes)),
        outcome=item.outcome,
        salesforce_id=_row_id(item.salesforce_id),
        rejection=None if item.rejection is None else _refusal(item.rejection),
        heals=tuple(
            ItemHealPart(
                round=heal.round,
                at=heal.at,
                refusal=_refusal(heal.refusal),
                fixers=_fixers(heal.fixers),
            )
            for heal in item.heals
        ),
        approvals=tuple(
            ApprovalPart(at=one.at, who=PERSON, asked="", what=_text(one.what))
            for one in item.approvals
        ),
        amendments=tuple(
            AmendmentPart(at=one.at, who=PERSON, fields=_fields(one.fields), was=_text(one.was))
            for one in item.amendments
        ),
        note="",
        attempts=item.attempts,
        unreadable=None if item.unreadable is None else _text(item.unreadable),
    )


def _held(held: HeldPart | None) -> HeldPart | None:
    if held is None:
        return None
    what, advice = _why_held(held.reason, held.code)
    return HeldPart(
        reason=held.reason,
        what=what,
        advice=advice,
        code=_code(held.code),
        fields=_fields(held.fields),
    )


def _why_held(reason: HeldReason, code: str | None) -> tuple[str, str]:
    what, advice = _HELD[reason]
    known = _code(code)
    if reason is HeldReason.SCHEMA and known:
        return what, _advice(known, kind_of(known, ""))
    return what, advice


def _change(change: ChangePart) -> ChangePart:
    return ChangePart(
        field=_field(change.field),
        before=_value(change.before),
        after=_value(change.after),
        fixer=_fixer(change.fixer),
        why="",
        risk=change.risk,
        lost=change.lost,
    )


def _refusal(refusal: RefusalPart) -> RefusalPart:
    return RefusalPart(
        code=_code(refusal.code),
        kind=refusal.kind,
        fields=_fields(refusal.fields),
        text=_text(refusal.text),
        cause_id=refusal.cause_id,
        advice=_advice(refusal.code, refusal.kind),
    )


def _text(text: str) -> str:
    return f"{counted(len(text), 'character')}, {MASKED}" if text else ""


def _value(value: JsonValue) -> JsonValue:
    """What kind of value it is; null stays, since it holds nothing."""
    match value:
        case None:
            return None
        case bool():
            return f"a truth value, {MASKED}"
        case int() | float():
            return f"a number, {MASKED}"
        case str():
            return _text(value) or "an empty text"
        case list():
            return f"a list, {MASKED}"
        case dict():
            return f"an object, {MASKED}"


def _code(code: str | None) -> str | None:
    """A code that the catalogue has: another may be a word of the error text in capitals."""
    return code if code in CATALOGUE else None


def _meaning(code: str | None) -> str:
    entry = CATALOGUE.get(code or "")
    return entry.meaning if entry and entry.explained else ""


def _advice(code: str | None, kind: Kind) -> str:
    return advise(_code(code), kind).sentence


def _fields(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_field, names))


def _field(name: str) -> str:
    return name if name in _STANDARD or _CUSTOM.fullmatch(name) else A_FIELD


def _object(name: str) -> str:
    return name if name in _OBJECTS or _CUSTOM.fullmatch(name) else "(an object)"


def _fixers(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_fixer, names))


def _fixer(name: str) -> str:
    return name if name == BY_HAND or _FIXER.fullmatch(name) else "(a fixer)"


def _row_id(salesforce_id: str | None) -> str | None:
    return salesforce_id if salesforce_id and _ROW_ID.fullmatch(salesforce_id) else None
