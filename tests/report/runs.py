"""Runs on record to be shown, made by the ledger itself."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import JsonValue
from rich.console import Console

from bridge.diagnosis import cause_of, diagnose
from bridge.ledger import AttemptResult, Forecast, Ledger, Plan, Run, Verdict
from bridge.model import (
    Change,
    Decision,
    Delivery,
    Held,
    HeldReason,
    Item,
    KeyOfObject,
    Origin,
    Outcome,
    Question,
    Repeated,
    Risk,
    RowOfMessage,
    Scope,
    Window,
)
from bridge.report import ReportDocument

NOW = dt.datetime(2026, 11, 23, 7, 30, tzinfo=dt.UTC)
NAMESPACE = "Social25"
TEXT = "Social25__Text__c"
NAME = "Social25__User_Full_Name__c"

RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION: Links are not allowed: ask compliance, then retry."
TOO_LONG = "STRING_TOO_LONG:Text: data value too large: … (max length=4000):Social25__Text__c --"
NO_NAME = "REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]"


def plan(**given: object) -> Plan:
    """A plan of one day in Amsterdam; what is given takes the place of the default."""
    usual: dict[str, object] = {
        "tenant_id": "7d1f0f6e-0000-4000-8000-000000000001",
        "org_id": "00D000000000001EAA",
        "org_name": "Acme",
        "sandbox": True,
        "instance_url": "https://acme.example",
        "object": "Social25__Heroku_Message__c",
        "namespace": NAMESPACE,
        "key_field": "Social25__Identifier__c",
        "key_unique": True,
        "window": Window(
            dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC),
            dt.datetime(2026, 11, 22, 23, tzinfo=dt.UTC),
            "Europe/Amsterdam",
        ),
        "window_words": "--date 2026-11-22 --tz Europe/Amsterdam",
        "flags": "",
        "mapping_name": "heroku_message.yaml",
        "mapping_text": "object: Heroku_Message__c\n",
        "expected": None,
        "may_heal": False,
    }
    return Plan(**{**usual, **given})  # type: ignore[arg-type]


def key(number: int) -> str:
    return f"{number:032x}"


def item(
    number: int,
    error: str | None = RULE,
    changes: Sequence[Change] = (),
    held: Held | None = None,
    decision: Decision | None = None,
) -> Item:
    """A message of a conversation of its own."""
    diagnosis = diagnose(error) if error else None
    return Item(
        key=key(number),
        conversation=key(10_000 + number),
        order=f"2026-11-22T08:{number % 60:02}:00+00:00",
        original={TEXT: "Hi"},
        record={TEXT: "Hi"},
        changes=tuple(changes),
        decision=decision or (Decision.HELD if held else Decision.READY),
        held=held,
        error_text=error,
        diagnosis=diagnosis,
        cause=cause_of(diagnosis),
        origin=Origin.SALESFORCE,
        raw="{}",
        treatment="retry, the default",
    )


def cut(before: str, after: str, lost: int) -> Change:
    return Change(
        field=TEXT,
        before=before,
        after=after,
        fixer="truncate",
        why=f"Text__c holds 4,000 characters, the message had {len(before):,}",
        risk=Risk.LOSSY,
        lost=lost,
    )


def named(value: str = "Unknown sender") -> Change:
    return Change(NAME, None, value, "defaults", "the mapping fills it in", Risk.INVENTED)


def as_null() -> Change:
    return Change(
        "Social25__File_Type__c",
        "#N/A",
        None,
        "nulls",
        "#N/A is how the Bulk API writes null",
        Risk.LOSSLESS,
    )


NO_ACCESS = Held(
    HeldReason.SCHEMA,
    "this user may not write Social25__User_Email__c",
    "Grant the integration user edit access to Social25__User_Email__c, then resync.",
    code="INVALID_FIELD_FOR_INSERT_UPDATE",
    fields=("Social25__User_Email__c",),
)


@dataclass
class Book:
    """A ledger, and a run that is being put into it."""

    ledger: Ledger
    run_id: str
    items: list[Item] = field(default_factory=list)

    @property
    def run(self) -> Run:
        return self.ledger.run(self.run_id)

    def settle(self, numbers: Sequence[int], outcome: Outcome, *, says: str = "") -> None:
        """Claim these messages as a sending would, and put on record what became of them.

        `says` is the note to the outcome, or what the org answered where it refused.
        """
        wanted = {key(number) for number in numbers}
        pending = [one for one in self.ledger.pending(self.run_id) if one.key in wanted]
        lease = self.ledger.take_lease(self.ledger.run(self.run_id).plan.org_id, self.run_id, NOW)
        self.ledger.begin_sending(self.run_id)
        claim = self.ledger.claim(self.run_id, pending, lease, NOW)
        self.ledger.give_back(lease)
        refused = outcome is Outcome.REJECTED
        diagnosis = diagnose(says) if refused else None
        delivery, attempt = _COMES_TO[outcome]
        self.ledger.record(
            self.run_id,
            [
                Verdict(
                    position=one.position,
                    key=one.key,
                    delivery=delivery,
                    outcome=outcome,
                    sent_at=claim.sent_at,
                    salesforce_id=f"a00{one.position:012}AAA" if not refused else None,
                    diagnosis=diagnosis,
                    cause=cause_of(diagnosis) if refused else None,
                    error_text=says if refused else "",
                    attempt=attempt,
                    note="" if refused else says,
                )
                for one in pending
            ],
        )


_COMES_TO = {
    Outcome.SYNCED: (Delivery.DELIVERED, AttemptResult.ACCEPTED),
    Outcome.PRESENT: (Delivery.PRESENT, AttemptResult.REFUSED),
    Outcome.REJECTED: (Delivery.OPEN, AttemptResult.REFUSED),
    Outcome.IN_DOUBT: (Delivery.SENDING, AttemptResult.UNANSWERED),
    Outcome.NOT_SENT: (Delivery.OPEN, AttemptResult.NOT_ARRIVED),
}


def open_ledger(folder: Path) -> Ledger:
    return Ledger(str(folder / "ledger.sqlite3"))


def planned(
    ledger: Ledger,
    items: Sequence[Item],
    *,
    announced: int | None = None,
    repeated: int = 0,
    notes: Sequence[str] = (),
    forecast: Forecast | None = None,
    **given: object,
) -> Book:
    """A run whose plan is whole."""
    run_id = ledger.begin_run(plan(**given), NOW)
    if items:
        ledger.add_items(run_id, 0, items)
    ledger.finish_plan(
        run_id,
        announced=announced,
        fetched=len(items),
        repeated=repeated,
        notes=notes,
        forecast=forecast,
    )
    ledger.count_calls(run_id, 3)
    return Book(ledger, run_id, list(items))


def with_values(document: ReportDocument, values: Mapping[str, str]) -> ReportDocument:
    """The same report, in all of whose texts and names of a value other ones stand."""

    def put(value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return re.sub("|".join(values), lambda found: values[found.group()], value)
        if isinstance(value, dict):
            return {str(put(name)): put(part) for name, part in value.items()}
        return [put(part) for part in value] if isinstance(value, list) else value

    return ReportDocument.model_validate(put(document.model_dump(mode="json")))


def question(**given: object) -> Question:
    """A question about one run of `plan()`; what is given takes the place of the default."""
    of = plan()
    usual: dict[str, object] = {
        "scope": Scope.RUN,
        "run_id": "7c2e1f",
        "runs": 1,
        "window": of.window,
        "window_words": of.window_words,
        "org_id": of.org_id,
        "org_name": of.org_name,
        "sandbox": of.sandbox,
        "instance_url": of.instance_url,
        "username": "integration.user@acme.example",
        "asked_at": NOW,
        "keys": (KeyOfObject(of.object, NAMESPACE, of.key_field, of.key_unique),),
        "unreadable": 0,
    }
    return Question(**{**usual, **given})  # type: ignore[arg-type]


def twice(number: int) -> Repeated:
    """A message with a row of ours and one of another user."""
    ours = RowOfMessage("a01", "005us", NOW, ours=True)
    return Repeated(key(number), (ours, replace(ours, id="a02", created_by="005them", ours=False)))


def console(width: int = 80, encoding: str | None = None) -> Console:
    """A console that is no terminal, such as a pipe."""
    file: io.TextIOBase = (
        io.TextIOWrapper(io.BytesIO(), encoding=encoding) if encoding else io.StringIO()
    )
    return Console(file=file, width=width, force_terminal=False, color_system=None)  # type: ignore[arg-type]


def written(to: Console) -> str:
    file = to.file
    file.flush()
    if isinstance(file, io.TextIOWrapper):
        buffer = file.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(file.encoding)
    assert isinstance(file, io.StringIO)
    return file.getvalue()
