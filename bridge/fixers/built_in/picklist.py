from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, RootModel, field_validator, model_validator

from bridge.fixers import wildcards
from bridge.fixers.by_field import ByField, per_schema
from bridge.fixers.interface import Example, Fixer
from bridge.model import Change, Diagnosis, FieldSchema, ObjectSchema, Record, Risk

_SINGLE, _MULTIPLE = "picklist", "multipicklist"
_SEPARATOR = ";"
_ANY_OTHER = "*"
_WILDCARDS = frozenset("*?")
_HOLD = "hold"
_IN_TABLE = "the picklist does not have it, the mapping's table does"
_NOT_KNOWN = "neither the picklist nor the mapping's table has it"


class Replacement(BaseModel, extra="forbid", frozen=True, strict=True):
    """What becomes of a value: another one, or nothing."""

    value: str | None
    """None where it stays, and a person looks at it."""

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, given: object) -> object:
        """`hold` leaves the value; a picklist's own value of that name is `{value: hold}`."""
        if not isinstance(given, str):
            return given
        return {"value": None if given == _HOLD else given}

    @field_validator("value")
    @classmethod
    def _one_value(cls, value: str | None) -> str | None:
        if value is not None and (not value.strip() or _SEPARATOR in value or value == _ANY_OTHER):
            raise ValueError("must be one value of the picklist, or hold")
        return value


class Replacements(RootModel[dict[str, Replacement]], frozen=True):
    """Value → the picklist's value; under `*` the one for all that the picklist does not have.

    `*` and `?` within a value stand for any characters and for one.
    """

    @field_validator("root")
    @classmethod
    def _lead_to_one_value_each(cls, table: dict[str, Replacement]) -> dict[str, Replacement]:
        folded = [_fold(source) for source in table]
        for source, replacement in table.items():
            if folded.count(_fold(source)) > 1:
                raise ValueError(f'"{source}" is there twice: to a picklist, case is no difference')
            if _fold(source) != _ANY_OTHER and _WILDCARDS.issuperset(_fold(source)):
                raise ValueError(f'"{source}" is no value: "*" stands for any other one')
            target = replacement.value
            if target is not None and _fold(target) in folded and _fold(target) != _fold(source):
                raise ValueError(f'"{source}" becomes "{target}", which is itself replaced')
        return table


class PicklistOptions(ByField[Replacements], frozen=True):
    """Field → what its values become; `*` stands for every other picklist."""


@dataclass(frozen=True, slots=True)
class _Choice:
    value: str
    why: str
    risk: Risk


@dataclass(frozen=True, slots=True)
class _Target:
    field: FieldSchema
    right: frozenset[str]
    """The values that stay as they are."""
    by_value: Mapping[str, _Choice | None]
    """The other values of the table and of the picklist, folded; None for one that is held."""
    by_pattern: Sequence[tuple[re.Pattern[str], _Choice | None]]
    """The table's values with wildcards, in its order."""
    fallback: _Choice | None

    def choice(self, value: str) -> _Choice | None:
        """What replaces the value; None where it stays, for it is right or nothing is known."""
        if value in self.right or not value.strip():
            return None
        folded = _fold(value)
        if folded in self.by_value:
            return self.by_value[folded]
        for pattern, choice in self.by_pattern:
            if pattern.fullmatch(folded):
                return choice
        return self.fallback


