"""A masked report holds nothing that a message or an error text holds."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue

from bridge.ledger import Ledger
from bridge.model import Change, Held, HeldReason, Item, Outcome, Risk
from bridge.report.document import ReportDocument
from bridge.report.handout import whole
from bridge.report.html import html_page
from bridge.report.markdown import markdown
from bridge.report.masking import masked
from bridge.report.reading import report_document

from .runs import NAME, NO_ACCESS, TEXT, item, key, named, planned, with_values

MARK = "sentinel of "
MAY_STAY = {
    "run.run_id",
    "run.window.zone",
    "run.tenant_id",
    "run.profile",
    "run.org.id",
    "run.org.name",
    "run.org.instance_url",
    "run.object",
    "run.namespace",
    "run.key.field",
    "run.witness.object",
    "run.witness.field",
    "run.idle_policies",
    "run.mapping.name",
    "run.causes.id",
    "run.causes.treatments.treatment",
    "run.causes.findings.rule",
    "run.rejections.cause_id",
    "run.next.command",
    "run.next.why",
    "items.cause_id",
    "items.rejection.cause_id",
    "items.heals.refusal.cause_id",
}
"""What the bridge, its settings, the mapping or the org's Setup name."""
VALUES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=3, max_size=30)
"""In a script that nothing else of a page is written in."""


def filled(kind: Any, path: str) -> Any:
    """A value of a type, in which each text says where it stands."""
    origin = get_origin(kind)
    if kind is str:
        return f"{MARK}{path}"
    if origin in (Union, types.UnionType):
        return filled(next(one for one in get_args(kind) if one is not types.NoneType), path)
    if origin is tuple:
        return (filled(get_args(kind)[0], path),)
    if origin is Literal:
        return get_args(kind)[0]
    if kind is dt.datetime:
        return dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    if kind in (int, bool):
        return kind(0)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        inner = (f"{path}.{name}".lstrip(".") for name in kind.model_fields)
        return kind(
            **{
                name: filled(field.annotation, where)
                for (name, field), where in zip(kind.model_fields.items(), inner, strict=True)
            }
        )
    assert kind is JsonValue, (path, kind)
    return {f"{MARK}{path}": [f"{MARK}{path}"]}


def texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def test_of_every_text_of_a_report_only_what_no_message_holds_may_stay() -> None:
    document: ReportDocument = filled(ReportDocument, "")
    told = masked(document, {}).document.model_dump(mode="json")
    stayed = {text.removeprefix(MARK) for text in texts(told) if text.startswith(MARK)}
    assert stayed == MAY_STAY
    within = [text for text in texts(told) if MARK in text and not text.startswith(MARK)]
    assert within == [f"Why is told by: bridge status {document.run.run_id}"]


def test_a_key_that_narrows_the_run_stands_in_no_command() -> None:
    document: ReportDocument = filled(ReportDocument, "")
    step = document.run.next[0].model_copy(update={"command": "bridge plan --key wamid.x --tz UTC"})
    run = document.run.model_copy(update={"next": (step, *document.run.next)})
    told = masked(document.model_copy(update={"run": run}), {}).document
    assert told.run.next == document.run.next


def _of(*values: str) -> list[Item]:
    """Messages with these values wherever a message or an error can have one."""
    first, second = values
    rule = f"FIELD_CUSTOM_VALIDATION_EXCEPTION: {first} is not allowed:{second} --"
    quoted = f"INVALID_EMAIL_ADDRESS:Email: invalid email address: {first}:{second} --"
    changes = [
        Change(TEXT, first, second, "truncate", f"cut at {first}", Risk.LOSSY, lost=3),
        Change(NAME, None, {first: [second]}, "defaults", second, Risk.INVENTED),
        named(second),
    ]
    held = Held(
        HeldReason.SCHEMA,
        f"{first} is no value of the picklist",
        f"Add {first} in Setup, or write {second}.",
        code="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        fields=(second,),
    )
    return [
        item(1, rule, changes),
        item(2, quoted, changes),
        item(3, f"{first}: {second}", changes, held=held),
        item(4, f"REQUIRED_FIELD_MISSING: Required fields are missing: [{first}]", held=NO_ACCESS),
    ]


def report(folder: Path, *values: str) -> ReportDocument:
    """A run of such messages, as the ledger tells it."""
    with Ledger(str(folder / "ledger.sqlite3")) as ledger:
        book = planned(ledger, _of(*values), notes=[f"GoTallo repeated {values[0]}"])
        book.settle([1], Outcome.REJECTED, says=f"INVALID_TYPE: {values[0]}: [{values[1]}]")
        book.settle([2], Outcome.SYNCED, says=f"a row has {values[0]}")
        return report_document(ledger, book.run)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> ReportDocument:
    return report(tmp_path_factory.mktemp("run"), "FirstValue", "SecondValue")


@given(first=VALUES, second=VALUES)
def test_no_value_of_a_run_is_in_a_masked_file(
    told: ReportDocument, first: str, second: str
) -> None:
    document = with_values(told, {"FirstValue": first, "SecondValue": second})
    for page in (html_page, markdown):
        covered = page(masked(document, {}))
        assert first not in covered
        assert second not in covered
        assert key(1) not in covered
        assert first in page(whole(document, {}))


def test_what_a_masked_report_still_tells(tmp_path: Path) -> None:
    document = report(tmp_path, "Test Sender 12", "test12@example.com")
    covered = masked(document, {})
    rejected, sent, held, unknown = covered.document.items
    assert rejected.key == "message 1"
    assert rejected.error_text == "86 characters, masked"
    assert rejected.changes[0].before == "14 characters, masked"
    assert rejected.changes[1].after == "an object, masked"
    assert rejected.changes[1].before is None
    assert sent.salesforce_id is not None
    assert held.held is not None
    assert held.held.advice == (
        "Map the value to an active one, or have an admin add it to the picklist."
    )
    assert unknown.held is not None
    assert unknown.held.fields == NO_ACCESS.fields
    assert covered.document.run.counts.rejected == 1
