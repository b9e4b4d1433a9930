"""What `bridge causes --json` prints: it may grow, it does not change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bridge.diagnosis import advise
from bridge.ledger import CauseHistory, CauseInRun, Ledger, RepairedField
from bridge.model import Finding, Kind, Topic
from bridge.report.document import FindingPart
from bridge.report.interchange import held_by_utf8
from bridge.report.reading import finding_part, standing_of

DAYS: Final = 14
"""How many days a history has."""
DAY_AFTER_DAY: Final = 3
"""On how many of them a field is repaired before it is to be mended at its source."""

_MOST_RUNS: Final = 14
_MOST_EXAMPLES: Final = 3


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class DayPart(_Part):
    """A day, and how many messages failed on it."""

    day: dt.date
    failures: int


class MessagesPart(_Part):
    """How many messages stand where; each is counted under one cause."""

    open: int
    """Not in the org, as far as the ledger knows."""
    in_doubt: int
    skipped: int
    """Not in the org, and left out on purpose."""
    delivered: int
    """Inserted by the bridge."""
    present: int
    """In the org already."""


class CarePart(_Part):
    """Who looks after a cause."""

    owner: str
    """Empty where nobody is named."""
    note: str
    at: dt.datetime
    """When that was said last."""


class CauseSummary(_Part):
    """A cause across the runs of a ledger."""

    id: str
    former_ids: tuple[str, ...]
    """The ids that it had before the fingerprint got better."""
    code: str | None
    kind: Kind
    fields: tuple[str, ...]
    message: str
    """An example of the root's message."""
    advice: str
    orgs: tuple[str, ...]
    runs: int
    first_seen: dt.datetime
    last_seen: dt.datetime
    messages: MessagesPart
    days: tuple[DayPart, ...]
    """The last 14 days, the oldest first."""
    care: CarePart | None


class CausesDocument(_Part):
    """The causes of a ledger, the one that was met last before the others."""

    format: Literal["bridge.causes/1"] = "bridge.causes/1"
    zone: str
    """The IANA zone whose days are meant."""
    all: bool
    """Whether those that leave no message open are listed too."""
    causes: tuple[CauseSummary, ...]


class ExamplePart(_Part):
    """A message of a cause."""

    run_id: str
    key: str | None
    text: str
    """What Salesforce said to it."""


class CauseRunPart(_Part):
    """What became of a cause's messages in one run."""

    run_id: str
    created_at: dt.datetime
    count: int
    synced: int
    present: int
    rejected: int
    in_doubt: int
    held: int
    skipped: int
    not_sent: int
    """Ready, and without an outcome."""


class RepairPart(_Part):
    """A field that the mapping repairs in messages of this cause."""

    field: str
    fixer: str
    days: int
    """On how many of the last 14 days."""
    messages: int


class CauseDocument(_Part):
    """One cause, with examples and its history."""

    format: Literal["bridge.cause/1"] = "bridge.cause/1"
    zone: str
    cause: CauseSummary
    findings: tuple[FindingPart, ...]
    """Of its newest run."""
    examples: tuple[ExamplePart, ...]
    runs: tuple[CauseRunPart, ...]
    """The newest first."""
    repairs: tuple[RepairPart, ...]
    mend_at_the_source: str | None
    """Set where the same field is repaired day after day: what to do about it."""


def causes_document(
    ledger: Ledger, zone: ZoneInfo, now: dt.datetime, *, all_of_them: bool
) -> CausesDocument:
    """Describe the causes of a ledger that leave messages open, or all."""
    listed = ledger.causes(_since(zone, now))
    return CausesDocument(
        zone=zone.key,
        all=all_of_them,
        causes=tuple(
            _summary(one, zone, now) for one in listed if all_of_them or one.messages.unfinished
        ),
    )


