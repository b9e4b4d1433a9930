"""Error texts from the world are read as a person reads them: see corpus/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge.diagnosis import diagnose
from bridge.model import Diagnosis, Handler

CORPUS = Path(__file__).parent / "corpus"
ENTRIES = [
    pytest.param(entry, id=f"{file.stem}-{entry['id']}")
    for file in sorted(CORPUS.glob("*.yaml"))
    for entry in yaml.safe_load(file.read_text("utf-8"))
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_text_is_read_as_a_person_reads_it(entry: dict[str, Any]) -> None:
    assert as_expected(diagnose(entry["text"])) == entry["expect"]


def test_the_corpus_is_there() -> None:
    assert len(ENTRIES) >= 150


def as_expected(diagnosis: Diagnosis) -> dict[str, Any]:
    """A diagnosis in the words of the corpus."""
    return {
        "code": diagnosis.code,
        "outer_code": diagnosis.outer_code,
        "fields": list(diagnosis.fields),
        "limit": diagnosis.limit,
        "value": diagnosis.value,
        "object": diagnosis.object,
        "handler": handler(diagnosis.handler),
        "rule": diagnosis.rule,
        "ids": list(diagnosis.ids),
        "kind": diagnosis.kind.value,
        "others": [other.code for other in diagnosis.others],
    }


def handler(found: Handler | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "type": found.type.value,
        "name": found.name,
        "event": found.event,
        "line": found.line,
    }
