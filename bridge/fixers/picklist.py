from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ConfigDict, RootModel, field_validator

from bridge.fixers.by_field import ByField, PerSchema
from bridge.fixers.interface import Example, Fixer
from bridge.model import Change, Diagnosis, FieldSchema, ObjectSchema, Record, Risk

_SINGLE, _MULTIPLE = "picklist", "multipicklist"
_SEPARATOR = ";"
_ANY_OTHER = "*"


class Replacements(RootModel[dict[str, str]]):
    """Value → the picklist's value; under `*` the one for all that the picklist does not have."""

    model_config = ConfigDict(frozen=True, strict=True)

    @field_validator("root")
    @classmethod
    def _lead_to_one_value_each(cls, table: dict[str, str]) -> dict[str, str]:
        folded = [_fold(source) for source in table]
        for source, target in table.items():
            if folded.count(_fold(source)) > 1:
                raise ValueError(f'"{source}" is there twice: to a picklist, case is no difference')
            if not target.strip() or _SEPARATOR in target or target == _ANY_OTHER:
                raise ValueError(f'"{source}" must become one value of the picklist')
            if _fold(target) in folded and _fold(target) != _fold(source):
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
    by_value: Mapping[str, _Choice]
    """The other values of the table and of the picklist, folded."""
    fallback: _Choice | None

    def choice(self, value: str) -> _Choice | None:
        """What replaces the value; None where it stays, for it is right or nothing is known."""
        if value in self.right or not value.strip():
            return None
        return self.by_value.get(_fold(value), self.fallback)


class Picklist(Fixer[PicklistOptions]):
    """Replace a value that a picklist does not have by one that it has.

    Problem: a restricted picklist refuses every value that is not active in the org
    (`INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST`); an unrestricted one takes it in and grows.

    Repair: a value of the picklist in other letters (`Facebook` for `facebook`) becomes that value,
    which loses nothing; without options that is all, for every picklist. `{Field: {fb: facebook}}`
    replaces what the table has, as lossy; `"*"` in the table stands for every other value that the
    picklist does not have, as invented. An active value is never replaced, and a restricted
    picklist only ever gets one that is active. Several values (`a;b`) are looked at one by one.
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
        self._targets = PerSchema(self._work_out_targets)

    def named_fields(self) -> Iterator[str]:
        return self.options.named_fields()

    def fix(
        self, record: Record, schema: ObjectSchema, diagnosis: Diagnosis | None
    ) -> Iterator[Change]:
        for target in self._targets(schema):
            value = record.get(target.field.name)
            if not isinstance(value, str) or value in target.right:
                continue
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


def _target(field: FieldSchema, table: Mapping[str, str]) -> _Target:
    active = [choice.value for choice in field.picklist_values if choice.active]
    wanted = [] if field.restricted_picklist else [target.strip() for target in table.values()]
    spelling = {_fold(value): value for value in reversed([*active, *wanted])}
    by_value = {
        folded: _Choice(value, "the picklist has it in these letters", Risk.LOSSLESS)
        for folded, value in spelling.items()
    }
    for source, target in table.items():
        if _fold(target) in spelling and _fold(source) not in spelling:
            by_value[_fold(source)] = _Choice(
                spelling[_fold(target)],
                "the picklist does not have it, the mapping's table does",
                Risk.LOSSY,
            )
    unknown = by_value.pop(_ANY_OTHER, None)
    fallback = unknown and _Choice(
        unknown.value, "neither the picklist nor the mapping's table has it", Risk.INVENTED
    )
    return _Target(field, frozenset(active) | frozenset(spelling.values()), by_value, fallback)


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
