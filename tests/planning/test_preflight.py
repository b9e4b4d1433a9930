"""What a plan calls ready passes the org's data checks; what it holds, they refuse."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

import pytest

from bridge.model import Decision, FailedMessage, Item, Origin, Value
from bridge.planning import Planner, built_in_mapping, parse_mapping, read_mapping
from bridge.planning.check import check
from bridge.practice import Scenario
from bridge.practice.org.customizing import FieldSetting
from bridge.practice.org.describe import describe_object
from bridge.practice.org.errors import RequestRefused
from bridge.practice.org.org import USER_ID, Org
from bridge.practice.org.save import NotSaved
from bridge.practice.org.schema import Access, Field, FieldType
from bridge.practice.org.triggers import TriggerSetting
from bridge.salesforce.describe import parse_object

DESCRIBES, RECORDS, SHARDS = 500, 20, 5
"""Together 10,000 cases."""
NO_FIXERS = parse_mapping(
    "object: Heroku_Message__c\nkey: Identifier__c\nconversation: Chat_Identifier__c\n"
    "order: Timestamp__c\n",
    "bare.yaml",
)
BUILT_IN = read_mapping(built_in_mapping())

TEXTS = (
    *(
        "",
        " ",
        "\t\n",
        "\x00",
        "\x1f\x7f",
        "a",
        "ab",
        " ab ",
        "a\nb",
        "a\r\nb\rc",
        "#N/A",
        "0",
        "1",
    ),
    *("red", "RED", " red ", "blue", "green", "pink", "red;green", "yes", "true", "False"),
    *("a@b.example", "A.b+c@d-e.example", "a@b", "a b@c.example", "a@b.c", "ä@b.example"),
    *("<a@b.example>", "a@b.example, c@d.example", "a@b..example", "@b.example", "a@-b.example1"),
    *(USER_ID, USER_ID[:15], "005000000000000", "none of ours", "0055g0000", "é" * 15),
    *("2019-10-01", "2019-10-01T09:16:28Z", "2019-10-01 09:16:28", "2019-10-01T09:16:28.1234567Z"),
    *("20191001", "2019-W40-2", "1699-12-31T23:59:59Z", "4000-12-31T23:59:59-01:00", "24:00"),
    *("0001-01-01T00:00:00+14:00", "2019-10-01T09:16:28+0200", "2019-10-01T09:16Z", "1569921388"),
    *("1.5", "1,5", " 7 ", "1e3", "-0", "NaN", "Infinity", "1_000", "٣", "007", "999.995"),
    *("https://x.example/a b", "www.x.example", "+31 20 555 01 23", "0205550123"),
    *(
        "😀",
        "👩‍🚀",
        "e\u0301",
        "\u200d",
        "漢" * 7,
        "\u00a0",
        "x\u00a0",
        "a\u0000b",
        "<b>x</b>",
    ),
)
NUMBERS = (0, 1, -1, 7, 99, 100, 999, 1000, 0.5, 99.99, 99.995, 1e15, 1e22, 2.0, -0.0, 123456789)


NESTED: tuple[Value, ...] = ({"url": "https://x.example"}, {}, [], ["a", 1], [None])


@dataclass(frozen=True)
class Case:
    """One record that was planned, and what the org says to it."""

    item: Item
    refused: tuple[str, ...]
    """The codes under which the org refuses the planned record."""


def some_text(random: Random, limit: int) -> str:
    """A text about as long as the field holds, of characters that count differently."""
    alphabet = random.choice(["ab", "a\n", "aé漢", "a😀", "a \t", string.printable])
    return "".join(random.choices(alphabet, k=max(0, limit + random.randint(-3, 3))))


SUITING: Mapping[FieldType, tuple[Value, ...]] = {
    FieldType.BOOLEAN: (True, False, 0, 1, "1", "false"),
    FieldType.DATETIME: ("2019-10-01T09:16:28Z", "2019-10-01 09:16:28", "2019-10-01", None),
    FieldType.DOUBLE: (0, 1, 7, 0.5, "0.5", "7", -1),
    FieldType.EMAIL: ("a@b.example", "A.b+c@d-e.example", " "),
    FieldType.INT: (0, 1, 7, "7", 2.0),
    FieldType.PICKLIST: ("red", "RED", " green", "#N/A", ""),
    FieldType.REFERENCE: (USER_ID, USER_ID[:15], None),
}
"""Values that a field of the type takes, mostly, or takes once they are repaired."""


def any_value(random: Random, limit: int) -> Value:
    match random.randrange(10):
        case 0 | 1 | 2 | 3:
            return random.choice(TEXTS)
        case 4 | 5:
            return some_text(random, min(limit, 300))
        case 6 | 7:
            return random.choice(NUMBERS)
        case 8:
            return random.choice([True, False, None])
        case _:
            return random.choice(NESTED)


def some_value(random: Random, field: Field, oddity: float) -> Value:
    """A value for the field; with this chance one that nobody thought of its type."""
    if random.random() < oddity:
        return any_value(random, field.length)
    suiting = SUITING.get(field.type)
    return random.choice(suiting) if suiting else some_text(random, min(field.length, 30) - 2)


def some_field(random: Random) -> FieldSetting:
    kind = random.choice([t for t in FieldType if t is not FieldType.ID])
    chance = random.random
    precision = random.randint(1, 18)
    area = kind is FieldType.TEXTAREA
    setting = FieldSetting(
        type=kind,
        length=random.randint(1, 400 if area else 60),
        precision=precision,
        scale=random.randint(0, precision),
        digits=random.randint(1, 9),
        values=("red", "green"),
        inactive=("blue",),
        restricted=chance() < 0.7,
        reference_to=("User",),
        required=kind is not FieldType.BOOLEAN and chance() < 0.2,
        access=random.choice([Access.EDIT] * 8 + [Access.READ, Access.HIDDEN]),
    ).fitting()
    return replace(setting, access=Access.EDIT) if setting.required else setting


def some_org(random: Random) -> Org:
    fields = {f"F{n}__c": some_field(random) for n in range(random.randint(1, 8))}
    scenario = Scenario(
        namespace=random.choice(["", "Social25"]),
        required_field="",
        text_length=random.randint(1, 400),
        rules=(),
        trigger=TriggerSetting(name="None", creates={}),
        fields={"Heroku_Message__c": fields},
    )
    return Org(scenario, dt.datetime(2026, 11, 22, tzinfo=dt.UTC))


def some_message(random: Random, org: Org, number: int) -> FailedMessage:
    key = f"{number:032x}"
    oddity = random.choice([0, 0, 0.1, 0.4])
    fields = [f for f in org.message_sobject().fields if f.createable or random.random() < oddity]
    given = random.sample(fields, random.randint(0, 9))
    record: dict[str, Value] = {
        "Chat_Identifier__c": "c" * 32,
        "User_Full_Name__c": "Test Sender 12",
        **{f.name.removeprefix("Social25__"): some_value(random, f, oddity) for f in given},
        "Identifier__c": key,
    }
    if random.random() < oddity / 4:
        record["Unheard_Of__c"] = "x"
    return FailedMessage(key, record, {}, None, Origin.SALESFORCE, "{}")


def verdict(org: Org, record: Mapping[str, Value]) -> tuple[str, ...]:
    """The codes of the org's data checks; what only the data in the org decides is left out."""
    sobject = org.message_sobject()
    try:
        row = org.reader(sobject).row(record)
    except RequestRefused as refused:
        return (refused.code,)
    (result,) = org.insert(sobject, [row])
    if not isinstance(result, NotSaved):
        return ()
    return tuple(e.code for e in result.errors if e.code != "INVALID_CROSS_REFERENCE_KEY")


def cases(random: Random, planner: Planner, org: Org) -> list[Case]:
    items = (planner.plan(some_message(random, org, number)) for number in range(RECORDS))
    return [Case(item, verdict(org, item.record)) for item in items]


def planner_for(org: Org, random: Random) -> Planner:
    schema = parse_object(describe_object(org.message_sobject(), "v62.0"), "describe")
    return Planner(random.choice([NO_FIXERS, BUILT_IN]), schema)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_org_takes_what_a_plan_calls_ready_and_refuses_what_it_holds(shard: int) -> None:
    ready = 0
    for number in range(DESCRIBES // SHARDS):
        random = Random(f"{shard}.{number}")
        org = some_org(random)
        planner = planner_for(org, random)
        for case in cases(random, planner, org):
            if case.item.decision is Decision.READY:
                ready += 1
                assert not case.refused, (case, number)
                continue
            problems = check(case.item.record, planner.schema)
            foreseen = {problem.code for problem in problems} - {None}
            assert not foreseen or foreseen & set(case.refused), (problems, case, number)
    assert ready > RECORDS * DESCRIBES // SHARDS // 5
