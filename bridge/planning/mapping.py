"""The mapping file: what a record should look like, and what to do about each cause."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bridge import fixers
from bridge.errors import MappingError
from bridge.fixers import Fixer
from bridge.model import Diagnosis, Kind, ObjectSchema, Witness
from bridge.planning.downstream import Downstream
from bridge.planning.yaml_source import Path, Place, Plain, YamlSource, read_yaml

_BUILT_IN = "heroku_message.yaml"

AnyFixer: TypeAlias = "Fixer[Any]"


STANDARD_FIELDS = (
    "id",
    "ext_identifier",
    "agent_id",
    "tenant_id",
    "conversation_id",
    "timestamp",
    "modified_timestamp",
    "type",
    "status",
    "outbound",
    "text",
    "file",
    "file_type",
    "media_title",
    "mime_type",
    "transcribe_enabled",
    "transcribe_in_progress",
    "auxiliary_data",
)
"""What GoTallo's standard shape may give a record. Source: its documentation, "Get Failed Syncs";
the error text and the free-form `custom_data` are no fields of a record."""


class Treatment(StrEnum):
    """What the mapping says about a cause, beside naming fixers."""

    RETRY = "retry"
    HOLD = "hold"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class FixerUse:
    """A fixer as a mapping uses it."""

    fixer: AnyFixer
    place: Place


@dataclass(frozen=True, slots=True)
class When:
    """Which failures a policy is for. Each part that is given must match."""

    code: str | None
    kind: Kind | None
    fields: frozenset[str]
    """Without regard to case, and without the package's prefix or with it; the error must name all
    of them."""
    message: str | None
    """A pattern with `*` and `?`, without regard to case."""

    def matches(self, diagnosis: Diagnosis | None) -> bool:
        if diagnosis is None:
            return self == When(None, None, frozenset(), None)
        return (
            (self.code is None or _like(diagnosis.code or "", self.code))
            and (self.kind is None or diagnosis.kind is self.kind)
            and (self.message is None or _like(diagnosis.message, self.message))
            and all(_named(field, diagnosis.fields) for field in self.fields)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do about the failures that `when` matches."""

    when: When
    treatment: Treatment
    note: str
    """A sentence of the mapping's author for whoever looks at a held or skipped one."""
    fixers: tuple[FixerUse, ...]
    place: Place


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
            near = _suggest(self.field, _field_names(schema))
            raise MappingError(
                f'{self.field_place}: {schema.name} has no field "{self.field}"{near}',
                "Mend the name, or give the integration user access to the field "
                "(a field it can't see does not exist for it).",
            )
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

    def policy_for(self, diagnosis: Diagnosis | None) -> Policy | None:
        """The first policy that matches, None where the default applies: try again."""
        return next((p for p in self.policies if p.when.matches(diagnosis)), None)

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
            f'{place}: {schema.name} has no field "{name}"{_suggest(name, _field_names(schema))}'
            for name, place in self._named_fields()
            if schema.get(name) is None
        ]
        if wrong:
            raise MappingError(
                "\n".join(dict.fromkeys(wrong)),
                "Mend the name, or give the integration user access to the field "
                "(a field it can't see does not exist for it).",
            )

    def _named_fields(self) -> Iterator[tuple[str, Place]]:
        for part, name in (
            ("key", self.key),
            ("conversation", self.conversation),
            ("order", self.order),
        ):
            yield name, self.source.place((part,))
        for n, name in enumerate(self.content or ()):
            yield name, self.source.place(("content", n))
        for name in self.from_standard:
            yield name, self.source.key_place(("from_standard", name))
        for use in self.all_fixers():
            for name in use.fixer.named_fields():
                yield name, use.place

    def all_fixers(self) -> Iterator[FixerUse]:
        """Those for every record, then those of the policies, in the file's order."""
        yield from self.fixers
        for policy in self.policies:
            yield from policy.fixers


Options: TypeAlias = "Plain"
FixerEntry: TypeAlias = "str | dict[str, Any]"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _When(_Strict):
    code: str | None = None
    kind: Annotated[Kind | None, Field(strict=False)] = None
    fields: list[str] = []
    message: str | None = None


