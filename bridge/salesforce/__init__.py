"""The Salesforce org: tokens, and one typed gateway over simple-salesforce.

Nothing outside this room knows simple-salesforce or requests, or meets one of their exceptions.
"""

from __future__ import annotations

from bridge.salesforce.cli_login import CliLogin, CliToken, cli_logins
from bridge.salesforce.client_credentials import ClientCredentials
from bridge.salesforce.gateway import Org, OrgIdentity
from bridge.salesforce.inserts import (
    MOST_RECORDS,
    Inserted,
    InsertResult,
    RecordError,
    Refused,
)
from bridge.salesforce.jwt_login import JwtLogin
from bridge.salesforce.rows import FoundRow
from bridge.salesforce.rules import ValidationRule
from bridge.salesforce.token_endpoint import Reach
from bridge.salesforce.tokens import StaticToken, Token, TokenSource
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
    "JwtLogin",
    "Org",
    "OrgIdentity",
    "Reach",
    "RecordError",
    "Refused",
    "StaticToken",
    "Token",
    "TokenSource",
    "ValidationRule",
    "cli_logins",
]
