"""The package's after-insert trigger: which records a message makes.

The table is GoTallo's documentation of its message trigger; `Company`, which a lead needs and no
message has, is our own constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bridge.practice.org.errors import SaveError
from bridge.practice.org.objects import message_object_name, package_name
from bridge.practice.org.schema import Row, Value
from bridge.practice.scenario import Scenario

FromMessage: TypeAlias = Callable[[Row], Value]


@dataclass(frozen=True, slots=True)
class Creation:
    """One record that the trigger makes of each message."""

    sobject: str
    fields: Mapping[str, FromMessage]

    def row(self, message: Row) -> Row:
        return {
            name: value
            for name, source in self.fields.items()
            if (value := source(message)) is not None
        }


@dataclass(frozen=True, slots=True)
class AfterInsert:
    """A trigger of a managed package, or of the org itself where the namespace is empty."""

    name: str
    namespace: str
    sobject: str
    key_field: str
    creates: tuple[Creation, ...]

    def failure(self, row_number: int, error: SaveError) -> SaveError:
        """How the platform reports a DmlException that the trigger did not catch."""
        cause = (
            f"System.DmlException: Insert failed. First exception on row {row_number}; "
            f"first error: {error.code}, {error.message}: [{', '.join(error.fields)}]"
        )
        if self.namespace:
            text = (
                f"{self.namespace}.{self.name}: execution of AfterInsert\n\n"
                f"caused by: {cause}\n\n({self.namespace})\n"
            )
        else:
            text = (
                f"{self.name}: execution of AfterInsert\n\n"
                f"caused by: {cause}\n\nTrigger.{self.name}: line 7, column 1"
            )
        return SaveError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", text)


def message_trigger(scenario: Scenario) -> AfterInsert:
    """The trigger on the message object: a lead and a social post for each message."""

    def copied(field: str) -> FromMessage:
        name = package_name(scenario, field)
        return lambda message: message.get(name)

    full_name = package_name(scenario, "User_Full_Name__c")
    outbound = package_name(scenario, "Outbound__c")

    def post_name(message: Row) -> Value:
        direction = "to" if message.get(outbound) else "from"
        return f"Message {direction} {message.get(full_name, 'unknown')}"

    return AfterInsert(
        name="MessageTrigger",
        namespace=scenario.namespace,
        sobject=message_object_name(scenario),
        key_field=package_name(scenario, "Identifier__c"),
        creates=(
            Creation(
                "Lead",
                {
                    "LastName": copied("User_Full_Name__c"),
                    "Company": lambda _message: "GoTallo",
                    "Phone": copied("User_Phone_Number__c"),
                    "LeadSource": copied("Conversation_Medium__c"),
                    "Heroku_Conversation_Id__c": copied("Chat_Identifier__c"),
                },
            ),
            Creation(
                "SocialPost",
                {
                    "Name": post_name,
                    "ExternalPostId": copied("Identifier__c"),
                    "IsOutbound": copied("Outbound__c"),
                    "Content": copied("Text__c"),
                    "Provider": copied("Conversation_Medium__c"),
                },
            ),
        ),
    )