class _Cause(_Strict):
    when: _When
    then: str | dict[str, Any] | list[FixerEntry]

    @field_validator("then")
    @classmethod
    def _known_word(cls, then: object) -> object:
        if isinstance(then, str) and not then.strip():
            raise ValueError("say what to do: retry, hold, skip or a fixer")
        return then


class _File(_Strict):
    object: str
    key: str
    conversation: str
    order: str
    content: list[str] | None = None
    fixers: list[FixerEntry] = []
    causes: list[_Cause] = []
    from_standard: dict[str, str] = {}
    downstream: dict[str, dict[str, str]] = {}
    witness: Annotated[dict[str, str], Field(min_length=1, max_length=1)] | None = None
    version: Literal[1] = 1


def built_in_mapping() -> FilePath:
    """Where the mapping lies that comes with the program: in the wheel, or in the checkout."""
    package = FilePath(str(resources.files("bridge")))
    packaged = package / "mappings" / _BUILT_IN
    return packaged if packaged.is_file() else package.parent / "mappings" / _BUILT_IN


def read_mapping(path: FilePath) -> MessageMapping:
    """Read and validate a mapping file.

    Raises:
        MappingError: it can't be read, is no YAML, or says something a mapping can't say: one line
            each with file, line and column.
    """
    return parse_mapping(read_mapping_text(path), path.name)


