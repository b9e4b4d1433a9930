from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bridge.practice import PracticeServer
from tests.practice.clients import node


def test_the_salesforce_cli_logs_in_shows_queries_creates_and_reads(
    practice: PracticeServer, tmp_path: Path
) -> None:
    node.need("@salesforce/cli")
    token = practice.environment["SF_ACCESS_TOKEN"]

    def sf(*arguments: str) -> Any:
        output = node.run(
            str(node.MODULES / "@salesforce/cli/bin/run.js"),
            *arguments,
            HOME=str(tmp_path),
            SF_ACCESS_TOKEN=token,
            SF_DISABLE_TELEMETRY="true",
            SF_AUTOUPDATE_DISABLE="true",
            SF_SKIP_NEW_VERSION_CHECK="true",
            SF_USE_GENERIC_UNIX_KEYCHAIN="true",
            **node.trusting(practice.environment),
        )
        return json.loads(output)

    login = sf("org", "login", "access-token", "--instance-url", practice.origin, "--no-prompt",
               "--set-default", "--json")  # fmt: skip
    username = login["result"]["username"]
    assert username == "integration.user@practice.example"
    of_org = ("--target-org", username)

    display = sf("org", "display", *of_org, "--json")["result"]
    assert display["instanceUrl"].rstrip("/") == practice.origin
    assert display["username"] == username
    shown = sf("org", "auth", "show-access-token", *of_org, "--json")
    assert shown["result"]["accessToken"] == token

    lead = "LastName='Test Sender' Company=c"
    created = sf("data", "create", "record", "-s", "Lead", "-v", lead, *of_org, "--json")
    row_id = created["result"]["id"]
    found = sf("data", "query", "-q", "SELECT id, LastName FROM Lead ORDER BY id DESC LIMIT 1",
               *of_org, "--json")  # fmt: skip
    assert found["result"]["records"][0]["Id"] == row_id
    read = sf("data", "get", "record", "-s", "Lead", "-i", row_id, *of_org, "--json")
    assert read["result"]["LastName"] == "Test Sender"
    limits = sf("api", "request", "rest", "/services/data/v62.0/limits", *of_org)
    assert limits["DailyApiRequests"]["Max"] == 100_000
