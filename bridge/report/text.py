r"""Makes foreign text fit to be shown: on one line, harmless to a terminal, bounded.

What a person can't see is written out: a line break as ⏎, an escape as `\x1b`, a mark that turns
the writing direction as `\u202e`. Lengths are in terminal cells.
"""

from __future__ import annotations

import bisect
import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import regex
from pydantic import JsonValue
from rich.cells import cell_len

ELLIPSIS: Final = "…"
LINE_BREAK: Final = "⏎"
SPACE: Final = "␣"
LEAST_ROOM: Final = 32
"""Room that `difference` needs so that the place itself is always in sight."""

_Marking: TypeAlias = Callable[[str, str, str], str]
"""Shows what differs, given what stands before it, itself, and what stands behind it."""

_UNSEEN = regex.compile(
    r"(?<=[\p{L}\p{M}])[\u200C\u200D](?=\p{L})(*SKIP)(*FAIL)"  # joins letters in many scripts
    r"|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D"
    r"(?=\p{Extended_Pictographic})(*SKIP)(*FAIL)"  # joins emoji
    r"|[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]"
)
_NOTHING_BUT_SPACES = regex.compile(r"\A\p{Zs}+\Z")
_SPACES_IN_FRONT = regex.compile(r"\A\p{Zs}+")
_SPACES_BEHIND = regex.compile(r"\p{Zs}+\Z")
_IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text around the place where it differs from another."""

    head: str
    differing: str
    tail: str

    def __str__(self) -> str:
        return self.head + self.differing + self.tail


@dataclass(frozen=True, slots=True)
class Difference:
    """Two texts around the place where they differ, shown so that they look different."""

    before: Excerpt
    after: Excerpt


def visible(text: str) -> str:
    """The text on one line, with nothing in it that a terminal would act on or hide."""
    return _UNSEEN.sub(lambda match: _written_out(match.group()), text)


def shortened(text: str, room: int) -> str:
    """The visible text, cut with an ellipsis where it is longer than `room` cells."""
    if len(text) <= 2 * room and cell_len(shown := visible(text)) <= room:
        return shown
    return _start_of(text, room - 1) + ELLIPSIS if room > 0 else ""


def literal(value: JsonValue) -> str:
    """A value as JSON would write it, and `nothing` for null: a text is told from a number."""
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def difference(before: JsonValue, after: JsonValue, room: int) -> Difference:
    """Show where two values differ, each on one line of at most `room` cells.

    Two texts are shown as they are, with white space at the difference made visible; other values
    are shown as JSON. Values that look alike although they are not are shown with every character
    outside of ASCII written out.

    Args:
        before: a value.
        after: another one.
        room: at least `LEAST_ROOM`.
    """
    if isinstance(before, str) and isinstance(after, str):
        old, new = before, after
    else:
        old, new = literal(before), literal(after)
    shown = _around(old, new, room, _marked)
    if _looks_alike(str(shown.before), str(shown.after)):
        shown = _around(_in_ascii(old), _in_ascii(new), room, _unmarked)
    return shown


def _around(old: str, new: str, room: int, mark: _Marking) -> Difference:
    prefix = _common_start(old, new)
    suffix = _common_start(old[prefix:][::-1], new[prefix:][::-1])
    head, tail = old[:prefix], old[len(old) - suffix :]
    removed, added = old[prefix : len(old) - suffix], new[prefix : len(new) - suffix]
    return Difference(
        before=_excerpt(head, mark(head, removed, tail), tail, room),
        after=_excerpt(head, mark(head, added, tail), tail, room),
    )


def _excerpt(head: str, differing: str, tail: str, room: int) -> Excerpt:
    """As much of the three as fits: of the head its end, of the others their start."""
    before = _end_of(head, room * 2 // 5)
    left = room - cell_len(before)
    here = shortened(differing, left - (left // 3 if tail else 0))
    return Excerpt(before, here, shortened(tail, left - cell_len(here)))


def _end_of(text: str, room: int) -> str:
    pieces = _pieces(text[-2 * room :])
    if len(text) <= 2 * room and cell_len("".join(pieces)) <= room:
        return "".join(pieces)
    return ELLIPSIS + "".join(pieces[len(pieces) - _most(pieces[::-1], room - 1) :])


def _start_of(text: str, room: int) -> str:
    pieces = _pieces(text[: 2 * room])
    return "".join(pieces[: _most(pieces, room)])


def _most(pieces: Sequence[str], room: int) -> int:
    """How many of the first pieces fit."""
    lengths = range(len(pieces) + 1)
    return bisect.bisect_right(lengths, room, key=lambda n: cell_len("".join(pieces[:n]))) - 1


def _pieces(text: str) -> list[str]:
    """What each character is shown as."""
    unseen = {match.start() for match in _UNSEEN.finditer(text)}
    return [_written_out(char) if at in unseen else char for at, char in enumerate(text)]


def _written_out(char: str) -> str:
    return LINE_BREAK if char == "\n" else _in_ascii(char)


def _in_ascii(text: str) -> str:
    r"""Each text in a spelling of its own; a `\` in it is doubled."""
    return text.encode("unicode_escape").decode("ascii")


def _marked(head: str, differing: str, tail: str) -> str:
    """White space made visible where it is all that differs, or ends the whole text."""
    if _NOTHING_BUT_SPACES.match(differing):
        return _with_seen_spaces(differing)
    if not head:
        differing = _SPACES_IN_FRONT.sub(lambda m: _with_seen_spaces(m.group()), differing)
    if not tail:
        differing = _SPACES_BEHIND.sub(lambda m: _with_seen_spaces(m.group()), differing)
    return differing


def _unmarked(head: str, differing: str, tail: str) -> str:
    return differing


def _with_seen_spaces(spaces: str) -> str:
    return "".join(SPACE if space == " " else _in_ascii(space) for space in spaces)


def _looks_alike(one: str, other: str) -> bool:
    return _seen(one) == _seen(other)


def _seen(text: str) -> str:
    return _IGNORABLE.sub("", unicodedata.normalize("NFC", text))


def _common_start(one: str, other: str) -> int:
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)
