"""`bridge mapping test`: a tick or a cross each, and mistakes in the cases at their place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.errors import Exit
from tests.cli.running import Bridge, bridge

__all__ = ["bridge"]

MAPPING = """\
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers: [nulls, types, truncate]
causes:
  - when: {kind: rule}
    then: {hold: ask}
"""
HEAD = """\
given: {Chat_Identifier__c: chat, Outbound__c: 0, User_Active__c: 1, User_Full_Name__c: Test 12}
cases:
"""
RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION:No links.:Text__c --"
HOLDS = f"""\
  - name: It is sent
    message: {{Text__c: Hi, Media_Title__c: "#N/A"}}
    expect:
      {{decision: ready, risk: lossless, line: default, record: {{Text__c: Hi, Media_Title__c: null,
       Outbound__c: false}}}}
  - name: It is held
    message: {{Text__c: Hi}}
    error: "{RULE}"
    expect: {{decision: held, reason: policy, line: 7, what: "held by the mapping*"}}
  - name: It is refused
    message: {{Text__c: Hi, User_Full_Name__c: null}}
    expect: {{decision: held, reason: schema, code: REQUIRED_FIELD_MISSING,
             fields: [User_Full_Name__c]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my-org.yaml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def write(folder: Path, cases: str) -> Path:
    (folder / "my-org.cases.yaml").write_text(cases, encoding="utf-8")
    return folder / "my-org.yaml"


def test_cases_that_hold_have_a_tick_and_the_line_that_decided(
    folder: Path, bridge: Bridge
) -> None:
    done = bridge("mapping", "test", write(folder, HEAD + HOLDS))
    assert (done.code, done.err) == (Exit.OK, "")
    assert done.out.count("✓") == 3
    assert "✓ It is held  hold (my-org.yaml:7)" in done.out
    assert done.out.endswith("All of 3 cases hold.\n")


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        ("decision: skipped", "decision: skipped expected, ready came out"),
        ("risk: lossy", "risk: lossy expected, lossless came out"),
        ("line: 7", "line: 7 expected, default came out"),
        ("reason: schema", "reason: schema expected, nothing came out"),
        ("code: X", 'code: "X" expected, nothing came out'),
        ("fields: [Text__c]", 'fields: ["Text__c"] expected, [] came out'),
        ('what: "a*"', 'what: "a*" expected, nothing came out'),
        ("record: {Text__c: Ho}", 'Text__c: "Ho" expected, "Hi" came out'),
        ("record: {Outbound__c: 0}", "Outbound__c: 0 expected, false came out"),
        ("record: {Text__c: null}", 'Text__c: nothing expected, "Hi" came out'),
    ],
)
def test_a_case_that_does_not_hold_says_what_came_out(
    expect: str, says: str, folder: Path, bridge: Bridge
) -> None:
    case = f"  - {{name: It is sent, message: {{Text__c: Hi}}, expect: {{{expect}}}}}\n"
    path = write(folder, HEAD + case + HOLDS)
    done = bridge("mapping", "test", path)
    assert done.code == Exit.LEFT_OVER
    assert "✗ It is sent" in done.out
    assert "my-org.cases.yaml:3:5" in done.out
    assert says in done.out
    assert "1 of 4 cases came out otherwise." in done.out
    document = json.loads(bridge("mapping", "test", path, "--json").out)
    assert (document["holds"], document["failed"], len(document["cases"])) == (False, 1, 4)
    (unexpected,) = document["cases"][0]["unexpected"]
    assert says.startswith(f"{unexpected['what']}: ")


def test_the_orgs_describe_can_be_said_in_the_cases(folder: Path, bridge: Bridge) -> None:
    cases = """\
fields:
  Text__c: {length: 8}
  Region__c: {type: picklist, required: true, values: [EMEA], inactive: [APAC]}
given: {Chat_Identifier__c: chat, User_Full_Name__c: Test 12, Region__c: EMEA}
cases:
  - {name: cut, message: {Text__c: Where is it}, expect: {record: {Text__c: Where i…}}}
  - {name: none, message: {Region__c: null}, expect: {code: REQUIRED_FIELD_MISSING}}
  - {name: old, message: {Social25__region__c: APAC}, expect: {decision: ready}}
  - {name: old, message: {region__c: APAC}, expect: {code: INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST}}
"""
    done = bridge("mapping", "test", write(folder, cases))
    assert "1 of 4 cases" in done.out, "the package has no such field"
    assert done.out.count("✗") == 1


