"""What the practice org itself costs: 10,000 rows through Collections, by simple-salesforce.

Prints the server process's CPU seconds, and ends with 1 where they are above the bound: speed
figures of the bridge are to measure the bridge.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection

import requests
from simple_salesforce.api import Salesforce

from bridge.practice import PracticeServer, Scenario

ROWS = 10_000
CHUNK = 200
MOST_CPU_SECONDS = 1.5


def serve(pipe: Connection) -> None:
    """Serve in this process; tell its CPU time whenever asked, until the pipe is closed."""
    with PracticeServer(Scenario(size=0, extra_rows=0)) as practice:
        pipe.send(dict(practice.environment))
        try:
            while True:
                pipe.recv()
                pipe.send((time.process_time(), len(practice.org.messages())))
        except EOFError:
            return


def insert_all(environment: Mapping[str, str]) -> None:
    with requests.Session() as session:
        session.verify = environment["BRIDGE_CA_BUNDLE"]
        session.trust_env = False
        salesforce = Salesforce(
            session_id=environment["SF_ACCESS_TOKEN"],
            instance_url=environment["SF_ORG_INSTANCE_URL"],
            session=session,
            version="62.0",
        )
        for start in range(0, ROWS, CHUNK):
            records = [message(number) for number in range(start, start + CHUNK)]
            salesforce.restful(
                "composite/sobjects", method="POST", json={"allOrNone": False, "records": records}
            )


def message(number: int) -> dict[str, object]:
    fields: dict[str, object] = {
        "Identifier__c": f"{number:032x}",
        "Text__c": f"Message {number}: could you tell me when the parcel will arrive?",
        "Outbound__c": False,
        "Timestamp__c": "2026-11-22T09:16:28Z",
        "Chat_Identifier__c": f"{number // 8:032x}",
        "Conversation_Medium__c": "whatsapp",
        "Conversation_State__c": "OPEN",
        "Platform_Identifier__c": f"{10**14 + number}",
        "User_Full_Name__c": f"Test Sender {number}",
        "User_First_Name__c": "Test",
        "User_Last_Name__c": f"Sender {number}",
        "User_Phone_Number__c": f"+1555{number:07d}",
        "User_Active__c": True,
        "User_Locale_GMT_Offset__c": 2,
    }
    named = {f"Social25__{name}": value for name, value in fields.items()}
    return {"attributes": {"type": "Social25__Heroku_Message__c"}, "Region__c": "EMEA", **named}


def main() -> int:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs,))
    server.start()
    theirs.close()
    environment = ours.recv()
    ours.send("now")
    before, _ = ours.recv()
    started = time.perf_counter()
    insert_all(environment)
    elapsed = time.perf_counter() - started
    ours.send("now")
    after, stored = ours.recv()
    ours.close()
    server.join()
    cpu = after - before
    sys.stdout.write(
        f"{stored:,} rows, {ROWS // CHUNK} calls: {cpu:.2f} s of server CPU "
        f"(at most {MOST_CPU_SECONDS}), {elapsed:.2f} s in all\n"
    )
    return 0 if stored == ROWS and cpu <= MOST_CPU_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
