"""The use case that tries two mappings on what the ledger has: offline, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bridge.errors import UsageError
from bridge.gotallo import reread
from bridge.ledger import Ledger, RecordedFailure, Run
from bridge.model import Item
from bridge.planning import (
    Described,
    MessageMapping,
    Planner,
    Replayed,
    UniqueValues,
    contrast,
    refuse_another_object,
)

_NO_DESCRIBE = (
    "Save the org's describe (bridge mapping describe > org.json), and name it with --describe."
)


@dataclass(frozen=True, slots=True)
class Replay:
    """Two mappings, and the runs whose failures they are tried on."""

    old: MessageMapping
    new: MessageMapping
    runs: tuple[tuple[Run, Described], ...]
    """With what the org described, newest first."""
    without_describe: tuple[Run, ...]
    """Runs that are left out since nothing is known of their org's fields."""
    failures: Callable[[str], Iterator[RecordedFailure]]
    """Those of a run that count."""

    def replayed(self) -> Iterator[Replayed]:
        """Plan each failure under both mappings.

        Raises:
            MappingError: a mapping names a field that the org did not have.
        """
        for run, described in self.runs:
            old, new = _Side(self.old, described), _Side(self.new, described)
            for failure in self.failures(run.id):
                before, now = old.plan(failure), new.plan(failure)
                yield Replayed(
                    run.id, failure.key, failure.cause_id, before, now, contrast(before, now)
                )


class _Side:
    """One of the mappings, brought together with what an org described."""

    def __init__(self, mapping: MessageMapping, described: Described) -> None:
        refuse_another_object(mapping, described.object)
        self._planner = Planner(mapping, described.object, described.made)
        self._unique = UniqueValues(described.object, self._planner.key_field)

    def plan(self, failure: RecordedFailure) -> Item:
        message = reread(failure.raw, failure.origin)
        return self._unique.admit(self._planner.plan(message))


def replay_of_run(
    ledger: Ledger, run: Run, old: MessageMapping, new: MessageMapping, described: Described | None
) -> Replay:
    """The failures of one run, each of them.

    Raises:
        UsageError: nothing is known of the org's fields.
    """
    known = described or ledger.described(run.id)
    if known is None:
        raise UsageError(
            f"Run {run.id} was planned by an older version, which kept no describe of the org",
            _NO_DESCRIBE,
        )
    return Replay(old, new, ((run, known),), (), ledger.failures)


def replay_of_runs(
    ledger: Ledger,
    runs: Sequence[Run],
    old: MessageMapping,
    new: MessageMapping,
    described: Described | None,
) -> Replay:
    """The failures of several runs, each message as the newest of its runs has it.

    Raises:
        UsageError: nothing is known of the org's fields in any of them.
    """
    known = [(run, described or ledger.described(run.id)) for run in runs if _is_for(old, run)]
    usable = tuple((run, one) for run, one in known if one is not None)
    left_out = tuple(run for run, one in known if one is None)
    if left_out and not usable:
        raise UsageError(
            "The runs of these days were planned by an older version, which kept no describe of "
            "the org",
            _NO_DESCRIBE,
        )
    return Replay(old, new, usable, left_out, ledger.failures_only_in)


def _is_for(mapping: MessageMapping, run: Run) -> bool:
    name = run.plan.object
    names = {name.casefold(), name.removeprefix(f"{run.plan.namespace}__").casefold()}
    return mapping.object.casefold() in names
