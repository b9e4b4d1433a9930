"""Whether a plan may be sent now: it is fresh, and what it took for granted still holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bridge.delivery.limits import Limits
from bridge.errors import SafetyStop
from bridge.ledger import Run
from bridge.model import ObjectSchema
from bridge.planning import differences

_MOST_DIFFERENCES = 3
"""Of the schema, that are told."""


@dataclass(frozen=True, slots=True)
class OldMessages:
    """Those that are older than the operator wants to send without being asked."""

    count: int
    oldest: dt.datetime
    days: int
    """The limit that they exceed."""


def old_messages(orders: Iterable[str], now: dt.datetime, days: int | None) -> OldMessages | None:
    """Those among messages that are older than so many days, by their own time.

    Args:
        orders: the times of the messages, as an item has them; one without a time is left out.
        now: aware.
        days: None for no limit.
    """
    if days is None:
        return None
    latest = now - dt.timedelta(days=days)
    times = (dt.datetime.fromisoformat(order) for order in orders if order)
    old = [time for time in times if time < latest]
    return OldMessages(len(old), min(old), days) if old else None


def refuse_old(run: Run, old: OldMessages) -> SafetyStop:
    """The refusal where nobody was asked about them."""
    age = f"older than {old.days} {'day' if old.days == 1 else 'days'}"
    return SafetyStop(
        f"{old.count:,} of the messages to send {'is' if old.count == 1 else 'are'} {age}, the "
        f"oldest of {old.oldest:%Y-%m-%d %H:%M} UTC: what a trigger answers to it comes that late. "
        "Nothing was sent",
        f"To send them: bridge apply {run.id}{run.plan.flags} --max-age-days N, or none. To leave "
        "them out, resync a window without them.",
    )


def why_outdated(
    run: Run, schema: ObjectSchema, mapping_text: str | None, limits: Limits, now: dt.datetime
) -> SafetyStop | None:
    """Why a plan has to be made again before it is sent; None where it stands.

    Args:
        run: its plan is whole.
        schema: of the run's object, as the org describes it now.
        mapping_text: the mapping that the settings lead to now; None where they name none.
        limits: of the sending.
        now: aware.
    """
    reasons = list(_reasons(run, schema, mapping_text, limits, now))
    if not reasons:
        return None
    return SafetyStop(
        f"The plan of run {run.id} is not sent: {'; '.join(reasons)}. Nothing was sent",
        f"Plan again; what is in Salesforce already stays: bridge resync {run.plan.window_words}"
        f"{run.plan.flags}",
    )


def _reasons(
    run: Run, schema: ObjectSchema, mapping_text: str | None, limits: Limits, now: dt.datetime
) -> Iterator[str]:
    hours = limits.plan_hours
    if hours is not None and now - run.created_at > dt.timedelta(hours=hours):
        yield (
            f"it was made {run.created_at:%Y-%m-%d %H:%M} UTC, more than {hours} hours ago "
            "(--max-plan-hours)"
        )
    if mapping_text is not None and mapping_text != run.plan.mapping_text:
        yield f"it was made with {run.plan.mapping_name} as it was, and the mapping is another now"
    if run.outline is not None:
        changed = differences(run.outline, schema)
        told = ", ".join(schema.short(phrase) for phrase in changed[:_MOST_DIFFERENCES])
        beyond = len(changed) - _MOST_DIFFERENCES
        if changed:
            yield (
                f"{schema.short(schema.name)} has changed since ({told}"
                f"{f' and {beyond} more' if beyond > 0 else ''})"
            )
