"""A mapping that is wrong is refused with the place and, where one is near, the right word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MappingError
from bridge.model import ObjectSchema, Witness
from bridge.planning.mapping import NamedWitness
from bridge.planning.mapping_file import built_in_mapping, parse_mapping, read_mapping
from tests.fixers.schema import MESSAGE, field
from tests.plugins import Plugins

HEAD = """\
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
"""


def refused(text: str) -> str:
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, "org.yaml")
    return caught.value.message


def test_the_built_in_mapping_is_valid_and_fits_the_packages_object() -> None:
    mapping = read_mapping(built_in_mapping())
    mapping.check_against(MESSAGE)
    assert [use.fixer.name for use in mapping.fixers][:2] == ["nulls", "types"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            HEAD + "fixrs: []\n",
            'org.yaml:5:1: unknown key "fixrs", did you mean "fixers"?',
            id="unknown key",
        ),
        pytest.param(
            HEAD + "fixers:\n  - truncat: {Text__c: {}}\n",
            'org.yaml:6:5: no fixer is called "truncat", did you mean "truncate"?',
            id="unknown fixer",
        ),
        pytest.param(
            HEAD + "fixers:\n  - truncate: {Text__c: {lenght: 5}}\n",
            'org.yaml:6:26: unknown key "lenght", did you mean "length"?',
            id="unknown option",
        ),
        pytest.param(
            HEAD + "causes:\n  - when: {code: X, knd: data}\n    then: retry\n",
            'org.yaml:6:21: unknown key "knd", did you mean "kind"?',
            id="unknown key of a policy",
        ),
        pytest.param(
            HEAD + "causes:\n  - when: {kind: sunny}\n    then: retry\n",
            'org.yaml:6:18: causes.0.when.kind: "sunny" is none of transient, data',
            id="unknown kind",
        ),
        pytest.param(
            HEAD + "causes:\n  - when: {code: X}\n    then: retri\n",
            'org.yaml:7:5: no fixer is called "retri", did you mean "retry"?',
            id="unknown treatment",
        ),
        pytest.param(
            HEAD + "causes:\n  - when: {hanlder: X}\n    then: retry\n",
            'org.yaml:6:12: unknown key "hanlder", did you mean "handler"?',
            id="unknown part of a policy",
        ),
        pytest.param(
            HEAD + "causes:\n  - when: {record: {Text__c: [a]}}\n    then: retry\n",
            "org.yaml:6:30: causes.0.when.record.Text__c",
            id="a list for a field of the message",
        ),
        pytest.param(
            HEAD + "causes:\n  - when: {platform: web}\n    then: retry\n",
            "org.yaml:6:12: nothing says which field holds the platform",
            id="a platform of no field",
        ),
        pytest.param(
            HEAD + "key: Other__c\n",
            'org.yaml:5:1: "key" stands here a second time (first at line 2)',
            id="key twice",
        ),
        pytest.param("object: [1]\n", 'org.yaml:1:1: the key "key" is missing', id="missing key"),
        pytest.param(
            HEAD + "a: &a [1]\nb: *a\n", "org.yaml:6:4: an alias (*a)", id="anchor and alias"
        ),
        pytest.param("object: x\n\tkey: x\n", "org.yaml:2:1: a tab", id="a tab"),
        pytest.param(HEAD + "no: 1\n", "org.yaml:5:1: a key must be text", id="a boolean key"),
        pytest.param("- a\n", "org.yaml:1:1: a mapping starts with keys", id="a list"),
        pytest.param("", "org.yaml:1:1: a mapping starts with keys", id="an empty file"),
        pytest.param("object: !!python/object:os.system x\n", "org.yaml:1:9", id="a foreign tag"),
    ],
)
def test_a_mistake_is_shown_at_its_place(text: str, message: str) -> None:
    assert message in refused(text)


def test_an_installed_fixer_that_is_broken_is_named_at_its_place(plugins: Plugins) -> None:
    plugins.install("shout-fixer", "shout = shout_fixer:Shout", "1 / 0")
    with pytest.raises(MappingError, match=r"org.yaml:6:5: The fixer \"shout\" of shout-fixer"):
        parse_mapping(HEAD + "fixers:\n  - shout\n", "org.yaml")


def test_a_field_that_the_org_does_not_have_is_named_with_its_line_and_its_neighbour() -> None:
    mapping = parse_mapping(HEAD + "fixers:\n  - truncate: {Txt__c: {}}\n", "org.yaml")
    with pytest.raises(MappingError) as caught:
        mapping.check_against(MESSAGE)
    assert 'org.yaml:6:5: Social25__Heroku_Message__c has no field "Txt__c"' in str(caught.value)
    assert 'did you mean "Text__c"?' in str(caught.value)


def test_a_field_of_a_policy_is_checked_at_its_place() -> None:
    text = HEAD + "causes:\n  - when: {record: {Txt__c: a*}}\n    then: skip\n"
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, "org.yaml").check_against(MESSAGE)
    assert 'org.yaml:6:21: Social25__Heroku_Message__c has no field "Txt__c"' in str(caught.value)
    assert 'did you mean "Text__c"?' in str(caught.value)


def test_the_field_of_the_platform_counts_where_a_policy_asks_for_one() -> None:
    text = HEAD + "platform: Medium__c\n"
    parse_mapping(text, "org.yaml").check_against(MESSAGE)
    text += "causes: [{when: {platform: web}, then: skip}]\n"
    with pytest.raises(MappingError, match=r'org\.yaml:5:11: .* no field "Medium__c"'):
        parse_mapping(text, "org.yaml").check_against(MESSAGE)


def test_a_word_that_yaml_reads_as_true_is_told_where_the_field_holds_text() -> None:
    text = HEAD + "causes: [{when: {record: {Outbound__c: no, Text__c: no}}, then: skip}]\n"
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, "org.yaml").check_against(MESSAGE)
    assert caught.value.message == "org.yaml:5:44: Text__c holds text, and this is read as false"
    assert "quotes" in caught.value.advice


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("{Text__c: 31612345678}", "Text__c holds text, and this is read as 31612345678"),
        ('{Outbound__c: "true"}', 'Outbound__c holds true or false, and this is the text "true"'),
        ("{Outbound__c: 1}", "Outbound__c holds true or false, and this is read as 1"),
        (
            '{User_Locale_GMT_Offset__c: "*"}',
            'User_Locale_GMT_Offset__c holds a number, and this is the text "*"',
        ),
        (
            "{User_Locale_GMT_Offset__c: yes}",
            "User_Locale_GMT_Offset__c holds a number, and this is read as true",
        ),
    ],
)
def test_a_value_that_a_field_can_never_hold_is_refused_where_it_stands(
    wanted: str, says: str
) -> None:
    text = f"{HEAD}causes: [{{when: {{record: {wanted}}}, then: skip}}]\n"
    mapping = parse_mapping(text, "org.yaml")
    with pytest.raises(MappingError) as caught:
        mapping.check_against(MESSAGE)
    assert caught.value.message.partition(": ")[2] == says


@pytest.mark.parametrize("wanted", ["{Outbound__c: null}", "{Timestamp__c: '2019*'}"])
def test_null_and_texts_of_dates_are_taken(wanted: str) -> None:
    text = f"{HEAD}causes: [{{when: {{record: {wanted}}}, then: skip}}]\n"
    parse_mapping(text, "org.yaml").check_against(MESSAGE)


POST = ObjectSchema(
    name="SocialPost",
    label="Social Post",
    createable=True,
    queryable=True,
    fields=(
        field("ExternalPostId", length=765),
        field("Content", "textarea", 32_000, filterable=False),
        field("IsOutbound", "boolean"),
    ),
)


def witness_of(line: str) -> NamedWitness:
    witness = parse_mapping(HEAD + f"witness: {line}\n", "org.yaml").witness
    assert witness is not None
    return witness


def test_a_witness_is_found_under_the_orgs_own_names() -> None:
    found = witness_of("{socialpost: externalpostid}").found_in(POST)
    assert found == Witness("SocialPost", "ExternalPostId")
    assert parse_mapping(HEAD, "org.yaml").witness is None


@pytest.mark.parametrize(
    ("line", "schema", "message"),
    [
        ("{SocialPost: ExternalPostID1}", POST, 'org.yaml:5:23: SocialPost has no field "Exter'),
        ("{SocialPost: Content}", POST, "org.yaml:5:23: rows of SocialPost can't be asked for by"),
        ("{SocialPost: IsOutbound}", POST, "org.yaml:5:23: rows of SocialPost can't be asked for"),
        (
            "{SocialPost: ExternalPostId}",
            replace(POST, queryable=False),
            "org.yaml:5:11: this user may not read SocialPost",
        ),
    ],
    ids=["no such field", "not filterable", "no text", "no read"],
)
def test_a_witness_that_can_not_be_asked_is_refused_at_its_place(
    line: str, schema: ObjectSchema, message: str
) -> None:
    with pytest.raises(MappingError) as caught:
        witness_of(line).found_in(schema)
    assert message in caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize("line", ["{}", "{A: B, C: D}", "SocialPost", "[SocialPost]", "{A: 3}"])
def test_a_witness_is_one_object_and_its_field(line: str) -> None:
    assert refused(HEAD + f"witness: {line}\n").startswith("org.yaml:5:")


@given(st.text())
def test_any_text_that_is_no_mapping_is_refused_with_a_place(text: str) -> None:
    assert refused(text).startswith("org.yaml")
