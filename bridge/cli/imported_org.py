"""What a practice scenario keeps of a real org: fields, bounds, access, rules. No data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bridge.errors import SettingsError, UsageError
from bridge.model import FieldSchema, ObjectSchema
from bridge.practice import Access, Scenario
from bridge.practice.org.customizing import FieldSetting
from bridge.practice.org.objects import REFERABLE, org_objects, short_name
from bridge.practice.org.record_types import RecordTypeSetting
from bridge.practice.org.rules import AnyOf, RuleSetting
from bridge.practice.org.schema import FieldType, SObject
from bridge.salesforce import Org, ValidationRule

_MESSAGE = "Heroku_Message__c"
_MADE_BY_THE_TRIGGER = ("Lead", "Contact", "SocialPost")
_ALIKE = {
    "currency": FieldType.DOUBLE,
    "percent": FieldType.DOUBLE,
    "long": FieldType.INT,
    "combobox": FieldType.PICKLIST,
    "encryptedstring": FieldType.STRING,
    "multipicklist": FieldType.TEXTAREA,
    "date": FieldType.DATETIME,
}
"""Describe types that the practice org treats as another."""
_NOT_SET = frozenset({"OwnerId", "RecordTypeId"})
"""Fields that the practice org has by itself."""
_MASTER = "Master"


@dataclass(frozen=True, slots=True)
class ImportedOrg:
    """A scenario of a real org, and what it could not take over."""

    scenario: Scenario
    left_out: tuple[str, ...]
    """Object and field, of those whose type or target the practice org does not know."""


def import_org(org: Org, object_name: str) -> ImportedOrg:
    """Ask an org for its setup; nothing of its data is read, nothing is written.

    Raises:
        UsageError: it is another object than that of the package.
        SettingsError: the org shows this user no such object.
        OrgError: the org could not be reached, or refused us.
    """
    message = org.schema(object_name)
    base = Scenario(namespace=message.namespace, required_field="")
    if short_name(base, message.name) != _MESSAGE:
        raise UsageError(
            f"{message.name} is not where GoTallo puts messages: that is {_MESSAGE}",
            "Leave --object out. Lead, Contact and SocialPost are in the import anyway.",
        )
    described = [message, *_others(org)]
    usual = {o.name: o for o in org_objects(base)}
    fields = {
        short_name(base, schema.name): settings
        for schema in described
        if schema.name in usual and (settings := dict(_settings(base, schema, usual[schema.name])))
    }
    record_types = dict(_record_types(message))
    rules = [(s, rule) for s in described for rule in org.validation_rules(s.name)]
    allowance = org.daily_api()
    return ImportedOrg(
        Scenario(
            namespace=message.namespace,
            required_field="",
            sandbox=org.identity().sandbox,
            daily_api_requests=allowance.limit if allowance else base.daily_api_requests,
            fields=fields,
            record_types=record_types,
            rules=tuple(_rules(base, rules)),
        ),
        tuple(
            f"{s.name}.{f.name}"
            for s in described
            for f in s.fields
            if not _known(f) and f.name not in _NOT_SET
        ),
    )


def _others(org: Org) -> Iterator[ObjectSchema]:
    for name in _MADE_BY_THE_TRIGGER:
        try:
            yield org.schema(name)
        except SettingsError:  # SocialPost is there only where Social Studio once was
            continue


def _settings(
    base: Scenario, schema: ObjectSchema, usual: SObject
) -> Iterator[tuple[str, FieldSetting]]:
    own = {f.name: f for f in usual.fields}
    for field in schema.fields:
        known = own.get(field.name)
        if not _known(field) or (known and known.set_by_platform) or field.name in _NOT_SET:
            continue
        if known or field.required or schema.name.endswith("__c"):
            setting = _setting(field).fitting()
            usually = setting.base(field.name, known)
            more = setting.beyond(FieldSetting.of(usually))
            if more != FieldSetting() or usually != known:
                same_type = known is not None and known.type is setting.type
                yield (
                    short_name(base, field.name),
                    more if same_type else replace(more, type=setting.type),
                )
    for name, known in own.items():
        if known.createable and schema.get(name) is None and known.nillable:
            yield short_name(base, name), FieldSetting(access=Access.HIDDEN)


def _record_types(message: ObjectSchema) -> Iterator[tuple[str, RecordTypeSetting]]:
    own = [one for one in message.record_types if one.developer_name != _MASTER]
    defaults = [one for one in own if one.default and one.active and one.available]
    for one in own:
        yield (
            one.developer_name,
            RecordTypeSetting(
                label=one.label,
                active=one.active,
                available=one.available,
                default=one in defaults[:1],
            ),
        )


def _known(field: FieldSchema) -> bool:
    return _type(field) is not None


def _type(field: FieldSchema) -> FieldType | None:
    if field.type in _ALIKE:
        return _ALIKE[field.type]
    if not REFERABLE.issuperset(field.reference_to):
        return None
    return FieldType(field.type) if field.type in set(FieldType) else None


def _setting(field: FieldSchema) -> FieldSetting:
    values = field.picklist_values
    active = tuple(v.value for v in values if v.active)
    return FieldSetting(
        type=_type(field),
        label=field.label,
        length=field.length,
        precision=field.precision,
        scale=field.scale,
        digits=field.digits,
        required=field.required,
        unique=field.unique,
        external_id=field.external_id,
        default=field.default if field.default is True or field.default in active else None,
        values=active,
        inactive=tuple(v.value for v in values if not v.active),
        restricted=field.restricted_picklist,
        reference_to=field.reference_to,
        access=Access.EDIT if field.createable else Access.READ,
    )


def _rules(
    base: Scenario, found: list[tuple[ObjectSchema, ValidationRule]]
) -> Iterator[RuleSetting]:
    for schema, rule in found:
        shown_at = schema.get(rule.field) if rule.field else None
        yield RuleSetting(
            name=rule.name,
            sobject=short_name(base, schema.name),
            when=AnyOf(()),
            message=rule.message,
            field=short_name(base, shown_at.name) if shown_at and _known(shown_at) else "",
            active=rule.active,
        )
