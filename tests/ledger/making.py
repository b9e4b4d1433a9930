"""Plans and items for a ledger, synthetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bridge.ledger import Claim, Ledger, PendingItem, Plan
from bridge.model import (
    Cause,
    Change,
    Decision,
    Held,
    HeldReason,
    Item,
    Kind,
    Origin,
    Risk,
    Window,
)

NOW = dt.datetime(2026, 11, 22, 8, 30, tzinfo=dt.UTC)
CAUSE = Cause("c0ffee", "STRING_TOO_LONG", ("Text__c",), Kind.DATA, "data value too large")


def plan(org_id: str = "00D5g00000PRACTEA5") -> Plan:
    return Plan(
        tenant_id="5b1f0c7e-4a52-4d0e-9b7e-3d1f5a6c8e90",
        org_id=org_id,
        org_name="Test Org",
        sandbox=True,
        instance_url="https://127.0.0.1:1",
        object="Social25__Heroku_Message__c",
        namespace="Social25",
        key_field="Social25__Identifier__c",
        key_unique=True,
        window=Window(NOW - dt.timedelta(days=1), NOW, "UTC"),
        window_words="--date 2026-11-21 --tz UTC",
        flags="",
        mapping_name="org.yaml",
        mapping_text="object: x",
        may_heal=True,
        expected=None,
    )


def item(key: str | None, *, held: Held | None = None, text: str = "Hello") -> Item:
    return Item(
        key=key,
        conversation="talk",
        order=f"2026-11-21T10:00:00.{key or 0}",
        original={"Text__c": text},
        record={"Text__c": text[:5]},
        changes=(Change("Text__c", text, text[:5], "truncate", "too long", Risk.LOSSY, 3),),
        decision=Decision.HELD if held else Decision.READY,
        held=held,
        error_text="STRING_TOO_LONG:x:Text__c --",
        diagnosis=None,
        cause=CAUSE,
        origin=Origin.SALESFORCE,
        raw="{}",
        treatment="truncate",
    )


HELD = Held(HeldReason.SCHEMA, "too long", "cut it", "STRING_TOO_LONG", ("Text__c",))


def planned(ledger: Ledger, *items: Item, org_id: str = "00D5g00000PRACTEA5") -> str:
    run_id = ledger.begin_run(plan(org_id), NOW)
    ledger.add_items(run_id, 0, items)
    ledger.finish_plan(run_id, announced=len(items), fetched=len(items), repeated=0, notes=())
    ledger.count_calls(run_id, 3)
    return run_id


def pending(ledger: Ledger, run_id: str) -> dict[str, PendingItem]:
    return {one.key: one for one in ledger.pending(run_id)}


def claim(ledger: Ledger, run_id: str, items: Sequence[PendingItem], now: dt.datetime) -> Claim:
    """Claim as the one writer, and let others write again."""
    lease = ledger.take_lease(ledger.run(run_id).plan.org_id, run_id, now)
    claimed = ledger.claim(run_id, items, lease, now)
    ledger.give_back(lease)
    return claimed