class Picklist(Fixer[PicklistOptions]):
    """Replace a value that a picklist does not have by one that it has.

    Problem: a restricted picklist refuses every value that is not active in the org
    (`INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST`); an unrestricted one takes it in and grows.

    Repair: a value of the picklist in other letters (`Facebook` for `facebook`) becomes that value,
    which loses nothing; without options that is all, for every picklist. `{Field: {fb: facebook}}`
    replaces what the table has, as lossy; `"fb*"` has wildcards, and whole values go before them.
    `"*"` alone stands for every other value that the picklist does not have, as invented. The word
    `hold` instead of a value leaves it to a person. An active value is never replaced, and a
    restricted picklist only ever gets one that is active. Several values (`a;b`) are looked at one
    by one.
    """

    name = "picklist"
    risk = Risk.INVENTED
    Options = PicklistOptions
    examples = (
        Example(
            says="The picklist's own letters.",
            options=None,
            before={"Conversation_Medium__c": "Facebook"},
            after={"Conversation_Medium__c": "facebook"},
        ),
        Example(
            says="A value that the table has.",
            options={"Conversation_Medium__c": {"fb": "facebook", "*": "web"}},
            before={"Conversation_Medium__c": "fb"},
            after={"Conversation_Medium__c": "facebook"},
        ),
        Example(
            says="A value that nothing else is known about.",
            options={"Conversation_Medium__c": {"fb": "facebook", "*": "web"}},
            before={"Conversation_Medium__c": "carrier pigeon"},
            after={"Conversation_Medium__c": "web"},
        ),
        Example(
            says="Every value that begins like this.",
            options={"Conversation_Medium__c": {"fb*": "facebook"}},
            before={"Conversation_Medium__c": "FB-Messenger"},
            after={"Conversation_Medium__c": "facebook"},
        ),
        Example(
            says="This one a person should see, whatever happens to the others.",
            options={"Conversation_Medium__c": {"fax*": "hold", "*": "web"}},
            before={"Conversation_Medium__c": "fax-2"},
            after={"Conversation_Medium__c": "fax-2"},
        ),
        Example(
            says="An active value stays.",
            options={"Conversation_Medium__c": {"fb": "facebook", "*": "web"}},
            before={"Conversation_Medium__c": "whatsapp"},
            after={"Conversation_Medium__c": "whatsapp"},
        ),
        Example(
            says="What the table does not know is left to a person.",
            options={"Conversation_Medium__c": {"fb": "facebook"}},
            before={"Conversation_Medium__c": "carrier pigeon"},
            after={"Conversation_Medium__c": "carrier pigeon"},
        ),
    )

    def __init__(self, options: PicklistOptions) -> None:
        super().__init__(options)
        self._targets = per_schema(self._work_out_targets)

    def named_fields(self) -> Iterator[str]:
        return self.options.named_fields()

    def named_values(self, schema: ObjectSchema) -> Iterator[tuple[str, str]]:
        for name in self.named_fields():
            field = schema.get(name)
            active = () if field is None else (c.value for c in field.picklist_values if c.active)
            spelling = {_fold(value): value for value in active}
            for value in _values(self.options.root[name].root):
                yield name, spelling.get(_fold(value), value)

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterable[Change]:
        wrong = [
            (target, value)
            for target in self._targets(schema)
            if isinstance(value := record.get(target.field.name), str) and value not in target.right
        ]
        return self._replaced(wrong) if wrong else ()

    def _replaced(self, wrong: Iterable[tuple[_Target, str]]) -> Iterator[Change]:
        for target, value in wrong:
            choice = _of_several(value, target) if _is_multiple(target) else target.choice(value)
            if choice is not None:
                yield Change(
                    field=target.field.name,
                    before=value,
                    after=choice.value,
                    fixer=self.name,
                    why=choice.why,
                    risk=choice.risk,
                )

    def _work_out_targets(self, schema: ObjectSchema) -> tuple[_Target, ...]:
        return tuple(
            _target(field, replacements.root)
            for field, replacements in self.options.choices(schema, unsaid=Replacements({}))
            if field.type in (_SINGLE, _MULTIPLE)
        )


def _target(field: FieldSchema, table: Mapping[str, Replacement]) -> _Target:
    active = [choice.value for choice in field.picklist_values if choice.active]
    wanted = [] if field.restricted_picklist else _values(table)
    spelling = {_fold(value): value for value in reversed([*active, *wanted])}
    by_value: dict[str, _Choice | None] = {
        folded: _Choice(value, "the picklist has it in these letters", Risk.LOSSLESS)
        for folded, value in spelling.items()
    }
    by_pattern: list[tuple[re.Pattern[str], _Choice | None]] = []
    fallback = None
    for source, replacement in table.items():
        target, folded = replacement.value, _fold(source)
        if target is not None and _fold(target) not in spelling:
            continue
        value = None if target is None else spelling[_fold(target)]
        if folded == _ANY_OTHER:
            fallback = None if value is None else _Choice(value, _NOT_KNOWN, Risk.INVENTED)
        elif folded not in spelling:
            choice = None if value is None else _Choice(value, _IN_TABLE, Risk.LOSSY)
            if _WILDCARDS.isdisjoint(folded):
                by_value[folded] = choice
            else:
                by_pattern.append((wildcards.compiled(folded), choice))
    right = frozenset(active) | frozenset(spelling.values())
    return _Target(field, right, by_value, by_pattern, fallback)


def _values(table: Mapping[str, Replacement]) -> list[str]:
    return [r.value.strip() for r in table.values() if r.value is not None]


def _is_multiple(target: _Target) -> bool:
    return target.field.type == _MULTIPLE


def _of_several(value: str, target: _Target) -> _Choice | None:
    parts = value.split(_SEPARATOR)
    choices = [target.choice(part) for part in parts]
    made = [choice for choice in choices if choice is not None]
    if not made:
        return None
    worst = max(made, key=lambda choice: tuple(Risk).index(choice.risk))
    values = (choice.value if choice else part for part, choice in zip(parts, choices, strict=True))
    return _Choice(_SEPARATOR.join(dict.fromkeys(values)), worst.why, worst.risk)


def _fold(value: str) -> str:
    return value.strip().casefold()
