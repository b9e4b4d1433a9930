from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bridge.cli.main import app
from bridge.errors import UsageError

KEYS = [
    "format", "code", "outer_code", "fields", "limit", "object", "kind", "value", "handler", "rule",
    "advice", "confidence", "steps", "others",
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


def test_an_empty_text_leaves_stdin_alone() -> None:
    """A script's variable may be empty, and its loop may read from stdin itself."""
    assert "no text to explain" in refused("--json", "", given=TEXT)
    assert "no text to explain" in refused("", given=TEXT)


def refused(*arguments: str, given: str | bytes = "") -> str:
    result = CliRunner().invoke(app, ["explain", *arguments], input=given)
    assert isinstance(result.exception, UsageError), result.output
    return f"{result.exception.message}. {result.exception.advice}"


@pytest.mark.parametrize("way", [["   "], [], ["-"]])
def test_no_text_is_a_mistake_of_the_command_however_it_comes(way: list[str]) -> None:
    assert "paste it, then Ctrl-D" in refused(*way, given=" \n")


def test_the_id_of_a_cause_is_no_error_text() -> None:
    assert "bridge causes 59488f shows the cause" in refused("59488f")


def test_errors_that_are_numbered_are_not_mixed() -> None:
    mail = (
        "Good morning, these failed:\n"
        "1. FIELD_CUSTOM_VALIDATION_EXCEPTION: Links are not allowed.\n"
        f"2. {TEXT}\n"
    )
    shown = explain("-", given=mail)
    first, second = shown.split("2 of 2\n")
    assert first.startswith("1 of 2\nA validation rule")
    assert '"Links are not allowed."' in first
    assert "80" not in first
    assert second.startswith("A text is longer than its field: Social25__Text__c, at most 80")
    assert "2 errors, and --json explains one" in refused("--json", "-", given=mail)


def test_an_object_a_line_is_an_error_each() -> None:
    lines = [json.dumps({"error_text": TEXT}), json.dumps({"text": "UNABLE_TO_LOCK_ROW: busy"})]
    shown = explain("-", given="\n".join(lines))
    assert "1 of 2\nA text is longer" in shown
    assert "Read as UNABLE_TO_LOCK_ROW, kind transient, " in shown
    (one,) = explain("--lines", given=lines[0]).splitlines()
    assert json.loads(one)["code"] == "STRING_TOO_LONG"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_file_of_windows_is_read(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "error.txt"
    file.write_text(TEXT, encoding=encoding)
    assert explain("--file", str(file)).startswith("A text is longer than its field")


def test_a_quote_that_was_pasted_along_is_no_part_of_a_rule() -> None:
    text = 'FIELD_CUSTOM_VALIDATION_EXCEPTION: Name your agent.: [Social25__Agent_Identifier__c]”"'
    document = json.loads(explain("--json", text))
    assert document["rule"] == "Name your agent.: [Social25__Agent_Identifier__c]"


@pytest.mark.parametrize("before", ["\ufeff", " ", "\t", "\ufeff "])
def test_what_stands_in_front_of_an_object_makes_it_no_text(before: str) -> None:
    line = before + json.dumps({"text": "UNABLE_TO_LOCK_ROW: busy"})
    document = json.loads(explain("--lines", given=line))
    assert (document["code"], document["confidence"]) == ("UNABLE_TO_LOCK_ROW", "certain")


def test_a_line_that_is_too_long_gives_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.cli.explain.MOST_BYTES", 40)
    given = f"{TEXT}{'x' * 100}\nUNABLE_TO_LOCK_ROW: busy\n{'y' * 39}\n{'z' * 40}\nGONE: x"
    found = [json.loads(line)["code"] for line in explain("--lines", given=given).splitlines()]
    assert found == ["STRING_TOO_LONG", "UNABLE_TO_LOCK_ROW", None, None, "GONE"]


def test_lines_end_with_who_reads_them() -> None:
    """As `… | bridge explain --lines | head -1`, where the input has no end."""
    command = [sys.executable, "-m", "bridge", "explain", "--lines"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        given, answers = process.stdin, process.stdout
        assert given is not None
        assert answers is not None
        given.write(b"UNABLE_TO_LOCK_ROW: busy\n")
        given.flush()
        assert json.loads(answers.readline())["code"] == "UNABLE_TO_LOCK_ROW"
        answers.close()
        for _ in range(3):
            with suppress(BrokenPipeError):
                given.write(b"UNABLE_TO_LOCK_ROW: busy\n")
                given.flush()
        assert process.wait(60) == 0
        with suppress(BrokenPipeError):
            given.close()


def test_an_object_is_an_api_name_or_absent() -> None:
    def of(name: str) -> str:
        result = json.dumps({"duplicateRuleEntityType": name})
        return f'[{{"errorCode":"DUPLICATES_DETECTED","message":"x","duplicateResult":{result}}}]'

    assert json.loads(explain("--json", of("Lead")))["object"] == "Lead"
    assert json.loads(explain("--json", of("\ud800")))["object"] is None


def test_one_character_is_no_characters() -> None:
    text = "STRING_TOO_LONG:A: data value too large: ab (max length=1):A --"
    assert explain(text).startswith("A text is longer than its field: A, at most 1 character.\n")
