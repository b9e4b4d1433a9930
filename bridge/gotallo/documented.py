"""A message as GoTallo's documentation shows it in the shape of a record.

Source: GoTallo's documentation, "Get Failed Syncs": the fields, which are always the same, and the
kinds of values that stand in them. The values are our own.
"""

from __future__ import annotations

from typing import Final

from bridge.model import Record

DOCUMENTED: Final[Record] = {
    "Identifier__c": "92dd772d38bd4d64abf832fe279b189b",
    "External_Identifier__c": "practice-12",
    "Text__c": "Where is my suitcase?",
    "Outbound__c": 0,
    "Media_Title__c": "A picture",
    "File_Type__c": "image",
    "Mime_Type__c": "image/png",
    "Content_Url__c": "https://files.example/12.png",
    "Auxiliary_Data__c": "{}",
    "Agent_Identifier__c": "3f0c7f6f0f6b4a7c9f6e1d2c3b4a5968",
    "Timestamp__c": "2026-11-22T09:16:28Z",
    "Chat_Identifier__c": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
    "Custom_Identifer__c": "12",
    "Conversation_Medium__c": "whatsapp",
    "Conversation_State__c": "OPEN",
    "Platform_Identifier__c": "200000000000012",
    "User_Full_Name__c": "Test Sender 12",
    "User_First_Name__c": "Test",
    "User_Last_Name__c": "Sender 12",
    "User_Phone_Number__c": "+31600000012",
    "User_Gender__c": "female",
    "User_Active__c": 1,
    "User_Locale_GMT_Offset__c": 2,
    "User_Profile_Image_URL__c": {"url": "https://files.example/12.jpg", "type": "image"},
}
"""Every field has a value, so that none looks as if it could be left out."""
