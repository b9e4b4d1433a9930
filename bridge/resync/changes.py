"""The use case that looks whether messages have changed at the source since their plan."""

from __future__ import annotations

import structlog

from bridge.delivery import hold
from bridge.ledger import Ledger
from bridge.model import Delivery, FailedMessage
from bridge.planning import Planner, held_as_planned_otherwise, parse_mapping
from bridge.resync.batches import batches
from bridge.resync.opening import open_gotallo
from bridge.salesforce import Org
from bridge.settings import Settings

log = structlog.get_logger(__name__)


def recheck(settings: Settings, run_id: str, ledger: Ledger, org: Org) -> int:
    """Hold what has changed at the source since a run was planned and is not sent yet.

    GoTallo is asked for the window again; nothing is sent.

    Returns:
        How many items are held for it now.

    Raises:
        UsageError: the run does not exist, or a setting or its mapping is not usable.
        RemoteError: GoTallo or the org could not be reached, or refused us.
    """
    run = ledger.run(run_id)
    states = ledger.states(run.id, [item.key for item in ledger.pending(run.id)])
    left = {Delivery.OPEN} if run.plan.resend is None else set(Delivery) - {Delivery.SENDING}
    pending = {i.key: i for i in ledger.pending(run.id) if states[i.key].delivery in left}
    if not pending:
        return 0
    schema = org.schema(run.plan.object)
    planner = Planner(parse_mapping(run.plan.mapping_text, run.plan.mapping_name), schema)
    held = 0
    with (
        open_gotallo(settings.gotallo(), settings) as gotallo,
        gotallo.fetch(run.plan.window) as stream,
    ):
        listed = (m for m in stream if isinstance(m, FailedMessage) and m.key in pending)
        for messages in batches(listed):
            sources = ledger.sources(run.id, [message.key for message in messages])
            for message in messages:
                fields = planner.edited(
                    (sources[message.key].original, sources[message.key].origin),
                    (planner.original(message), message.origin),
                )
                if fields:
                    why = held_as_planned_otherwise(fields, run.plan.window_words)
                    hold(
                        ledger,
                        run.id,
                        [pending[message.key]],
                        why.reason,
                        what=why.what,
                        advice=why.advice,
                    )
                    held += 1
    log.info("run.rechecked", run=run.id, changed=held)
    return held
