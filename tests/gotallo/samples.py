"""Results as GoTallo lists them, of messages that nobody wrote."""

from __future__ import annotations

import json
import uuid
from typing import TypeAlias

Json: TypeAlias = dict[str, object]

KEY = "92dd772d38bd4d64abf832fe279b189b"
ERROR = "FIELD_CUSTOM_VALIDATION_EXCEPTION: Message body exceeds maximum field length."


def key_of(number: int) -> str:
    return uuid.UUID(int=number).hex


def salesforce_result(key: str = KEY, **more: object) -> Json:
    """The documentation's record, under names with the package's prefix."""
    record: Json = {
        "Identifier__c": key,
        "External_Identifier__c": "m_1",
        "Text__c": "A text of 12",
        "Outbound__c": 0,
        "Media_Title__c": "#N/A",
        "File_Type__c": "#N/A",
        "Mime_Type__c": "#N/A",
        "Content_Url__c": "#N/A",
        "Auxiliary_Data__c": "#N/A",
        "Agent_Identifier__c": "#N/A",
        "Timestamp__c": "2019-10-01T09:16:28Z",
        "Chat_Identifier__c": key_of(7),
        "Custom_Identifer__c": "#N/A",
        "Conversation_Medium__c": "facebook",
        "Conversation_State__c": "OPEN",
        "Platform_Identifier__c": "262358007148636",
        "User_Full_Name__c": "Sender 12",
        "User_Active__c": 1,
        "User_Locale_GMT_Offset__c": 2,
        "User_Profile_Image_URL__c": {"url": "https://example.com/12", "type": "image"},
    }
    return {f"Social25__{name}": value for name, value in record.items()} | more


def standard_result(key: str = KEY, **more: object) -> Json:
    """The documentation's example message."""
    message: Json = {
        "id": str(uuid.UUID(key)),
        "ext_identifier": "m_1",
        "agent_id": None,
        "tenant_id": str(uuid.UUID(int=3)),
        "conversation_id": str(uuid.UUID(int=7)),
        "timestamp": "2019-10-01T09:16:28Z",
        "modified_timestamp": "2019-10-01T09:16:28Z",
        "type": "text",
        "status": "sync_failed",
        "outbound": False,
        "text": "A text of 12",
        "log_message": ERROR,
        "file": None,
        "file_type": None,
        "media_title": None,
        "mime_type": None,
        "transcribe_enabled": False,
        "transcribe_in_progress": False,
        "auxiliary_data": None,
        "custom_data": {},
    }
    return message | more


def page(*results: object, count: int | None = None, next_url: str | None = None) -> bytes:
    return json.dumps(
        {
            "count": len(results) if count is None else count,
            "next": next_url,
            "previous": None,
            "results": results,
        }
    ).encode()
