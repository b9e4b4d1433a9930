"""The Salesforce org: tokens, and one typed gateway over simple-salesforce.

Nothing outside this room knows simple-salesforce or requests, or meets one of their exceptions.
"""

from __future__ import annotations

from bridge.salesforce.cli_login import CliLogin, CliToken, cli_logins
from bridge.salesforce.gateway import Org, OrgIdentity
from bridge.salesforce.inserts import (
    MOST_RECORDS,
    Inserted,
    InsertResult,
    RecordError,
    Refused,
)
from bridge.salesforce.rows import FoundRow
from bridge.salesforce.rules import ValidationRule
from bridge.salesforce.tokens import ClientCredentials, StaticToken, Token, TokenSource
from bridge.salesforce.transport import ApiUsage

__all__ = [
    "MOST_RECORDS",
    "ApiUsage",
    "CliLogin",
    "CliToken",
    "ClientCredentials",
    "FoundRow",
    "InsertResult",
    "Inserted",
    "Org",
    "OrgIdentity",
    "RecordError",
    "Refused",
    "StaticToken",
    "Token",
    "TokenSource",
    "ValidationRule",
    "cli_logins",
]
