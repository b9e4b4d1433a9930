"""The use case that lets go what waits for a person's approval. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import structlog

from bridge.delivery import who_asks
from bridge.errors import UsageError
from bridge.ledger import Ledger, Run, RunState, Waiting
from bridge.model import canonical_key
from bridge.salesforce import Org
from bridge.use_cases.clock import now
from bridge.use_cases.conditions import identity_for

ALL = "all"

log = structlog.get_logger(__name__)


def approve(run: Run, wanted: Sequence[str], ledger: Ledger, org: Org) -> tuple[str, ...]:
    """Make ready what waits for approval in a run, with who wants it, when and what on record.

    Args:
        run: whose plan is whole.
        wanted: `all`, the ids of causes or how they start, and keys of messages in any spelling.
        ledger: where the run is.
        org: of the run, which tells as whom we write.

    Returns:
        The keys of those that waited; what was approved before is left out.

    Raises:
        UsageError: a cause or a message is not known, or is not one that waits; nothing is changed.
        RemoteError: the org could not be reached, or refused us.
    """
    if run.state is RunState.PLANNING:
        raise UsageError(
            f"The plan of run {run.id} was not finished, so nothing of it is approved",
            f"Plan again: bridge plan {run.plan.window_words}",
        )
    asked = dict(_asked(run, wanted, ledger.waiting(run.id)))
    who = who_asks(identity_for(run, org))
    keys = ledger.approve(run.id, asked, who, now())
    if keys:
        log.info("run.approved", run=run.id, messages=len(keys))
    return keys


def _asked(run: Run, wanted: Sequence[str], items: Sequence[Waiting]) -> Iterator[tuple[int, str]]:
    """The positions of what is named, each with its name; the more exact one counts."""
    for name in sorted(wanted, key=lambda name: name != ALL):
        if name == ALL:
            found: Sequence[Waiting] = items
            called = ALL
        else:
            called, found = _named(run, name, items)
            if not any(one.waits or one.approved for one in found):
                raise _not_waiting(run, called, found)
        yield from ((one.position, called) for one in found if one.waits)


def _named(run: Run, name: str, items: Sequence[Waiting]) -> tuple[str, Sequence[Waiting]]:
    """A message or the messages of a cause, and the whole key or id."""
    key = canonical_key(name)
    named: Mapping[str, Sequence[Waiting]] = {
        cause_id: [one for one in items if one.cause_id == cause_id]
        for cause_id in sorted({one.cause_id for one in items})
        if name and cause_id.startswith(name)
    } | {one.key: [one] for one in items if one.key == key}
    if len(named) == 1:
        return next(iter(named.items()))
    if named:
        raise UsageError(
            f'"{name}" is {len(named)} in run {run.id}: {", ".join(named)}. Nothing was changed',
            "Give more of the cause's id, or the whole key of a message.",
        )
    raise UsageError(
        f'Run {run.id} has no cause and no message "{name}". Nothing was changed',
        f"bridge report {run.id}{run.plan.flags} names those that wait; --approve all lets go all "
        "of them.",
    )


def _not_waiting(run: Run, name: str, items: Sequence[Waiting]) -> UsageError:
    stands = ", ".join(sorted({one.stands for one in items}))
    return UsageError(
        f"Nothing of {name} in run {run.id} waits for approval: {stands}. Nothing was changed",
        f"bridge report {run.id}{run.plan.flags} says what each needs.",
    )
