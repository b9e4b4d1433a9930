"""An owner, a lookup, a record type or a field that the org refuses is repaired by the mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.practice import MorningCause, PracticeServer, Scenario
from bridge.practice.org.customizing import FieldSetting
from bridge.practice.org.org import USER_ID
from bridge.practice.org.record_types import RecordTypeSetting
from bridge.practice.org.schema import FieldType
from tests.whole.house import House

NOBODY = "0035g0000099999AAA"
FORMER = "0055g00000FRM01"

HEAD = """
object: Heroku_Message__c
key: Identifier__c
conversation: Chat_Identifier__c
order: Timestamp__c
fixers:
  - nulls
  - types
  - flatten: {User_Profile_Image_URL__c: url}
"""


def scenario(**causes: int) -> Scenario:
    return Scenario(
        causes={MorningCause(cause): count for cause, count in causes.items()},
        extra_rows=0,
        former_users=1,
        record_types={"Chat": RecordTypeSetting(), "Vip": RecordTypeSetting(available=False)},
        fields={
            "Heroku_Message__c": {
                "Contact__c": FieldSetting(type=FieldType.REFERENCE, reference_to=("Contact",))
            }
        },
    )


def house_with(tmp_path: Path, practice: PracticeServer, *fixers: str, causes: str = "") -> House:
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + "".join(f"  - {fixer}\n" for fixer in fixers) + causes)
    return House(practice, tmp_path, path)


@pytest.mark.parametrize(
    ("name", "refused", "code", "repair", "left"),
    [
        pytest.param(
            "OwnerId",
            FORMER,
            "INACTIVE_OWNER_OR_USER",
            f"owner: {{default: {USER_ID}}}",
            USER_ID,
            id="an owner who has left",
        ),
        pytest.param(
            "OwnerId",
            NOBODY,
            "INVALID_CROSS_REFERENCE_KEY",
            f"owner: {{default: {USER_ID}}}",
            USER_ID,
            id="an owner who is nobody",
        ),
        pytest.param(
            "Contact__c",
            NOBODY,
            "INVALID_CROSS_REFERENCE_KEY",
            "references: {Contact__c: clear}",
            None,
            id="a record that is not there",
        ),
        pytest.param(
            "Contact__c",
            USER_ID,
            "FIELD_INTEGRITY_EXCEPTION",
            "references: {Contact__c: clear}",
            None,
            id="a record of another object",
        ),
    ],
)
def test_what_the_org_refuses_is_given_up_and_sent_again(
    tmp_path: Path, name: str, refused: str, code: str, repair: str, left: str | None
) -> None:
    with PracticeServer(scenario(row_lock=3)) as practice:
        causes = f"causes: [{{when: {{code: {code}}}, then: {{{repair}}}}}]"
        wrong = f"defaults: {{{name}: {refused}}}"
        house = house_with(tmp_path, practice, wrong, causes=causes)
        result = house.resync()
        assert result.document.counts.synced == 3
        (told,) = result.document.heals
        assert (told.code, told.count) == (code, 3)
        assert {row.get(name) for row in practice.org.messages()} == {left}


def test_a_record_type_is_given_and_a_closed_one_never_is(tmp_path: Path) -> None:
    with PracticeServer(scenario(row_lock=2, unknown_medium=2)) as practice:
        by = "record_type: {by: Conversation_State__c, table: {never: Vip, '*': Chat}}"
        house = house_with(tmp_path, practice, "picklist: {Conversation_Medium__c: {'*': web}}", by)
        assert house.resync().document.counts.synced == 4
        (chat, _) = practice.org.message_sobject().record_types
        assert {row["RecordTypeId"] for row in practice.org.messages()} == {chat.id}


def test_a_field_that_the_org_hides_is_dropped_and_kept_on_record(tmp_path: Path) -> None:
    with PracticeServer(scenario(no_email_access=3)) as practice:
        house = house_with(
            tmp_path,
            practice,
            "copy: {User_Email__c: Custom_Identifer__c}",
            "email: {Custom_Identifer__c: {}}",
            "drop: {unknown: true}",
        )
        result = house.resync()
        assert result.document.counts.synced == 3
        kept = [
            change.before
            for item in house.items(result.run_id)
            for change in item.changes
            if change.fixer == "drop"
        ]
        rows = practice.org.messages()
        assert sorted(map(str, kept)) == sorted(
            str(row["Social25__Custom_Identifer__c"]) for row in rows
        )
