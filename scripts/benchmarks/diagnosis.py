"""What reading error texts costs: 100,000 of a morning's kind, and a megabyte of the worst kinds.

Prints CPU time, since a machine may be busy with other things, and ends with 1 where a bound is
exceeded.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from bridge.diagnosis import diagnose

TEXTS = 100_000
LEAST_A_SECOND = 20_000
MEGABYTE = 1_000_000
MOST_MILLISECONDS = 50
TRIES = 3
"""Of a megabyte's; the fastest counts."""

TRIGGER = (
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:Social25.MessageTrigger: execution of AfterInsert\n\n"
    "caused by: System.DmlException: Insert failed. First exception on row {row}; first error: "
)
STACK = (
    "\n\nClass.Social25.Leads.insertAll: line 41, column 1\n"
    "Trigger.Social25.MessageTrigger: line 7, column 1"
)
FLOW = (
    "CANNOT_EXECUTE_FLOW_TRIGGER:We can't save this record because the “New lead” process failed. "
    "Give your Salesforce admin these details. This error occurred when the flow tried to create "
    "records: {inner}. You can look up ExceptionCode values in the SOAP API Developer Guide.:--"
)
KINDS: tuple[Callable[[int], str], ...] = (
    lambda n: (
        f"STRING_TOO_LONG:Text: data value too large: Message {n}: could you tell me when the "
        "parcel will arrive? (max length=80):Social25__Text__c --"
    ),
    lambda n: f"FIELD_CUSTOM_VALIDATION_EXCEPTION:Message {n % 7} exceeds maximum field length.:--",
    lambda n: "FIELD_CUSTOM_VALIDATION_EXCEPTION: Message body exceeds maximum field length.",
    lambda n: "REQUIRED_FIELD_MISSING:Required fields are missing: [Region__c]:Region__c --",
    lambda n: (
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:Medium: bad value for restricted picklist field: "
        f"web{n}:Conversation_Medium__c --"
    ),
    lambda n: (
        "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: "
        f"0015g00000{n:05}AAA:--"
    ),
    lambda n: (
        f"{TRIGGER.format(row=n % 200)}STRING_TOO_LONG, Last Name: data value too large: Test "
        f"Sender {n} (max length=80): [LastName]{STACK}:--"
    ),
    lambda n: (
        f"{TRIGGER.format(row=n % 200)}UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to "
        f"this record: []{STACK}:--"
    ),
    lambda n: FLOW.format(
        inner=f"REQUIRED_FIELD_MISSING: Required fields are missing: [LastName, Field{n % 9}__c]"
    ),
    lambda n: (
        '[{"message":"duplicate value found: Identifier__c duplicates value on record with id: '
        f'a0K5g00000{n:05}","errorCode":"DUPLICATE_VALUE","fields":[]}}]'
    ),
)

WORST = (
    "A", "9", "[", "{", "(", ":", '"', "'", "\\", "\\n", "\n", "<", "&lt;", ": [", "] ", "[A, ",
    '[{"errorCode":', "{'a':", "errorCode='", "first error: CANNOT_EXECUTE_FLOW_TRIGGER, ",
    "UNABLE_TO_LOCK_ROW: ", "UNABLE_TO_LOCK_ROW ", "CODE_A:x:F --\n",
    "x: execution of AfterInsert ",
    "Class.A.b: line 1, column 1\n", "(max length=", "“", "\x1b[", "<errors>", "500 ", "timeout ",
    "a0K5g00000000001 ", "external ID: ", "First exception on row 0\n", "[message] => x\n", "é",
    "&quot;=", ": execution of CANNOT_EXECUTE_FLOW_TRIGGER: ", '[{\\"', "=a,", "+500 ",
)  # fmt: skip
AROUND = (
    ("", ""),
    ("CANNOT_EXECUTE_FLOW_TRIGGER:", ":--"),
    ("errorCode <x ='] => ", ""),
    ("(max length=", "error='(Status Code: "),
)


def texts() -> Iterator[str]:
    return (KINDS[number % len(KINDS)](number) for number in range(TEXTS))


def seconds_for_a_morning() -> float:
    made = list(texts())
    diagnose(made[0])
    start = time.process_time()
    for text in made:
        diagnose(text)
    return time.process_time() - start


def slowest_megabyte() -> tuple[float, str]:
    """The milliseconds that the slowest of them takes, and what it is made of."""
    return max(
        (milliseconds(f"{before}{piece * (MEGABYTE // len(piece))}{behind}"), before + piece)
        for piece in WORST
        for before, behind in AROUND
    )


def milliseconds(text: str) -> float:
    def once() -> float:
        start = time.process_time()
        diagnose(text)
        return time.process_time() - start

    return min(once() for _ in range(TRIES)) * 1_000


def main() -> int:
    spent = seconds_for_a_morning()
    a_second = TEXTS / spent
    slowest, made_of = slowest_megabyte()
    sys.stdout.write(
        f"{TEXTS:,} texts: {spent:.2f} s of CPU, {a_second:,.0f} a second "
        f"(at least {LEAST_A_SECOND:,})\n"
        f"a megabyte: {slowest:.1f} ms at most (of {made_of!r}; at most {MOST_MILLISECONDS})\n"
    )
    return 0 if a_second >= LEAST_A_SECOND and slowest <= MOST_MILLISECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
