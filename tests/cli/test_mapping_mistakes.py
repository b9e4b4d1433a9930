"""A mapping with a mistake is refused in one message: what, where, and what may have been meant."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.cli import screen
from bridge.cli.main import main
from bridge.errors import Exit
from bridge.planning.yaml_source import LONGEST_FILE

HEAD = """\
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
"""
TEN_GIGABYTES = 10_000_000_000
DEEP = "[" * 50_000


@dataclass(frozen=True, slots=True)
class Wrong:
    """A file, and how the message about it begins."""

    content: str | bytes
    says: str


MISTAKES = {
    "unknown key": Wrong(
        HEAD + "fixrs: []\n", 'my-org.yaml:5:1: unknown key "fixrs", did you mean "fixers"?'
    ),
    "unknown key of a policy": Wrong(
        HEAD + "causes: [{when: {}, than: skip, then: skip}]\n",
        'my-org.yaml:5:21: unknown key "than", did you mean "then"?',
    ),
    "a key in capitals": Wrong(
        HEAD + "causes: [{when: {}, Then: skip, then: skip}]\n",
        'my-org.yaml:5:21: unknown key "Then", did you mean "then"?',
    ),
    "a key that is like none": Wrong(
        HEAD + "causes: [{when: {cause: 7d1d7d}, then: skip}]\n",
        'my-org.yaml:5:18: unknown key "cause"; there are code, outer_code, kind, fields, object,',
    ),
    "no space after a colon": Wrong(
        HEAD + "causes: [{when: {code:X}, then: skip}]\n",
        'my-org.yaml:5:18: "code:X" is read as one word: a space is missing, code: X',
    ),
    "a text for a list": Wrong(
        HEAD + "causes: [{when: {fields: LastName}, then: skip}]\n",
        "my-org.yaml:5:26: causes.0.when.fields: must be a list, write [LastName]",
    ),
    "a field for a list": Wrong(
        HEAD + "fixers:\n  - drop: User_Email__c\n",
        "my-org.yaml:6:11: fixers.0.drop: must be a list, write [User_Email__c]",
    ),
    "a number for a length": Wrong(
        HEAD + "fixers:\n  - truncate: {Text__c: 4000}\n",
        "my-org.yaml:6:25: fixers.0.truncate.Text__c: must be keys and values, write {length: 40",
    ),
    "a word among fixers": Wrong(
        HEAD + "causes:\n  - when: {}\n    then: [nulls, hold]\n",
        'my-org.yaml:7:19: "hold" stands alone, and this is a list',
    ),
    "a word beside another": Wrong(
        HEAD + "causes:\n  - when: {}\n    then: {nulls: {}, skip: Old}\n",
        'my-org.yaml:7:23: "skip" stands alone, and there is more beside it',
    ),
    "a note that is none": Wrong(
        HEAD + "causes:\n  - when: {}\n    then: {hold: no}\n",
        'my-org.yaml:7:12: what stands behind "hold" is a note, which must be text',
    ),
    "a star without quotes": Wrong(
        HEAD + "causes: [{when: {message: *maximum*}, then: skip}]\n",
        "my-org.yaml:5:35: a text that begins with * must stand in quotes",
    ),
    "a sign without quotes": Wrong(
        HEAD + "platform: @x\n", "my-org.yaml:5:11: a text that begins with @ must stand in quotes"
    ),
    "a colon in a text": Wrong(
        HEAD + "causes:\n  - when: {message: Links: ask}\n    then: hold\n",
        "my-org.yaml:6:26: a second colon: put a text that has one in quotes",
    ),
    "two keys on a line": Wrong(
        HEAD + "causes:\n  - when: {}\n    then: hold: ask the lead\n",
        "my-org.yaml:7:15: a second colon: put a text that has one in quotes, or begin a new line",
    ),
    "missing key": Wrong("object: A\norder: B\n", 'my-org.yaml:1:1: the key "key" is missing'),
    "wrong type": Wrong(HEAD + "fixers: truncate\n", "my-org.yaml:5:9: fixers: must be a list"),
    "wrong type of one of several": Wrong(
        HEAD + "causes:\n  - when: {}\n    then: [truncate, 5]\n",
        "my-org.yaml:7:22: causes.0.then.1: must be text or keys and values",
    ),
    "unknown word": Wrong(
        HEAD + "causes: [{when: {kind: dta}, then: skip}]\n",
        'my-org.yaml:5:24: causes.0.when.kind: "dta" is none of transient, data, rule, duplicate, '
        'admin, stop, unknown, did you mean "data"?',
    ),
    "unknown version": Wrong(HEAD + "version: 2\n", 'my-org.yaml:5:10: version: "2" is none of'),
    "unknown fixer": Wrong(
        HEAD + "fixers: [truncat]\n",
        'my-org.yaml:5:10: no fixer is called "truncat", did you mean "truncate"?',
    ),
    "a rule's name": Wrong(
        HEAD + "causes: [{when: {rule: No_Links}, then: hold}]\n",
        'my-org.yaml:5:24: "No_Links" looks like a rule\'s name; rule: takes its message',
    ),
    "unknown option": Wrong(
        HEAD + "fixers:\n  - truncate: {Text__c: {lenght: 5}}\n",
        'my-org.yaml:6:26: unknown key "lenght", did you mean "length"?',
    ),
    "impossible option": Wrong(
        HEAD + "fixers:\n  - truncate: {Text__c: {length: 0}}\n",
        "my-org.yaml:6:34: fixers.0.truncate.Text__c.length: must be greater than 0",
    ),
    "option of a wrong type": Wrong(
        HEAD + "fixers:\n  - truncate: {Text__c: {length: long}}\n",
        "my-org.yaml:6:34: fixers.0.truncate.Text__c.length: must be a whole number",
    ),
    "unknown field of the standard shape": Wrong(
        HEAD + "from_standard: {Text__c: txt}\n",
        'my-org.yaml:5:26: the standard shape has no field "txt", did you mean "text"?',
    ),
    "duplicate key": Wrong(
        HEAD + "key: Other__c\n",
        'my-org.yaml:5:1: "key" stands here a second time (first at line 2)',
    ),
    "anchor bomb": Wrong(
        "a: &a [x, x]\n" + "".join(f"{n}: &b{n} [*a, *a]\n" for n in range(9)),
        "my-org.yaml:2:9: an alias (*a)",
    ),
    "nested too deeply": Wrong(DEEP, "my-org.yaml:1:1: nested too deeply"),
    "a tab": Wrong("object: x\n\tkey: x\n", "my-org.yaml:2:1: a tab where YAML wants spaces"),
    "no YAML": Wrong('object: "x\nkey: y\n', "my-org.yaml:3:1: found unexpected end of stream"),
    "a character of no YAML": Wrong(
        HEAD + "platform: a\x00b\n", "my-org.yaml:5:12: a character that no YAML may have (U+0000)"
    ),
    "not UTF-8": Wrong(
        HEAD.encode() + "platform: Größe__c\n".encode("latin-1"),
        "my-org.yaml:5:13: the mapping is not UTF-8 text from here on",
    ),
    "UTF-16": Wrong(HEAD.encode("utf-16"), "my-org.yaml:1:1: the mapping is not UTF-8 text"),
    "empty": Wrong("", "my-org.yaml:1:1: a mapping starts with keys such as object: and key:"),
    "comments alone": Wrong("# nothing\n", "my-org.yaml:1:1: a mapping starts with keys"),
    "a scenario": Wrong(
        "seed: 1\nsize: 34\n", "my-org.yaml:1:1: this is a scenario of the practice org, no mapping"
    ),
    "a list at the top": Wrong("- object\n", "my-org.yaml:1:1: a mapping starts with keys"),
    "two documents": Wrong(HEAD + "---\n" + HEAD, "my-org.yaml:5:1: a second document starts"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "my-org.yaml"


def complaint(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """What stderr says of a command that refuses a file: a sentence, and what to do."""
    monkeypatch.setattr(sys, "argv", ["bridge", *arguments])
    monkeypatch.setattr(screen.stderr, "_width", 1000)
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == Exit.USAGE
    assert said.out == ""
    assert "Traceback" not in said.err
    error, advice = said.err.splitlines()
    assert advice
    return error.removeprefix("Error: ")


@pytest.mark.parametrize("wrong", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_gives_one_message_with_its_place(
    wrong: Wrong,
    path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = wrong.content if isinstance(wrong.content, bytes) else wrong.content.encode()
    path.write_bytes(content)
    said = complaint(["mapping", "check", str(path)], capsys, monkeypatch)
    assert said.startswith(wrong.says), said


def test_several_mistakes_are_told_in_the_order_of_the_file(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(HEAD + "fixers: 5\ncauses: [{when: {knd: data}, then: retry}]\nx: 1\n")
    monkeypatch.setattr(sys, "argv", ["bridge", "mapping", "check", str(path)])
    with pytest.raises(SystemExit):
        main()
    lines = capsys.readouterr().err.splitlines()
    assert [line.removeprefix("Error: ").split(": ")[0] for line in lines[:3]] == [
        "my-org.yaml:5:9",
        "my-org.yaml:6:18",
        "my-org.yaml:7:1",
    ]


@pytest.mark.parametrize("size", [LONGEST_FILE + 1, 10_000_000, TEN_GIGABYTES])
def test_a_file_that_is_no_mapping_by_its_size_is_not_read(
    size: int, path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch()
    os.truncate(path, size)
    said = complaint(["mapping", "check", str(path)], capsys, monkeypatch)
    assert "is larger than 200,000 bytes" in said


def test_the_largest_mapping_is_read(path: Path) -> None:
    path.write_text(HEAD + "#" * (LONGEST_FILE - len(HEAD)))
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "mapping", "check", str(path)], check=False
    )
    assert done.returncode == Exit.OK


def test_a_folder_and_a_file_that_is_not_there_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = complaint(["mapping", "check", str(tmp_path)], capsys, monkeypatch)
    assert said == f"The mapping {tmp_path} can't be read: Is a directory"
    missing = tmp_path / "nowhere.yaml"
    said = complaint(["mapping", "check", str(missing)], capsys, monkeypatch)
    assert said == f"The mapping {missing} can't be read: No such file or directory"


@pytest.mark.parametrize("name", ["unknown key", "unknown fixer", "a tab", "not UTF-8", "empty"])
def test_a_plan_refuses_the_mapping_before_it_asks_anybody(
    name: str,
    path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = MISTAKES[name]
    path.write_bytes(wrong.content if isinstance(wrong.content, bytes) else wrong.content.encode())
    monkeypatch.chdir(tmp_path)
    nobody = "https://127.0.0.1:9"
    for variable, value in {
        "GOTALLO_BASE_URL": nobody,
        "GOTALLO_TENANT_ID": "5b1f0c7e-4a52-4d0e-9b7e-3d1f5a6c8e90",
        "GOTALLO_API_TOKEN": "token",
        "SF_ACCESS_TOKEN": "token",
        "SF_ORG_INSTANCE_URL": "https://acme.my.salesforce.com",
        "BRIDGE_LEDGER": str(tmp_path / "ledger.sqlite3"),
    }.items():
        monkeypatch.setenv(variable, value)
    said = complaint(["plan", "--yesterday", "--mapping", str(path)], capsys, monkeypatch)
    assert said.startswith(wrong.says), said
