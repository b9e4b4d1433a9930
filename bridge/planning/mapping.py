"""The mapping: what a record should look like, and what to do about each cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bridge.errors import MappingError
from bridge.model import NUMBER_TYPES, PICKLIST_TYPES, TEXT_TYPES, ObjectSchema, Witness
from bridge.planning.downstream import Downstream
from bridge.planning.nearest import no_such_field
from bridge.planning.policies import FieldIs, FixerUse, Policy, Wanted, Wildcards
from bridge.planning.yaml_source import Place, YamlSource

_HOLDS = {
    "boolean": "true or false",
    **dict.fromkeys(NUMBER_TYPES, "a number"),
    **dict.fromkeys(TEXT_TYPES | PICKLIST_TYPES, "text"),
}
"""What a policy may ask of a field, by describe type; of any other type, anything."""
_MEND = (
    "Mend the name, or give the integration user access to the field "
    "(a field it can't see does not exist for it)."
)


@dataclass(frozen=True, slots=True)
class NamedWitness:
    """A witness as a mapping names it."""

    object: str
    field: str
    object_place: Place
    field_place: Place

    def found_in(self, schema: ObjectSchema) -> Witness:
        """The witness under the org's own names, where rows of it can be asked for by key.

        Raises:
            MappingError: with the place, where they can't.
        """
        if not schema.queryable:
            raise MappingError(
                f"{self.object_place}: this user may not read {schema.name}",
                "Grant the integration user read on it, or leave out the witness.",
            )
        field = schema.get(self.field)
        if field is None:
            raise MappingError(f"{self.field_place}: {no_such_field(schema, self.field)}", _MEND)
        if not field.filterable or not field.is_text:
            raise MappingError(
                f"{self.field_place}: rows of {schema.name} can't be asked for by {field.name}",
                "Name a text field of it that holds the message's key and can be filtered.",
            )
        return Witness(schema.name, field.name)


@dataclass(frozen=True, slots=True)
class MessageMapping:
    """A mapping file, read and validated."""

    object: str
    key: str
    """The field that holds the message's identifier."""
    conversation: str
    """The field whose value makes messages one conversation."""
    order: str
    """The field that orders the messages of a conversation in time."""
    content: tuple[str, ...] | None
    """The fields that make a message another one when they change at the source; None for all."""
    fixers: tuple[FixerUse, ...]
    policies: tuple[Policy, ...]
    from_standard: Mapping[str, str]
    """Field of the record → field of GoTallo's standard shape, for a message that only that has."""
    downstream: Downstream
    """The fields of the records that triggers make, and the message's field that fills each."""
    witness: NamedWitness | None
    """What shows that a message was there, though its own row is gone."""
    text: str
    """The file as it was read."""
    source: YamlSource

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def may_heal(self) -> bool:
        """Whether it names fixers for a cause, which a refused record may be repaired with."""
        return any(policy.fixers for policy in self.policies)

    def check_against(self, schema: ObjectSchema) -> None:
        """Refuse a mapping that names fields which the org does not have.

        Raises:
            MappingError: with the place of each such name and the nearest name that exists.
        """
        wrong = [
            f"{place}: {no_such_field(schema, name)}"
            for name, place in self._named_fields()
            if schema.get(name) is None
        ]
        if wrong:
            raise MappingError("\n".join(dict.fromkeys(wrong)), _MEND)
        misread = [
            f"{part.place}: {part.field} holds {holds}, and this is {_in_words(part.wanted)}"
            for part in self._fields_of_policies()
            if (holds := _holds_otherwise(part, schema)) is not None
        ]
        if misread:
            raise MappingError(
                "\n".join(misread),
                "Put a text in quotes, and nothing else: YAML reads a bare yes, no, on and off as "
                "true and false.",
            )

    def filled_fields(self) -> tuple[str, ...]:
        """The fields that it names and that a record may be sent with, each once, as written."""
        of_fixers = (name for use in self.all_fixers() for name in use.fixer.named_fields())
        named = (self.key, self.conversation, self.order, *self.from_standard, *of_fixers)
        return tuple(dict.fromkeys(named))

    def _named_fields(self) -> Iterator[tuple[str, Place]]:
        for part, name in (
            ("key", self.key),
            ("conversation", self.conversation),
            ("order", self.order),
        ):
            yield name, self.source.place((part,))
        for n, name in enumerate(self.content or ()):
            yield name, self.source.place(("content", n))
        for wanted in self._fields_of_policies():
            yield wanted.field, wanted.place
        for name in self.from_standard:
            yield name, self.source.key_place(("from_standard", name))
        for use in self.all_fixers():
            for name in use.fixer.named_fields():
                yield name, use.place

    def _fields_of_policies(self) -> Iterator[FieldIs]:
        for policy in self.policies:
            yield from policy.when.record

    def all_fixers(self) -> Iterator[FixerUse]:
        """Those for every record, then those of the policies, in the file's order."""
        yield from self.fixers
        for policy in self.policies:
            yield from policy.fixers


def _holds_otherwise(part: FieldIs, schema: ObjectSchema) -> str | None:
    """What a field holds instead of what a policy asks of it, None where it may hold that."""
    field = schema.get(part.field)
    holds = None if field is None else _HOLDS.get(field.type)
    return None if part.wanted is None or holds == _kind(part.wanted) else holds


def _kind(wanted: Wanted) -> str:
    match wanted:
        case Wildcards():
            return "text"
        case bool():
            return "true or false"
        case _:
            return "a number"


def _in_words(wanted: Wanted) -> str:
    if isinstance(wanted, Wildcards):
        return f'the text "{wanted.pattern}"'
    return f"read as {str(wanted).lower()}"
