"""How a command ended as metrics, for node_exporter's textfile collector. Pure.

Source: "Exposition formats" (text format 0.0.4) and "Metric and label naming" of the Prometheus
documentation. Labels have few values each, all known beforehand but for the profile's name; none
holds anybody's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bridge.model import Kind
from bridge.report.document import Standing
from bridge.report.summary import SummaryDocument, VerifiedPart

OUTCOMES: Final = ("held", "skipped", "synced", "present", "rejected", "in_doubt", "not_sent")
_FIELD: Final = {"not_sent": "not_sent_yet"}
FOUND: Final = tuple(name for name in VerifiedPart.model_fields if name not in {"proven", "asked"})

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class _Family:
    """One metric with what it has to say."""

    name: str
    help: str
    samples: tuple[Sample, ...]


def metrics_text(summary: SummaryDocument) -> str:
    """The text of a metrics file."""
    labels = {"command": summary.command, "profile": summary.profile or ""}
    return "".join(
        line for family in _families(summary) if family.samples for line in _lines(family, labels)
    )


def _families(summary: SummaryDocument) -> Iterator[_Family]:
    ended = summary.ended_at.timestamp()
    yield _one("bridge_run_timestamp_seconds", "When the command ended, in Unix time.", ended)
    yield _one(
        "bridge_run_duration_seconds",
        "How long the command took.",
        ended - summary.started_at.timestamp(),
    )
    yield _one("bridge_exit_code", "With which code the command ended.", summary.exit_code)
    yield _Family(
        "bridge_info", "The version of the program.", (({"version": summary.version}, 1),)
    )
    if summary.fetched is not None:
        yield _one(
            "bridge_fetched_messages", "Failed messages that the run is about.", summary.fetched
        )
    if summary.api_calls is not None:
        yield _one("bridge_api_calls", "Requests of the run to the org.", summary.api_calls)
    if summary.counts is not None:
        yield _Family(
            "bridge_messages",
            "Messages of the run by what became of them.",
            tuple(_by_outcome(summary.counts, {})),
        )
        yield from _of_kinds(summary)
    if summary.verified is not None:
        verified = summary.verified
        yield _one("bridge_verified", "1 where the org has all as it should be.", verified.proven)
        yield _Family(
            "bridge_verified_messages",
            "Messages by what the org answered.",
            tuple(({"found": name}, getattr(verified, name)) for name in FOUND),
        )


def _of_kinds(summary: SummaryDocument) -> Iterator[_Family]:
    """Every kind, also those that did not occur: alerts want series that stay."""
    found = {part.kind: part for part in summary.kinds}
    none = Standing(**dict.fromkeys(Standing.model_fields, 0))
    yield _Family(
        "bridge_causes",
        "Causes of the failures by what may help.",
        tuple(({"kind": kind}, found[kind].causes if kind in found else 0) for kind in Kind),
    )
    yield _Family(
        "bridge_cause_messages",
        "Messages of the run by what may help and by what became of them.",
        tuple(
            sample
            for kind in Kind
            for sample in _by_outcome(found[kind].counts if kind in found else none, {"kind": kind})
        ),
    )


def _one(name: str, text: str, value: float) -> _Family:
    return _Family(name, text, (({}, value),))


def _by_outcome(counts: Standing, labels: Mapping[str, str]) -> Iterator[Sample]:
    for outcome in OUTCOMES:
        yield {**labels, "outcome": outcome}, getattr(counts, _FIELD.get(outcome, outcome))


def _lines(family: _Family, labels: Mapping[str, str]) -> Iterable[str]:
    yield f"# HELP {family.name} {family.help}\n"
    yield f"# TYPE {family.name} gauge\n"
    for own, value in family.samples:
        said = ",".join(f'{name}="{_escaped(text)}"' for name, text in {**labels, **own}.items())
        yield f"{family.name}{{{said}}} {_number(value)}\n"


def _number(value: float) -> str:
    return f"{int(value)}" if value == int(value) else f"{value:.3f}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