@pytest.mark.parametrize(
    ("cases", "says"),
    [
        ("", "my-org.cases.yaml:1:1: a file of cases starts with keys such as cases:"),
        ("cases: []\n", "my-org.cases.yaml:1:8: cases: List must have at least 1 item"),
        (
            HEAD + "  - {name: a, expect: {decision: ready}}\n",
            "my-org.cases.yaml:3:5: cases.0: ",
        ),
        (
            HEAD + "  - {name: a, message: {}, expct: {}}\n",
            'my-org.cases.yaml:3:5: the key "expect" is missing',
        ),
        (
            HEAD + "  - {name: a, message: {}, expect: {decison: ready}}\n",
            'my-org.cases.yaml:3:37: unknown key "decison", did you mean "decision"?',
        ),
        (
            HEAD + "  - {name: a, message: {}, expect: {decision: redy}}\n",
            'my-org.cases.yaml:3:47: cases.0.expect.decision: "redy" is none of ready, held',
        ),
        (
            HEAD + "  - {name: a, message: {}, expect: {record: {Txt__c: a}}}\n",
            'my-org.cases.yaml:3:46: Social25__Heroku_Message__c has no field "Txt__c", did you',
        ),
        (
            "fields: {Regoin__c: {length: 5}}\n" + HEAD + HOLDS,
            'my-org.cases.yaml:1:10: Social25__Heroku_Message__c has no field "Regoin__c"',
        ),
        ("describe: gone.json\n" + HEAD + HOLDS, "The describe "),
        ("describe: my-org.yaml\n" + HEAD + HOLDS, "my-org.yaml is no describe of an org"),
    ],
)
def test_a_mistake_in_the_cases_has_its_place(
    cases: str, says: str, folder: Path, bridge: Bridge
) -> None:
    done = bridge("mapping", "test", write(folder, cases))
    assert (done.code, done.out) == (Exit.USAGE, "")
    assert done.err.startswith(f"Error: {says}"), done.err


def test_cases_that_are_not_there_are_named(folder: Path, bridge: Bridge) -> None:
    done = bridge("mapping", "test", folder / "my-org.yaml")
    assert done.code == Exit.USAGE
    assert f"{folder / 'my-org.cases.yaml'} can't be read" in done.err


def test_a_mapping_for_another_object_is_not_tried(folder: Path, bridge: Bridge) -> None:
    path = write(folder, HEAD + HOLDS)
    path.write_text(MAPPING.replace("Heroku_Message__c", "Other__c"), encoding="utf-8")
    done = bridge("mapping", "test", path)
    assert done.code == Exit.USAGE
    assert "my-org.yaml:1:9: the mapping is for Other__c" in done.err


def test_the_worked_example_comes_with_the_program_and_its_cases_hold(
    tmp_path: Path, bridge: Bridge
) -> None:
    for name, file in {
        "example_org": "my-org.yaml",
        "example_org.cases": "my-org.cases.yaml",
        "example_org.describe": "example_org.describe.json",
    }.items():
        shown = bridge("mapping", "show", name)
        (tmp_path / file).write_text(shown.out, encoding="utf-8")
    done = bridge("mapping", "test", tmp_path / "my-org.yaml")
    assert (done.code, done.err) == (Exit.OK, ""), done.out
    assert done.out.count("✓") == 15


def test_the_built_in_mapping_has_cases_that_hold(
    bridge: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = bridge("mapping", "test")
    assert done.code == Exit.OK, done.out
    assert "heroku_message.yaml, tried by heroku_message.cases.yaml" in done.out


def test_a_mapping_that_does_not_come_with_the_program_is_named(bridge: Bridge) -> None:
    done = bridge("mapping", "show", "exampel_org")
    assert done.code == Exit.USAGE
    assert 'did you mean "example_org"?' in done.err
