"""Which failures share one root.

The root is told by its code and its fields. Where these do not tell it, its words do, without what
differs from message to message: `wording`.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from typing import Final

from bridge.diagnosis.catalogue import MAY_QUOTE, kind_of
from bridge.diagnosis.words import LIMIT, start_of_cut_value
from bridge.model import Cause, Diagnosis, Kind

BY_FIELDS: Final = 1
"""Version of an id that stands on code and fields, and of a rule on its message as it came."""
BY_WORDING: Final = 2
"""Version of an id that stands on the words too, values taken out, or on the kind that they decided
and the object that they name.

A version is part of the id, so that a better fingerprint never gives an old id another sense.
"""

_ID_DIGITS: Final = 6
_ROOTS: Final = 1_024
"""How many roots' ids are kept: thousands of texts may have one."""
_VALUE: Final = "VALUE"
_LONGEST: Final = 1_000
"""How many characters of a wording count."""

_TOLD_BY_WORDS: Final = frozenset({Kind.DATA, Kind.ADMIN, Kind.UNKNOWN})
"""Kinds of which one code has several roots, which only the words tell where no field does."""

_MONTH: Final = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    "|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY: Final = "(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
_VARYING: Final = (
    (re.compile(r"https?://[^\s<>\"']+"), "URL"),
    (re.compile(r"[^\s@:<>()\[\]\"']{1,64}@[^\s@:<>()\[\]\"']{1,190}"), "ADDRESS"),
    (re.compile(r"“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|「[^「」]*」|‘[^‘’]*’(?!\w)"), "QUOTED"),
    (re.compile(r"\"(?![^\"]*__[a-z]\")[^\"]*\""), "QUOTED"),
    (re.compile(r"(?<!\w)'(?!\w+__[a-z]')[^']*'(?!\w)"), "QUOTED"),
    (re.compile(r"(?<!\w)[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}(?!\w)"), "UUID"),
    (re.compile(r"(?<!\w)(?=[A-Za-z]{0,17}\d)[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?(?!\w)"), "ID"),
    (re.compile(r"(?<!\w)(?:0x[0-9a-fA-F]+|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,})(?!\w)"), "HEX"),
    (re.compile(rf"(?<!\w)(?:{_DAY},?\s)?(?:\d\d?\.?\s{_MONTH}|{_MONTH}\.?\s\d\d?)(?!\w)"), "DATE"),
    (re.compile(r"(?<=\d)\s?[AaPp][Mm](?!\w)"), ""),
    (
        re.compile(
            r"(?<!\w)-?\d+(?:[.,]\d+)*(?=[A-Za-z]{1,2}(?!\w))|(?<!\w)-?\d[\d.,:/T+-]*Z?(?!\w)"
        ),
        "NUMBER",
    ),
)
"""What differs from message to message, in the order in which it is taken out."""


def cause_of(diagnosis: Diagnosis | None) -> Cause:
    """Name the cause that a failure belongs to; None is a failure without any error text.

    One code and one set of fields are one cause. The words count too where there is no code, where
    the code only says that a trigger, a flow or a rule refused the record, and where what is wrong
    with the record or the org has no field to it. An object that the message names is part of it:
    that of a duplicate is told by some channels alone.
    """
    if diagnosis is None:
        return Cause(_id(BY_FIELDS, "no error text"), None, (), Kind.UNKNOWN, "")
    fields = tuple(sorted(diagnosis.fields))
    version, words = _words(diagnosis)
    identity = _id(version, diagnosis.code, fields, words)
    return Cause(identity, diagnosis.code, fields, diagnosis.kind, diagnosis.message)


def wording(message: str, value: str | None = None, code: str | None = None) -> str:
    """A message without its values: ids, numbers, dates, addresses, and whatever is quoted."""
    if value:
        message = _without_value(message, value)
    elif (start := start_of_cut_value(code, message)) is not None:
        message = message[:start] + _VALUE
    message = message[:_LONGEST]
    for pattern, word in _VARYING:
        message = pattern.sub(word, message)
    return " ".join(message.split())


def _without_value(message: str, value: str) -> str:
    """The message without the quoted value: at its end, in front of the limit, or after a colon."""
    head, limit, behind = message.rpartition(f" {LIMIT}")
    quoting = head.rstrip()
    if quoting.endswith(value):
        return f"{quoting.removesuffix(value)}{_VALUE}{limit}{behind}"
    before, found, behind = message.rpartition(f": {value} ")
    if found:
        return f"{before}: {_VALUE} {behind}"
    if message.endswith(value):
        return message.removesuffix(value) + _VALUE
    start = message.find(value[:_LONGEST])
    return message[:start] + _VALUE if start >= 0 and len(value) > _LONGEST else message


def _words(diagnosis: Diagnosis) -> tuple[int, str | None]:
    if diagnosis.kind is Kind.RULE:
        as_it_came = " ".join(diagnosis.message.split())
        words = wording(diagnosis.message)
        return (BY_FIELDS, as_it_came) if words == as_it_came else (BY_WORDING, words)
    unnamed = not diagnosis.fields and diagnosis.kind in _TOLD_BY_WORDS
    if diagnosis.code is None or diagnosis.code in MAY_QUOTE or unnamed:
        return BY_WORDING, wording(diagnosis.message, diagnosis.value, diagnosis.code)
    told = [diagnosis.kind.value] if diagnosis.kind is not kind_of(diagnosis.code, "") else []
    if diagnosis.object is not None and diagnosis.kind is not Kind.DUPLICATE:
        told.append(diagnosis.object)
    return (BY_WORDING, " of ".join(told)) if told else (BY_FIELDS, None)


@lru_cache(_ROOTS)
def _id(version: int, *root: str | tuple[str, ...] | None) -> str:
    canonical = json.dumps([version, *root], separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:_ID_DIGITS]
