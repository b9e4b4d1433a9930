"""What a person changes by hand, as the document that `bridge amend` shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.ledger import AmendedItem, Run
from bridge.planning import command_to_approve
from bridge.report.document import AmendedPart, AmendmentDocument
from bridge.report.interchange import held_by_utf8
from bridge.report.next_part import NextPart
from bridge.report.reading import changes_part


def amendment_document(
    run: Run,
    items: Sequence[AmendedItem],
    rows: Mapping[str, int],
    was: Mapping[str, str],
    who: str,
    unchanged: int,
) -> AmendmentDocument:
    """Describe what would be changed.

    Args:
        run: of the items.
        items: those that a person changed.
        rows: their rows in the file, by key.
        was: why each was held or refused, by key.
        who: the person.
        unchanged: how many rows say what the messages hold.
    """
    return AmendmentDocument(
        run_id=run.id,
        who=held_by_utf8(who),
        recorded=False,
        unchanged=unchanged,
        amended=tuple(
            AmendedPart(
                key=held_by_utf8(one.key),
                row=rows[one.key],
                was=held_by_utf8(was[one.key]),
                changes=changes_part(one.changes),
                waits=held_by_utf8(one.held.what) if one.held else "",
            )
            for one in items
        ),
        next=tuple(_next(run, items)),
    )


def _next(run: Run, items: Sequence[AmendedItem]) -> Iterator[NextPart]:
    ready = sum(one.held is None for one in items)
    waiting = len(items) - ready
    if ready:
        yield NextPart(command=f"bridge apply {run.id}{run.plan.flags}", why=f"send the {ready:,}")
    if waiting:
        yield NextPart(
            command=command_to_approve(run.id, "all", run.plan.flags),
            why=f"approve what else is done to {waiting:,} of them, and send",
        )
