"""A describe that is kept comes back as it was."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from bridge.errors import MappingError
from bridge.fixers import with_fields
from bridge.planning import Described, described_of, described_value, read_described
from tests.fixers.schema import MESSAGE


def test_a_describe_comes_back_as_it_was(tmp_path: Path) -> None:
    described = Described(MESSAGE, {"Lead": with_fields()})
    value = described_value(described)
    assert described_of(value) == described
    path = tmp_path / "org.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    assert read_described(path) == described


def test_what_is_as_for_most_fields_is_left_out() -> None:
    written = described_value(Described(MESSAGE))["object"]["fields"]
    assert len(json.dumps(written)) < 250 * len(written)
    assert all(len(field) < len(fields(MESSAGE.fields[0])) / 2 for field in written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"format": "bridge.describe/2", "object": {}}',
        '{"object": {"name": 5}}',
    ],
)
def test_another_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "org.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match=r"org\.json is no describe of an org: "):
        read_described(path)
