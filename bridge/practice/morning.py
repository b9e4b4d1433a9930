"""The seeded morning: messages, and what the org said when GoTallo inserted them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import TypeAlias

from bridge.practice.gotallo import GoTallo
from bridge.practice.org.errors import SaveError, ValueRefused
from bridge.practice.org.objects import MEDIA, REGIONS
from bridge.practice.org.org import Org
from bridge.practice.org.save import NotSaved
from bridge.practice.org.schema import SObject
from bridge.practice.org.values import BULK_NULL, Json, bulk_row
from bridge.practice.scenario import MorningCause, Scenario

Record: TypeAlias = dict[str, Json]

_FIRST_SECOND = 300
_LAST_SECOND = 86_000
_PAUSE_BEFORE_FAILURE = dt.timedelta(seconds=7)
_STAYS_IN_CONVERSATION = 0.6
_OPEN_CONVERSATIONS = 12


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the morning."""

    record: Record
    """As GoTallo inserts it; field names without the prefix."""
    sent_at: dt.datetime
    cause: MorningCause | None
    """Why it fails; None for one that the org takes at once."""


def play(scenario: Scenario, day: dt.date, org: Org, gotallo: GoTallo) -> None:
    """Let GoTallo insert the morning's messages: what the org refuses is listed as failed."""
    gate = org if scenario.message_object else _before_uninstall(scenario, day)
    sobject = gate.message_sobject()
    for message in messages(scenario, day):
        error = _insert_as_gotallo(gate, sobject, message)
        if error:
            gotallo.add_failure(
                message.record, error.as_bulk_text(), message.sent_at + _PAUSE_BEFORE_FAILURE
            )
    org.forget_firings()


def _before_uninstall(scenario: Scenario, day: dt.date) -> Org:
    """The org as it was when the failures happened, where the package is gone by now."""
    since = dt.datetime.combine(day, dt.time(), dt.UTC)
    return Org(replace(scenario, message_object=True), since)


def _insert_as_gotallo(org: Org, sobject: SObject, message: Message) -> SaveError | None:
    try:
        row = bulk_row(sobject, {_column(org, k): v for k, v in message.record.items()})
    except ValueRefused as refusal:
        return refusal.error

    def insert(locked: frozenset[int] = frozenset()) -> SaveError | None:
        (result,) = org.insert(sobject, [row], locked=locked, created=message.sent_at)
        return result.errors[0] if isinstance(result, NotSaved) else None

    lock = frozenset({0})
    match message.cause:
        case MorningCause.ROW_LOCK:
            return insert(lock)
        case MorningCause.IN_ORG_ALREADY if org.key_unique:
            return insert() or insert()
        case MorningCause.IN_ORG_ALREADY:
            first_error = insert(lock)
            insert()
            return first_error
        case _:
            return insert()


def _column(org: Org, name: str) -> str:
    return name if name == org.scenario.required_field else org.field(name)


def messages(scenario: Scenario, day: dt.date) -> Iterator[Message]:
    """The morning's messages in time order; the same scenario and day give the same ones."""
    random = Random(f"{scenario.seed} {day.isoformat()}")
    causes: list[MorningCause | None] = [None] * scenario.extra_rows
    for failing, number in scenario.counts.items():
        causes += [failing] * number
    random.shuffle(causes)
    seconds = sorted(random.choices(range(_FIRST_SECOND, _LAST_SECOND), k=len(causes)))
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    conversations = _conversations(scenario, random)
    for cause, second in zip(causes, seconds, strict=True):
        sent_at = midnight + dt.timedelta(seconds=second)
        record = _ordinary(random, next(conversations), sent_at)
        if cause is not None:
            _AILMENTS[cause](record, random, scenario)
        yield Message(record, sent_at, cause)


def _conversations(scenario: Scenario, random: Random) -> Iterator[Record]:
    """Whose turn it is: conversations side by side, each with one sender on one medium."""
    going_on: list[Record] = []
    for begun in count(1):
        while going_on and random.random() < _STAYS_IN_CONVERSATION:
            yield random.choice(going_on)
        going_on = [*going_on, _conversation(begun, scenario, random)][-_OPEN_CONVERSATIONS:]
        yield going_on[-1]


def _conversation(number: int, scenario: Scenario, random: Random) -> Record:
    sender = f"Sender {number}"
    own = {scenario.required_field: random.choice(REGIONS)} if scenario.required_field else {}
    return {
        "Chat_Identifier__c": _hex_id(random),
        "Conversation_Medium__c": random.choice(MEDIA),
        "Conversation_State__c": random.choice(("OPEN", "CLOSED")),
        "Platform_Identifier__c": str(random.randrange(10**14, 10**15)),
        "User_Full_Name__c": f"Test {sender}",
        "User_First_Name__c": "Test",
        "User_Last_Name__c": sender,
        "User_Phone_Number__c": f"+1555{number:07d}",
        "User_Email__c": BULK_NULL,
        "User_Gender__c": random.choice(("female", "male", BULK_NULL)),
        "User_Active__c": 1,
        "User_Locale_GMT_Offset__c": random.choice((-5, 0, 1, 2, 5.5)),
        "User_Profile_Image_URL__c": {
            "url": f"https://images.example/{number}.jpg",
            "etag": f"{random.getrandbits(32):08x}",
            "path": f"/{number}.jpg",
            "type": "image/jpeg",
            "title": sender,
        },
        **own,
    }