def read_mapping_text(path: FilePath) -> str:
    """Read a mapping file as it stands.

    Raises:
        MappingError: it can't be read, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise MappingError(
            f"The mapping {path} can't be read: {exc.strerror or exc}",
            "Look at --mapping or BRIDGE_MAPPING; without either the built-in mapping is used.",
        ) from exc
    except UnicodeDecodeError as exc:
        raise MappingError(
            f"The mapping {path} is not UTF-8 text (byte {exc.start})", "Save it as UTF-8."
        ) from exc


def parse_mapping(text: str, name: str) -> MessageMapping:
    """Read a mapping from its text; `name` stands in the messages.

    Raises:
        MappingError: see `read_mapping`.
    """
    source = read_yaml(text, name)
    if not isinstance(source.data, dict):
        raise MappingError(
            f"{source.place(())}: a mapping starts with keys such as object: and key:",
            "Start from the built-in mapping: bridge mapping show.",
        )
    try:
        file = _File.model_validate(source.data)
    except ValidationError as exc:
        raise _as_mapping_error(exc, source, ()) from exc
    _refuse_unknown_sources(file.from_standard, source)
    return MessageMapping(
        object=file.object,
        key=file.key,
        conversation=file.conversation,
        order=file.order,
        content=None if file.content is None else tuple(file.content),
        fixers=_fixer_list(file.fixers, source, ("fixers",)),
        policies=tuple(
            _policy(cause, source, ("causes", n)) for n, cause in enumerate(file.causes)
        ),
        from_standard=file.from_standard,
        downstream=file.downstream,
        witness=_witness(file.witness, source),
        text=text,
        source=source,
    )


def _witness(written: Mapping[str, str] | None, source: YamlSource) -> NamedWitness | None:
    for name, field in (written or {}).items():
        path = ("witness", name)
        return NamedWitness(name, field, source.key_place(path), source.place(path))
    return None


def _refuse_unknown_sources(from_standard: Mapping[str, str], source: YamlSource) -> None:
    for field, standard in from_standard.items():
        if standard not in STANDARD_FIELDS:
            place = source.place(("from_standard", field))
            raise MappingError(
                f'{place}: the standard shape has no field "{standard}"'
                f"{_suggest(standard, STANDARD_FIELDS)}",
                f"It has: {', '.join(STANDARD_FIELDS)}.",
            )


def _policy(cause: _Cause, source: YamlSource, path: Path) -> Policy:
    when = When(
        code=cause.when.code,
        kind=cause.when.kind,
        fields=frozenset(name.casefold() for name in cause.when.fields),
        message=cause.when.message,
    )
    treatment, note, used = _then(cause.then, source, (*path, "then"))
    return Policy(when, treatment, note, used, source.place(path))


def _then(
    then: str | dict[str, Any] | list[FixerEntry], source: YamlSource, path: Path
) -> tuple[Treatment, str, tuple[FixerUse, ...]]:
    words = {treatment.value: treatment for treatment in Treatment}
    if isinstance(then, str) and then in words:
        return words[then], "", ()
    if isinstance(then, dict) and len(then) == 1:
        word, note = next(iter(then.items()))
        if word in words and isinstance(note, str):
            return words[word], note, ()
    if isinstance(then, list):
        return Treatment.RETRY, "", _fixer_list(then, source, path)
    if isinstance(then, str):
        return Treatment.RETRY, "", (_use(then, None, source, path, path, tuple(words)),)
    return (
        Treatment.RETRY,
        "",
        tuple(
            _use(name, options, source, (*path, name), (*path, name), tuple(words))
            for name, options in then.items()
        ),
    )


def _fixer_list(
    entries: Sequence[FixerEntry], source: YamlSource, path: Path
) -> tuple[FixerUse, ...]:
    used: list[FixerUse] = []
    for n, entry in enumerate(entries):
        if isinstance(entry, str):
            used.append(_use(entry, None, source, (*path, n), (*path, n)))
            continue
        used.extend(
            _use(name, options, source, (*path, n, name), (*path, n, name))
            for name, options in entry.items()
        )
    return tuple(used)


def _use(
    name: str,
    options: Options,
    source: YamlSource,
    name_path: Path,
    options_path: Path,
    also_known: tuple[str, ...] = (),
) -> FixerUse:
    place = source.key_place(name_path)
    try:
        return FixerUse(fixers.build(name, options), place)
    except fixers.UnknownFixer as exc:
        known = (*fixers.names(), *also_known)
        raise MappingError(
            f'{place}: no fixer is called "{name}"{_suggest(name, known)}',
            f"Known are: {', '.join(known)}.",
        ) from exc
    except fixers.BrokenFixer as exc:
        raise MappingError(f"{place}: {exc.message}", exc.advice) from exc
    except ValidationError as exc:
        raise _as_mapping_error(exc, source, options_path) from exc


def _as_mapping_error(exc: ValidationError, source: YamlSource, base: Path) -> MappingError:
    """One line for each mistake; a union's several complaints about one place become one line."""
    lines: dict[Place, str] = {}
    for error in exc.errors(include_url=False):
        path = (*base, *error["loc"])
        extra = error["type"] == "extra_forbidden"
        place = source.key_place(path) if extra else source.place(path)
        if extra:
            key = str(path[-1])
            says = f'unknown key "{key}"{_suggest(key, _keys_at(error["loc"]))}'
        elif error["type"] == "missing":
            says = f'the key "{error["loc"][-1]}" is missing'
        else:
            says = f"{_where(path)}: {error['msg'].removeprefix('Value error, ')}"
        lines.setdefault(place, f"{place}: {says}")
    return MappingError("\n".join(lines.values()), "Mend the mapping there; nothing was sent.")


def _where(path: Path) -> str:
    return ".".join(str(part) for part in path) or "the mapping"


def _keys_at(location: Sequence[str | int]) -> tuple[str, ...]:
    if "when" in location[:-1]:
        return tuple(_When.model_fields)
    if "causes" in location[:-1]:
        return tuple(_Cause.model_fields)
    if len(location) == 1:
        return tuple(_File.model_fields)
    return ()


def _field_names(schema: ObjectSchema) -> tuple[str, ...]:
    return tuple(schema.short(field.name) for field in schema.fields)


def _suggest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f', did you mean "{near[0]}"?' if near else ""


def _named(field: str, names: Sequence[str]) -> bool:
    """Whether one of the names is this field's, with its package's prefix or without."""
    return any(name.casefold() == field or name.casefold().endswith(f"__{field}") for name in names)


def _like(text: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(text.casefold(), pattern.casefold())
