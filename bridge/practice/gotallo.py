"""GoTallo's side: the failures it knows of, in both of its shapes."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from bridge.practice.org.values import BULK_NULL, Json
from bridge.practice.scenario import FieldNames, Scenario

TENANT_ID = "5b1f0c7e-4a52-4d0e-9b7e-3d1f5a6c8e90"
API_TOKEN = "practice-gotallo-token"  # noqa: S105 - opens nothing but the practice org
_PREFIX = "Social25__"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed sync as GoTallo lists it; a shape that is None does not list it."""

    failed_at: dt.datetime
    salesforce: Json
    standard: Json


class GoTallo:
    """The tenant's failures; none ever leaves the list. Any thread may call any method."""

    def __init__(self, scenario: Scenario, day: dt.date) -> None:
        self._scenario = scenario
        self._noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
        self._lock = threading.Lock()
        self._failures: list[Failure] = []

    def add_failure(
        self,
        record: Mapping[str, Json],
        log_message: str | None,
        failed_at: dt.datetime | None = None,
    ) -> None:
        """List a failure in both shapes.

        Args:
            record: the record of the salesforce shape, field names without the prefix.
            log_message: the Salesforce error.
            failed_at: what the window filters, aware; noon of the morning's day if not given.
        """
        salesforce: dict[str, Json] = {self._spelled(name): v for name, v in record.items()}
        if self._scenario.log_message_in_salesforce_shape:
            salesforce["log_message"] = log_message
        standard = standard_message(record, log_message, self._scenario.required_field)
        self.add_results(salesforce, standard, failed_at)

    def add_results(
        self, salesforce: Json, standard: Json, failed_at: dt.datetime | None = None
    ) -> None:
        """List a failure as given, whatever it is; a shape that is None does not list it."""
        with self._lock:
            self._failures.append(Failure(failed_at or self._noon, salesforce, standard))

    def edit(self, key: str, **values: Json) -> None:
        """Change a listed message as somebody would at the source, in both shapes.

        Args:
            key: its `Identifier__c`.
            values: by field of the salesforce shape, without the prefix.

        Raises:
            KeyError: no failure has that key.
        """
        with self._lock:
            for number, failure in enumerate(self._failures):
                listed = failure.salesforce
                if (
                    isinstance(listed, Mapping)
                    and listed.get(self._spelled("Identifier__c")) == key
                ):
                    self._failures[number] = self._edited(failure, listed, values)
                    return
        raise KeyError(key)

    def _edited(
        self, failure: Failure, listed: Mapping[str, Json], values: Mapping[str, Json]
    ) -> Failure:
        edited = {**listed, **{self._spelled(name): value for name, value in values.items()}}
        plain = {name.removeprefix(_PREFIX): value for name, value in edited.items()}
        log_message = listed.get("log_message")
        standard = failure.standard
        if isinstance(standard, Mapping):
            text = standard.get("log_message") if log_message is None else log_message
            own = self._scenario.required_field
            standard = standard_message(plain, None if text is None else str(text), own)
        return Failure(failure.failed_at, edited, standard)

    def failures(self) -> tuple[Failure, ...]:
        """All of them, in the order in which they failed."""
        with self._lock:
            return tuple(sorted(self._failures, key=lambda f: f.failed_at))

    def _spelled(self, name: str) -> str:
        prefixed = (
            self._scenario.field_names is FieldNames.PREFIXED
            and name != self._scenario.required_field
        )
        return _PREFIX + name if prefixed else name


def standard_message(
    record: Mapping[str, Json], log_message: str | None, own_field: str
) -> Mapping[str, Json]:
    """The standard shape of a message whose record in the salesforce shape is given."""

    def known(name: str) -> Json:
        value = record.get(name)
        return None if value == BULK_NULL else value

    own = known(own_field) if own_field else None
    mime_type = known("Mime_Type__c")
    return {
        "id": _dashed(record.get("Identifier__c")),
        "ext_identifier": known("External_Identifier__c"),
        "agent_id": _dashed(known("Agent_Identifier__c")),
        "tenant_id": TENANT_ID,
        "conversation_id": _dashed(record.get("Chat_Identifier__c")),
        "timestamp": known("Timestamp__c"),
        "modified_timestamp": known("Timestamp__c"),
        "type": "text" if mime_type is None else "image",
        "status": "sync_failed",
        "outbound": known("Outbound__c") in {1, "1"},
        "text": known("Text__c"),
        "log_message": log_message,
        "file": known("Content_Url__c"),
        "file_type": known("File_Type__c"),
        "media_title": known("Media_Title__c"),
        "mime_type": mime_type,
        "transcribe_enabled": False,
        "transcribe_in_progress": False,
        "auxiliary_data": known("Auxiliary_Data__c"),
        "custom_data": {} if own is None else {own_field: own},
    }


def _dashed(value: Json) -> Json:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return value
