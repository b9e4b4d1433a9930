"""The use case that looks whether messages have changed at the source since their plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from bridge.delivery import hold
from bridge.events import Fetched, LookingForChanges, Observer, nobody
from bridge.ledger import Ledger
from bridge.model import Delivery, FailedMessage, Held
from bridge.planning import Planner, held_as_planned_otherwise, parse_mapping
from bridge.salesforce import Org
from bridge.settings import Settings
from bridge.telling import told
from bridge.use_cases.batches import batches
from bridge.use_cases.opening import open_gotallo

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Changed:
    """What has changed at the source since its plan."""

    held: int = 0
    """Items that are held for it now."""
    in_doubt: Mapping[int, Held] = field(default_factory=dict)
    """Items, by position, of which nobody knows yet whether they are in the org: each is to be held
    where it turns out not to be."""


def recheck(
    settings: Settings, run_id: str, ledger: Ledger, org: Org, *, observe: Observer = nobody
) -> Changed:
    """Hold what has changed at the source since a run was planned and is not sent yet.

    GoTallo is asked for the window again; nothing is sent.

    Raises:
        UsageError: the run does not exist, or a setting or its mapping is not usable.
        RemoteError: GoTallo or the org could not be reached, or refused us.
    """
    run = ledger.run(run_id)
    pending = {item.key: item for item in ledger.pending(run.id)}
    states = ledger.states(run.id, list(pending))
    left = {Delivery.OPEN, Delivery.SENDING} if run.plan.resend is None else set(Delivery)
    pending = {key: item for key, item in pending.items() if states[key].delivery in left}
    if not pending:
        return Changed()
    schema = org.schema(run.plan.object)
    planner = Planner(parse_mapping(run.plan.mapping_text, run.plan.mapping_name), schema)
    tell = told(observe)
    tell(LookingForChanges(run.id, len(pending)))
    held = 0
    in_doubt: dict[int, Held] = {}
    with (
        open_gotallo(settings.gotallo(), settings) as gotallo,
        gotallo.fetch(run.plan.window) as stream,
    ):
        listed = (m for m in stream if isinstance(m, FailedMessage) and m.key in pending)
        for messages in batches(listed):
            tell(Fetched(stream.summary.messages, stream.summary.announced))
            sources = ledger.sources(run.id, [message.key for message in messages])
            for message in messages:
                fields = planner.edited(
                    (sources[message.key].original, sources[message.key].origin),
                    (planner.original(message), message.origin),
                )
                if not fields:
                    continue
                item = pending[message.key]
                why = held_as_planned_otherwise(fields, run.plan.window_words)
                if states[item.key].delivery is Delivery.SENDING:
                    in_doubt[item.position] = why
                    continue
                hold(
                    ledger,
                    run.id,
                    [item],
                    why.reason,
                    what=why.what,
                    advice=why.advice,
                    tell=tell,
                )
                held += 1
    log.info("run.rechecked", run=run.id, changed=held + len(in_doubt))
    return Changed(held, in_doubt)
