"""What `--json` prints of two mappings, tried on the failures that a ledger has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from bridge.ledger import Run
from bridge.model import Decision, Item, Risk
from bridge.planning import Aspect, Contrast, MessageMapping, Replayed
from bridge.report.interchange import held_by_utf8, json_of


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class SidePart(_Part):
    """What a mapping makes of a message."""

    decision: Decision
    treatment: str
    """What the mapping does about it, and the line that decided."""
    risk: Risk
    """The highest of the changes."""
    why: str | None
    """Why it is held or skipped."""


class FieldPart(_Part):
    """A field that Salesforce is given otherwise; null where it is given none."""

    field: str
    old: JsonValue
    new: JsonValue


class ContrastPart(_Part):
    """A message that comes out differently."""

    run: str
    key: str | None
    cause: str
    """The id of the cause for which it failed."""
    aspect: Aspect
    old: SidePart
    new: SidePart
    fields: tuple[FieldPart, ...]


class GroupPart(_Part):
    """Messages that differ alike."""

    aspect: Aspect
    old: Decision
    new: Decision
    count: int


class MappingDiffDocument(_Part):
    """What comes out differently under two mappings."""

    format: Literal["bridge.mapping-diff/1"] = "bridge.mapping-diff/1"
    old: str
    """The mapping's file."""
    new: str
    namespace: str
    """Of the object's package, before its field names; empty where it has none."""
    runs: tuple[str, ...]
    without_describe: tuple[str, ...]
    """Runs that are left out: they kept no describe of the org."""
    failures: int
    same: int
    """How many come out the same."""
    groups: tuple[GroupPart, ...]
    """The most frequent first."""
    different: tuple[ContrastPart, ...]


def mapping_diff_document(
    old: MessageMapping,
    new: MessageMapping,
    runs: Sequence[Run],
    without_describe: Sequence[Run],
    replayed: Iterable[Replayed],
) -> MappingDiffDocument:
    """Put what differs into the form of its JSON.

    Args:
        old: the one mapping.
        new: the other.
        runs: whose failures they are tried on.
        without_describe: runs that are left out.
        replayed: each failure under both; planned as it is taken.
    """
    same = 0
    different: list[ContrastPart] = []
    for one in replayed:
        if one.contrast is None:
            same += 1
        else:
            different.append(_contrast_part(one, one.contrast))
    groups = Counter((one.aspect, one.old.decision, one.new.decision) for one in different)
    return MappingDiffDocument(
        old=old.name,
        new=new.name,
        namespace=runs[0].plan.namespace if runs else "",
        runs=tuple(run.id for run in runs),
        without_describe=tuple(run.id for run in without_describe),
        failures=same + len(different),
        same=same,
        groups=tuple(
            GroupPart(aspect=aspect, old=before, new=now, count=count)
            for (aspect, before, now), count in groups.most_common()
        ),
        different=tuple(different),
    )


def _contrast_part(one: Replayed, contrast: Contrast) -> ContrastPart:
    return ContrastPart(
        run=one.run_id,
        key=held_by_utf8(one.key) if one.key is not None else None,
        cause=one.cause_id,
        aspect=contrast.aspect,
        old=_side_part(one.old),
        new=_side_part(one.new),
        fields=tuple(
            FieldPart(field=part.field, old=json_of(part.old), new=json_of(part.new))
            for part in contrast.fields
        ),
    )


def _side_part(item: Item) -> SidePart:
    return SidePart(
        decision=item.decision,
        treatment=item.treatment,
        risk=item.risk,
        why=held_by_utf8(item.held.what) if item.held else None,
    )
