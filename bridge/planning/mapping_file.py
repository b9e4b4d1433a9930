"""Reads a mapping file: from YAML text to a mapping, or to each mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path as FilePath

from pydantic import ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema

from bridge import fixers
from bridge.errors import MappingError
from bridge.planning.mapping import MessageMapping, NamedWitness
from bridge.planning.mapping_form import CauseForm, FixerEntry, MappingForm, Then, keys_at
from bridge.planning.mistakes import mapping_error, options_keys
from bridge.planning.nearest import did_you_mean
from bridge.planning.policies import (
    ErrorLike,
    FieldIs,
    FixerUse,
    Policy,
    Treatment,
    Wanted,
    When,
    Wildcards,
)
from bridge.planning.text_file import read_text
from bridge.planning.yaml_source import (
    LONGEST_FILE,
    Path,
    Plain,
    YamlSource,
    read_yaml,
)

_BUILT_IN = "heroku_message.yaml"
_BY_SETTING = "Look at --mapping or BRIDGE_MAPPING; without either the built-in mapping is used."
_OF_A_SCENARIO = frozenset(
    {"seed", "size", "faults", "namespace", "required_field", "rules", "text_length"}
)
"""Keys of the practice org's files, which no mapping has."""
_MEND = "Mend the mapping there."
_DEVELOPER_NAME = re.compile(
    r"(?=.*[a-z])[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+|([A-Z][a-z0-9]+){2,}", re.ASCII
)
"""As `No_Links` and `NoLinks`: no word of a sentence."""

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


def built_in_mapping() -> FilePath:
    """Where the mapping lies that is used when nobody names another."""
    return shipped_folder() / _BUILT_IN


def shipped_folder() -> FilePath:
    """Where the mappings lie that come with the program: in the wheel, or in the checkout."""
    package = FilePath(str(resources.files("bridge")))
    packaged = package / "mappings"
    return packaged if packaged.is_dir() else package.parent / "mappings"


def shipped_file(name: str) -> FilePath:
    """A file that comes with the program: `example_org`, `example_org.cases`.

    Raises:
        MappingError: there is none of that name.
    """
    files = {path.stem: path for path in sorted(shipped_folder().iterdir())}
    if name not in files:
        raise MappingError(
            f'No mapping called "{name}" comes with the program{did_you_mean(name, list(files))}',
            f"There are: {', '.join(files)}.",
        )
    return files[name]


def read_mapping(path: FilePath, advice: str = _BY_SETTING) -> MessageMapping:
    """Read and validate a mapping file.

    Args:
        path: of the file.
        advice: for a file that can't be read.

    Raises:
        MappingError: it can't be read, is no YAML, or says something a mapping can't say: one line
            each with file, line and column.
    """
    return parse_mapping(read_mapping_text(path, advice), path.name)


