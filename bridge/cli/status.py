"""`bridge status`: which runs there are, and how they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic import TypeAdapter

from bridge import use_cases
from bridge.cli import screen
from bridge.cli.options import AsJson, PerhapsRunId, with_settings
from bridge.ledger import Ledger, RunState
from bridge.report.document import RunDocument
from bridge.report.reading import run_document
from bridge.report.terminal.result import show_result
from bridge.report.terminal.status import show_status
from bridge.settings import Settings

MOST_RUNS = 20


@with_settings
def status(
    settings: Settings,
    run_id: PerhapsRunId = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the newest runs, or show how one stands.

    Example: bridge status
    """
    with use_cases.open_existing_ledger(settings) as ledger:
        if run_id is not None:
            document = run_document(ledger, ledger.run(run_id))
            if as_json:
                screen.print_json(document.model_dump_json(indent=2))
            else:
                writer = ledger.writer_of(document.run_id, dt.datetime.now(dt.UTC))
                show_result(document, screen.stdout, writer)
            return
        documents = [run_document(ledger, run, samples=0) for run in ledger.runs(MOST_RUNS)]
        sent_now = set(_sent_now(documents, ledger, dt.datetime.now(dt.UTC)))
    if as_json:
        screen.print_json(TypeAdapter(list[RunDocument]).dump_json(documents, indent=2).decode())
    else:
        show_status(documents, screen.stdout, sent_now)


def _sent_now(documents: list[RunDocument], ledger: Ledger, now: dt.datetime) -> Iterator[str]:
    """The runs that a process may be sending."""
    for run in documents:
        writer = ledger.writer_of(run.run_id, now) if run.state is RunState.SENDING else None
        if writer is not None and writer.alive:
            yield run.run_id
