from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bridge.cli.main import app
from bridge.errors import UsageError

KEYS = [
    "code", "outer_code", "fields", "limit", "object", "kind", "value", "handler", "rule", "advice",
    "confidence", "steps", "others",
]  # fmt: skip
TEXT = "STRING_TOO_LONG:Text: data value too large: hi (max length=80):Social25__Text__c --"
ACTING = {*map(chr, range(0x7F, 0xA0)), "\u202e", "\u2066", "\u2028", "\x1b", "\u200b"}


def explain(*arguments: str, given: str | bytes = "") -> str:
    result = CliRunner().invoke(app, ["explain", *arguments], input=given)
    assert result.exception is None, result.exception
    return result.stdout


def test_a_text_is_explained_to_a_person() -> None:
    shown = explain(TEXT)
    assert shown.startswith("A text is longer than its field: Social25__Text__c, at most 80")


@pytest.mark.parametrize("way", ["argument", "stdin", "nothing", "file", "unquoted"])
def test_a_text_may_come_in_several_ways(way: str, tmp_path: Path) -> None:
    file = tmp_path / "error.txt"
    file.write_text(f"{TEXT}\n", encoding="utf-8")
    match way:
        case "argument":
            shown = explain("--json", TEXT)
        case "stdin":
            shown = explain("--json", "-", given=TEXT)
        case "nothing":
            shown = explain("--json", given=TEXT)
        case "file":
            shown = explain("--json", "--file", str(file))
        case _:
            shown = explain("--json", *TEXT.split())
    document = json.loads(shown)
    assert (document["code"], document["limit"]) == ("STRING_TOO_LONG", 80)


def test_the_document_has_these_keys_in_this_order() -> None:
    document = json.loads(explain("--json", TEXT))
    assert list(document) == KEYS
    assert document["fields"] == ["Social25__Text__c"]
    assert (document["value"], document["kind"], document["others"]) == ("hi", "data", [])


def test_what_is_absent_is_null_and_fields_are_a_list() -> None:
    document = json.loads(explain("--json", "hello"))
    absent = {"code", "outer_code", "limit", "object", "value", "handler", "rule"}
    assert {key for key in KEYS if document[key] is None} == absent
    assert document["fields"] == []


def test_each_line_gives_a_line() -> None:
    lines = [
        json.dumps({"log_message": TEXT, "text": "hello"}),
        json.dumps({"text": "UNABLE_TO_LOCK_ROW: busy"}),
        json.dumps({"log_message": None}),
        json.dumps({"log_message": [{"errorCode": "MALFORMED_ID", "message": "x"}]}),
        json.dumps({"errorCode": "ENTITY_IS_DELETED", "message": "x"}),
        "REQUEST_LIMIT_EXCEEDED: TotalRequests",
        "",
        '{"text": ',
    ]
    codes = [
        json.loads(line)["code"] for line in explain("--lines", given="\n".join(lines)).splitlines()
    ]
    assert codes == [
        "STRING_TOO_LONG", "UNABLE_TO_LOCK_ROW", None, "MALFORMED_ID", "ENTITY_IS_DELETED",
        "REQUEST_LIMIT_EXCEEDED", None, None,
    ]  # fmt: skip


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_give_harmless_json(given: bytes) -> None:
    shown = explain("--json", "-", given=b"STRING_TOO_LONG: x (max length=1) " + given)
    assert ACTING.isdisjoint(shown)
    assert json.loads(shown)["code"] == "STRING_TOO_LONG"


def test_a_file_that_is_not_there_is_a_mistake_of_the_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["explain", "--file", str(tmp_path / "none.txt")])
    assert isinstance(result.exception, UsageError)
    assert "none.txt can't be read" in result.exception.message


def test_a_text_and_a_file_are_one_too_many(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["explain", TEXT, "--file", str(tmp_path)])
    assert isinstance(result.exception, UsageError)


def test_no_setting_is_needed_nor_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text("not = [toml", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIDGE_LEDGER", str(tmp_path / "none" / "ledger"))
    assert "A text is longer" in explain(TEXT)
