"""Policies that decide nothing, by the mapping alone or by what a plan has. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bridge.diagnosis.catalogue import CATALOGUE
from bridge.planning.mapping import MessageMapping
from bridge.planning.nearest import did_you_mean
from bridge.planning.policies import ErrorLike, FieldIs, Policy, Wanted, When, Wildcards
from bridge.planning.yaml_source import read_yaml


def doubts(mapping: MessageMapping) -> tuple[str, ...]:
    """What in a valid mapping looks like a slip, a sentence each with its line.

    It may be none: an org can have a status code that the catalogue does not know.
    """
    return tuple(_doubts(mapping))


def idle_lines(
    mapping_text: str, mapping_name: str, treatments: Collection[str]
) -> tuple[str, ...]:
    """The lines whose policies decided about no message, `my-org.yaml:41` each.

    Args:
        mapping_text: as it was read.
        mapping_name: of its file.
        treatments: of all the messages that there were, in words.
    """
    source = read_yaml(mapping_text, mapping_name)
    causes = source.data.get("causes") if isinstance(source.data, dict) else None
    lines = [
        source.place(("causes", n)).line_of_file
        for n in range(len(causes) if isinstance(causes, list) else 0)
    ]
    return tuple(
        line for line in lines if not any(said.endswith(f"({line})") for said in treatments)
    )


def _doubts(mapping: MessageMapping) -> Iterator[str]:
    for n, policy in enumerate(mapping.policies):
        for pattern in (policy.when.error.code, policy.when.error.outer_code):
            if pattern is not None and not any(map(pattern.match, CATALOGUE)):
                yield f"{policy.place.line_of_file}: {_unknown(pattern.pattern)}"
        before = _shadow(policy, mapping.policies[:n])
        if before is not None:
            yield (
                f"{policy.place.line_of_file}: it never decides, for all that it matches is "
                f"decided at {before.place.line_of_file}"
            )


def _unknown(pattern: str) -> str:
    if any(sign in pattern for sign in "*?"):
        return f"no known status code is like {pattern}"
    return f'no status code "{pattern}" is known{did_you_mean(pattern.upper(), tuple(CATALOGUE))}'


def _shadow(policy: Policy, earlier: Collection[Policy]) -> Policy | None:
    return next((one for one in earlier if _covers(one.when, policy.when)), None)


def _covers(wide: When, narrow: When) -> bool:
    """Whether whatever the one matches is certainly matched by the other too."""
    return _error_covers(wide.error, narrow.error) and all(
        any(_field_covers(part, other) for other in narrow.record) for part in wide.record
    )


def _error_covers(wide: ErrorLike, narrow: ErrorLike) -> bool:
    return (
        wide.kind in {None, narrow.kind}
        and wide.fields <= narrow.fields
        and _pattern_covers(wide.code, narrow.code)
        and _pattern_covers(wide.outer_code, narrow.outer_code)
        and _pattern_covers(wide.object, narrow.object)
        and _pattern_covers(wide.rule, narrow.rule)
        and _pattern_covers(wide.handler, narrow.handler)
        and _pattern_covers(wide.message, narrow.message)
    )


def _pattern_covers(wide: Wildcards | None, narrow: Wildcards | None) -> bool:
    if wide is None:
        return True
    if narrow is None:
        return False
    if set(narrow.pattern).isdisjoint("*?"):
        return wide.match(narrow.pattern)
    return wide.pattern.casefold() == narrow.pattern.casefold() or wide.pattern == "*"


def _field_covers(wide: FieldIs, narrow: FieldIs) -> bool:
    return wide.field.casefold() == narrow.field.casefold() and _value_covers(
        wide.wanted, narrow.wanted
    )


def _value_covers(wide: Wanted, narrow: Wanted) -> bool:
    if isinstance(wide, Wildcards):
        return isinstance(narrow, Wildcards) and _pattern_covers(wide, narrow)
    return type(wide) is type(narrow) and wide == narrow