def read_mapping_text(path: FilePath, advice: str = _BY_SETTING) -> str:
    """Read a mapping file as it stands.

    Raises:
        MappingError: it can't be read, is too large, or is no text.
    """
    return read_text(path, LONGEST_FILE, "mapping", advice)


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
    if "object" not in source.data and not _OF_A_SCENARIO.isdisjoint(source.data):
        raise MappingError(
            f"{source.place(())}: this is a scenario of the practice org, no mapping",
            "Start a mapping by bridge mapping show; bridge practice serve --scenario takes this.",
        )
    try:
        file = MappingForm.model_validate(source.data)
    except ValidationError as exc:
        raise mapping_error(exc, source, (), keys_at, _MEND) from exc
    _refuse_unknown_sources(file.from_standard, source)
    return MessageMapping(
        object=file.object,
        key=file.key,
        conversation=file.conversation,
        order=file.order,
        content=None if file.content is None else tuple(file.content),
        fixers=_fixer_list(file.fixers, source, ("fixers",)),
        policies=tuple(
            _policy(cause, file.platform, source, ("causes", n))
            for n, cause in enumerate(file.causes)
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
                f"{did_you_mean(standard, STANDARD_FIELDS)}",
                f"It has: {', '.join(STANDARD_FIELDS)}.",
            )


def _policy(cause: CauseForm, platform: str | None, source: YamlSource, path: Path) -> Policy:
    treatment, note, used = _then(cause.then, source, (*path, "then"))
    _refuse_name_of_rule(cause.when.rule, source, (*path, "when", "rule"))
    error = ErrorLike(
        code=_wildcards(cause.when.code),
        outer_code=_wildcards(cause.when.outer_code),
        kind=cause.when.kind,
        fields=frozenset(name.casefold() for name in cause.when.fields),
        object=_wildcards(cause.when.object),
        rule=_wildcards(cause.when.rule),
        handler=_wildcards(cause.when.handler),
        message=_wildcards(cause.when.message),
    )
    record = tuple(_fields_are(cause, platform, source, (*path, "when")))
    return Policy(When(error, record), treatment, note, used, source.place(path))


def _refuse_name_of_rule(rule: str | None, source: YamlSource, path: Path) -> None:
    """An error has the rule's message alone; a plan shows its name, which would never match."""
    if rule is not None and _DEVELOPER_NAME.fullmatch(rule):
        raise MappingError(
            f'{source.place(path)}: "{rule}" looks like a rule\'s name; rule: takes its message',
            'Write the message that the rule shows, such as rule: "Links are not allowed*". If '
            f'this is the message, write "{rule}*".',
        )


def _fields_are(
    cause: CauseForm, platform: str | None, source: YamlSource, path: Path
) -> Iterator[FieldIs]:
    wanted = cause.when.platform
    if wanted is not None:
        if platform is None:
            raise MappingError(
                f"{source.key_place((*path, 'platform'))}: nothing says which field holds the "
                "platform",
                "Name it at the top of the mapping, such as platform: Conversation_Medium__c.",
            )
        yield FieldIs(platform, Wildcards(wanted), source.place(("platform",)))
    for field, value in cause.when.record.items():
        yield FieldIs(field, _wanted(value), source.key_place((*path, "record", field)))


def _wanted(value: str | bool | int | float | None) -> Wanted:
    return Wildcards(value) if isinstance(value, str) else value


def _wildcards(pattern: str | None) -> Wildcards | None:
    return None if pattern is None else Wildcards(pattern)


def _then(
    then: Then, source: YamlSource, path: Path
) -> tuple[Treatment, str, tuple[FixerUse, ...]]:
    words = {treatment.value: treatment for treatment in Treatment}
    if isinstance(then, str) and then in words:
        return words[then], "", ()
    if isinstance(then, dict):
        alone = next((name for name in then if name in words), None)
        if alone is not None:
            return words[alone], _note(then, alone, source, path), ()
    if isinstance(then, list):
        for n, entry in enumerate(then):
            word = next(iter(entry), "") if isinstance(entry, dict) else entry
            if word in words:
                raise MappingError(
                    f'{source.key_place((*path, n))}: "{word}" stands alone, and this is a list',
                    f"Write then: {word}, or name fixers in the list and nothing else.",
                )
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


def _note(then: Mapping[str, Plain], word: str, source: YamlSource, path: Path) -> str:
    place, note = source.key_place((*path, word)), then[word]
    if len(then) > 1:
        raise MappingError(
            f'{place}: "{word}" stands alone, and there is more beside it',
            f"Write then: {word}, or name fixers and nothing else.",
        )
    if not isinstance(note, str):
        raise MappingError(
            f'{place}: what stands behind "{word}" is a note, which must be text',
            f'Put it in quotation marks, such as {word}: "Look at it first.", or leave it out.',
        )
    return note


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
    options: Plain,
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
            f'{place}: no fixer is called "{name}"{did_you_mean(name, known)}',
            f"Known are: {', '.join(known)}.",
        ) from exc
    except fixers.BrokenFixer as exc:
        raise MappingError(f"{place}: {exc.message}", exc.advice) from exc
    except ValidationError as exc:
        known = _known_options(name)
        raise mapping_error(exc, source, options_path, lambda _: known, _MEND) from exc


def _known_options(name: str) -> tuple[str, ...]:
    try:
        return tuple(options_keys(fixers.find(name).Options.model_json_schema()))
    except PydanticInvalidForJsonSchema:
        return ()