def _ordinary(random: Random, conversation: Record, sent_at: dt.datetime) -> Record:
    """A message that the org takes."""
    outbound = random.random() < 0.3
    return {
        "Identifier__c": _hex_id(random),
        "External_Identifier__c": f"mid.{random.getrandbits(48):012x}",
        "Text__c": _sentences(random, random.randint(1, 3)),
        "Outbound__c": int(outbound),
        "Media_Title__c": BULK_NULL,
        "File_Type__c": BULK_NULL,
        "Mime_Type__c": BULK_NULL,
        "Content_Url__c": BULK_NULL,
        "Auxiliary_Data__c": BULK_NULL,
        "Agent_Identifier__c": _hex_id(random) if outbound else BULK_NULL,
        "Timestamp__c": f"{sent_at:%Y-%m-%dT%H:%M:%SZ}",
        "Custom_Identifer__c": BULK_NULL,
        **conversation,
    }


def _hex_id(random: Random) -> str:
    return uuid.UUID(int=random.getrandbits(128), version=4).hex


_SENTENCES = (
    "Could you tell me when the parcel will arrive?",
    "Thank you, that was quick! 👍",
    "The blue one, please; the handle of the other is broken.",
    "Ich hätte gern ein größeres Zimmer, falls möglich.",
    "我想更改明天的预订。",
    "We'll be three adults and a child 👨‍👩‍👧.",
    "The invoice says 1,240.00, but I ordered only one.",
    "See you on Monday 😀",
)


def _sentences(random: Random, number: int) -> str:
    return " ".join(random.choices(_SENTENCES, k=number))


def _with_link(record: Record, random: Random, _scenario: Scenario) -> None:
    page = random.randrange(1000)
    record["Text__c"] = f"{_sentences(random, 1)} See https://shop.example/orders/{page}"


def _without_agent(record: Record, _random: Random, _scenario: Scenario) -> None:
    record |= {"Outbound__c": 1, "Agent_Identifier__c": BULK_NULL}


def _too_long(record: Record, random: Random, scenario: Scenario) -> None:
    limit = scenario.text_limit
    record["Text__c"] = random.choice((_long_prose, _just_too_many_emoji, _just_too_many_lines))(
        random, limit
    )


def _long_prose(random: Random, limit: int) -> str:
    paragraphs = [_sentences(random, 3)]
    while sum(map(len, paragraphs)) <= limit * random.uniform(1.1, 1.6):
        paragraphs.append(_sentences(random, 3))
    return "\n\n".join(paragraphs)


def _just_too_many_emoji(_random: Random, limit: int) -> str:
    """Short enough in characters, too long in UTF-16 units."""
    return "😀" * (limit // 2 + 1)


def _just_too_many_lines(_random: Random, limit: int) -> str:
    """Short enough until each line break counts two."""
    return "\n".join(["yes"] * (limit // 5 + 2))


def _long_name(record: Record, random: Random, _scenario: Scenario) -> None:
    record["User_Full_Name__c"] = (
        f"{record['User_Full_Name__c']}, speaking for the association of those who test long "
        f"names on Mondays, room {random.randrange(100)}"
    )


def _no_name(record: Record, _random: Random, _scenario: Scenario) -> None:
    record |= dict.fromkeys(
        ("User_Full_Name__c", "User_First_Name__c", "User_Last_Name__c"), BULK_NULL
    )


def _unknown_medium(record: Record, random: Random, _scenario: Scenario) -> None:
    record["Conversation_Medium__c"] = random.choice(("fb", "fb", "googleplus"))


def _no_region(record: Record, _random: Random, scenario: Scenario) -> None:
    if scenario.required_field:
        record[scenario.required_field] = BULK_NULL


def _with_email(record: Record, random: Random, _scenario: Scenario) -> None:
    record["User_Email__c"] = f"sender{random.randrange(1000)}@mail.example"


def _bad_number(record: Record, _random: Random, _scenario: Scenario) -> None:
    record["User_Locale_GMT_Offset__c"] = "UTC+2"


def _big_number(record: Record, _random: Random, _scenario: Scenario) -> None:
    record["User_Locale_GMT_Offset__c"] = 7200


def _as_it_is(_record: Record, _random: Random, _scenario: Scenario) -> None:
    """What fails is not the message."""


_AILMENTS: Mapping[MorningCause, Callable[[Record, Random, Scenario], None]] = {
    MorningCause.LINK_RULE: _with_link,
    MorningCause.AGENT_RULE: _without_agent,
    MorningCause.LONG_TEXT: _too_long,
    MorningCause.LONG_NAME: _long_name,
    MorningCause.NO_NAME: _no_name,
    MorningCause.UNKNOWN_MEDIUM: _unknown_medium,
    MorningCause.NO_REGION: _no_region,
    MorningCause.NO_EMAIL_ACCESS: _with_email,
    MorningCause.BAD_NUMBER: _bad_number,
    MorningCause.BIG_NUMBER: _big_number,
    MorningCause.IN_ORG_ALREADY: _as_it_is,
    MorningCause.ROW_LOCK: _as_it_is,
}
