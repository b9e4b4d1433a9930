"""Metrics are what a Prometheus parser reads, of few series, and say what the summary says."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from bridge.errors import Exit
from bridge.model import Kind
from bridge.report.document import Standing
from bridge.report.metrics import FOUND, OUTCOMES, metrics_text
from bridge.report.summary import KindPart, Meaning, SummaryDocument, VerifiedPart

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
FIGURES = st.integers(0, 10**6)


def read(summary: SummaryDocument) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(metrics_text(summary))}


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    parts = {name: draw(FIGURES) for name in Standing.model_fields if name != "ready"}
    outcomes = sum(parts.values()) - parts["held"] - parts["skipped"]
    return Standing(ready=outcomes, **parts)


@st.composite
def summaries(draw: st.DrawFn) -> SummaryDocument:
    counts = draw(st.none() | standings())
    found = draw(st.none() | st.fixed_dictionaries(dict.fromkeys(FOUND, FIGURES)))
    kinds = draw(st.lists(st.sampled_from(Kind), unique=True)) if counts else []
    return SummaryDocument(
        command=draw(st.sampled_from(["plan", "apply", "resync", "verify"])),
        version="1.0",
        exit_code=draw(st.sampled_from(Exit)),
        meaning=Meaning.OK,
        error=None,
        started_at=NOON,
        ended_at=NOON + dt.timedelta(milliseconds=draw(FIGURES)),
        profile=draw(st.none() | st.text(max_size=20)),
        run_id=None,
        state=None,
        window=None,
        fetched=draw(st.none() | FIGURES),
        counts=counts,
        kinds=tuple(
            KindPart(kind=kind, causes=draw(FIGURES), counts=draw(standings())) for kind in kinds
        ),
        verified=VerifiedPart(proven=draw(st.booleans()), asked=0, **found) if found else None,
        api_calls=draw(st.none() | FIGURES),
        settles_at=None,
        stop_reason=None,
        next_command=None,
    )


def test_each_exit_code_has_its_word() -> None:
    assert [meaning.name for meaning in Meaning] == [code.name for code in Exit]


@given(summaries())
def test_a_parser_reads_what_the_summary_says(summary: SummaryDocument) -> None:
    found = read(summary)
    assert all(metric.type == "gauge" and metric.documentation for metric in found.values())
    samples = [sample for metric in found.values() for sample in metric.samples]
    assert {(s.labels["command"], s.labels["profile"]) for s in samples} == {
        (summary.command, summary.profile or "")
    }
    (code,) = found["bridge_exit_code"].samples
    assert code.value == summary.exit_code
    (ended,) = found["bridge_run_timestamp_seconds"].samples
    assert abs(ended.value - summary.ended_at.timestamp()) < 0.01
    assert ("bridge_messages" in found) is (summary.counts is not None)
    if summary.counts is not None:
        told = {s.labels["outcome"]: s.value for s in found["bridge_messages"].samples}
        assert set(told) == set(OUTCOMES)
        assert sum(told.values()) == summary.counts.total
        assert told["not_sent"] == summary.counts.not_sent_yet
        causes = {s.labels["kind"]: s.value for s in found["bridge_causes"].samples}
        assert set(causes) == set(Kind), "a series stays, whatever happened today"
        assert {k: n for k, n in causes.items() if n} == {
            part.kind: part.causes for part in summary.kinds if part.causes
        }
    if summary.verified is not None:
        told = {s.labels["found"]: s.value for s in found["bridge_verified_messages"].samples}
        assert told == {name: getattr(summary.verified, name) for name in FOUND}


@given(summaries(), summaries())
def test_the_series_are_few_and_the_same_whatever_happened(
    one: SummaryDocument, other: SummaryDocument
) -> None:
    """node_exporter refuses files whose help differs; a series for each cause would never end."""
    first, second = read(one), read(other)
    for name in first.keys() & second.keys():
        assert first[name].documentation == second[name].documentation
    assert sum(len(metric.samples) for metric in first.values()) < 100