def cause_document(
    ledger: Ledger, cause_id: str, zone: ZoneInfo, now: dt.datetime
) -> CauseDocument:
    """Describe one cause; `cause_id` is whole."""
    since = _since(zone, now)
    history = ledger.cause(cause_id, since)
    findings = ledger.findings_of_cause(cause_id)
    repairs = tuple(
        _repair(one, zone)
        for one in ledger.repaired_fields(cause_id, since)
        if _is_its_own(one, history, findings)
    )
    return CauseDocument(
        zone=zone.key,
        cause=_summary(history, zone, now),
        findings=tuple(map(finding_part, findings)),
        examples=tuple(
            ExamplePart(
                run_id=one.run_id,
                key=None if one.key is None else held_by_utf8(one.key),
                text=held_by_utf8(one.text),
            )
            for one in ledger.cause_examples(cause_id, _MOST_EXAMPLES)
        ),
        runs=tuple(map(_run, ledger.cause_in_runs(cause_id, _MOST_RUNS))),
        repairs=repairs,
        mend_at_the_source=_mend(repairs),
    )


def _since(zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """The start of the first day of a history."""
    first = now.astimezone(zone).date() - dt.timedelta(days=DAYS - 1)
    return dt.datetime.combine(first, dt.time(), zone)


def _summary(history: CauseHistory, zone: ZoneInfo, now: dt.datetime) -> CauseSummary:
    cause, messages = history.cause, history.messages
    return CauseSummary(
        id=cause.id,
        former_ids=history.former_ids,
        code=cause.code,
        kind=cause.kind,
        fields=cause.fields,
        message=held_by_utf8(cause.message),
        advice=advise(cause.code, cause.kind).sentence,
        orgs=tuple(map(held_by_utf8, history.orgs)),
        runs=history.runs,
        first_seen=history.first_seen,
        last_seen=history.last_seen,
        messages=MessagesPart(
            open=messages.open,
            in_doubt=messages.in_doubt,
            skipped=messages.skipped,
            delivered=messages.delivered,
            present=messages.present,
        ),
        days=tuple(_days(history.failures, zone, now)),
        care=None
        if history.care is None
        else CarePart(
            owner=held_by_utf8(history.care.owner),
            note=held_by_utf8(history.care.note),
            at=history.care.at,
        ),
    )


def _days(failures: Mapping[dt.datetime, int], zone: ZoneInfo, now: dt.datetime) -> list[DayPart]:
    counted: Counter[dt.date] = Counter()
    for moment, number in failures.items():
        counted[moment.astimezone(zone).date()] += number
    first = _since(zone, now).date()
    days = (first + dt.timedelta(days=number) for number in range(DAYS))
    return [DayPart(day=day, failures=counted[day]) for day in days]


def _run(in_run: CauseInRun) -> CauseRunPart:
    standing = standing_of((*state, number) for state, number in in_run.outcomes.items())
    return CauseRunPart(
        run_id=in_run.run_id,
        created_at=in_run.created_at,
        count=standing.ready + standing.held + standing.skipped,
        synced=standing.synced,
        present=standing.present,
        rejected=standing.rejected,
        in_doubt=standing.in_doubt,
        held=standing.held,
        skipped=standing.skipped,
        not_sent=standing.not_sent_yet,
    )


def _is_its_own(
    repaired: RepairedField, history: CauseHistory, findings: Iterable[Finding]
) -> bool:
    """Whether a repair is one of the field that the cause is about, or that fills it."""
    sources = {
        source for found in findings if found.topic is Topic.DOWNSTREAM for source in found.sources
    }
    own = {field.casefold() for field in (*history.cause.fields, *sources)}
    name = repaired.field.casefold()
    return any(name == field or name.endswith(f"__{field}") for field in own)


def _repair(repaired: RepairedField, zone: ZoneInfo) -> RepairPart:
    days = {moment.astimezone(zone).date() for moment in repaired.moments}
    return RepairPart(
        field=repaired.field, fixer=repaired.fixer, days=len(days), messages=repaired.messages
    )


def _mend(repairs: Sequence[RepairPart]) -> str | None:
    again = [one for one in repairs if one.days >= DAY_AFTER_DAY]
    if not again:
        return None
    worst = max(again, key=lambda one: (one.days, one.messages))
    return (
        f"{worst.field} was repaired by {worst.fixer} on {worst.days} of the last {DAYS} days "
        f"({worst.messages:,} messages): mend it at the source, where GoTallo gets the value, or "
        "let the field take it."
    )
