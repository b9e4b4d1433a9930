from __future__ import annotations

import json
from pathlib import Path

from bridge.practice import Operation, PracticeServer, Scenario
from tests.practice.clients import node
from tests.practice.conftest import DAY, Start, a_message

MESSAGE = "Social25__Heroku_Message__c"
FLOW = Path(__file__).parent / "jsforce_flow.mjs"


def rows_file(folder: Path) -> Path:
    two_hundred = [a_message(n) for n in range(200)]
    two_hundred[7] |= {"Social25__Text__c": "x" * 401}
    rows = {
        "twoHundred": two_hundred,
        "fourHundredFifty": [a_message(n) for n in range(1000, 1450)],
        "upserted": a_message(5000),
    }
    path = folder / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_jsforce_logs_in_writes_reads_and_upserts(start: Start, tmp_path: Path) -> None:
    node.need("jsforce")
    practice: PracticeServer = start(Scenario(day=DAY, size=0, extra_rows=1600))
    output = node.run(
        str(FLOW),
        practice.origin,
        practice.environment["SF_ACCESS_TOKEN"],
        MESSAGE,
        str(rows_file(tmp_path)),
        NODE_MODULES=str(node.MODULES),
        **node.trusting(practice.environment),
    )
    seen = json.loads(output)
    assert seen["username"] == "integration.user@practice.example"
    assert seen["key"] == "Social25__Identifier__c"
    assert seen["lead"]["success"] is True
    refused = [n for n, result in enumerate(seen["twoHundred"]) if not result["success"]]
    assert refused == [7]
    assert seen["twoHundred"][7]["errors"][0]["statusCode"] == "STRING_TOO_LONG"
    assert len({result["id"] for result in seen["threeCalls"]}) == 450
    assert [a.records for a in practice.requests.of(Operation.INSERT)] == [200, 200, 200, 50]
    assert (seen["first"]["created"], seen["again"]["created"]) == (True, False)
    assert seen["first"]["id"] == seen["again"]["id"]
    assert (seen["pages"], seen["total"]) == ([2000, 250], 2250)
    assert seen["found"]["Id"] == seen["twoHundred"][0]["id"]
    assert seen["usage"]["limit"] == 100_000
    assert not practice.requests.of(Operation.UNKNOWN)
