from __future__ import annotations

import re

from bridge.fixers.addresses import is_address, with_small_domain
from bridge.fixers.by_field import ByField
from bridge.fixers.formed_text import Form, Formed, FormedText
from bridge.fixers.interface import Example
from bridge.model import Risk

_MAILTO = r"(?i:mailto:)?"
_IN_BRACKETS = re.compile(
    rf"(?P<before>[^<>@;]*)<\s*{_MAILTO}(?P<address>[^<>\s?]+)(?P<query>[^<>]*)>(?P<after>.*)",
    re.DOTALL,
)
_BARE = re.compile(rf"{_MAILTO}(?P<address>[^\s,;<>|?]+)(?P<after>.*)", re.DOTALL)
_ALONE = "an address alone, its domain in small letters"
_NOTHING = re.compile(r"[\s,;'\"().<>|]*")


class EmailOptions(ByField[Form], frozen=True):
    """Field → what becomes of text that is no address; `*` stands for every other e-mail field."""


class Email(FormedText[Form]):
    """Bring an e-mail address into the form that the org takes.

    Problem: a sender wrote more than an address, or none (`INVALID_EMAIL_ADDRESS`).

    Repair: white space, `mailto:` and brackets go, the domain gets small letters; that loses
    nothing. Of `Name <address>` the address is kept, of several addresses the first, as lossy.
    What has no address, or one that is too long, stays as it is; with `{Field: {else: clear}}` the
    field is left empty, as lossy. Without options every e-mail field is looked after.
    """

    name = "email"
    risk = Risk.LOSSY
    Options = EmailOptions
    field_type = "email"
    unsaid = Form()
    beyond_repair = "there is no e-mail address in it that fits the field"
    examples = (
        Example(
            says="Only the address is left of a link.",
            options=None,
            before={"User_Email__c": " mailto:sender.12@Example.ORG "},
            after={"User_Email__c": "sender.12@example.org"},
        ),
        Example(
            says="A name before the address is left out.",
            options=None,
            before={"User_Email__c": "Sender 12 <sender.12@example.org>"},
            after={"User_Email__c": "sender.12@example.org"},
        ),
        Example(
            says="The first of several.",
            options=None,
            before={"User_Email__c": "sender.12@example.org; twelve@example.net"},
            after={"User_Email__c": "sender.12@example.org"},
        ),
        Example(
            says="What is no address is left out where the mapping says so.",
            options={"User_Email__c": {"else": "clear"}},
            before={"User_Email__c": "ask me later"},
            after={"User_Email__c": None},
        ),
        Example(
            says="Else it is left to a person.",
            options=None,
            before={"User_Email__c": "ask me later"},
            after={"User_Email__c": "ask me later"},
        ),
        Example(
            says="An address stays as it is written, and so does other text.",
            options=None,
            before={"User_Email__c": "Sender+12@example.org", "Text__c": "<a@example.org>"},
            after={"User_Email__c": "Sender+12@example.org", "Text__c": "<a@example.org>"},
        ),
    )

    def formed(self, text: str, form: Form) -> Formed | None:
        stripped = text.strip()
        if is_address(stripped):
            return Formed(with_small_domain(stripped), _ALONE)
        found = _IN_BRACKETS.fullmatch(stripped) or _BARE.fullmatch(stripped)
        if found is None:
            return None
        address = found["address"].strip("'\"()").rstrip(".,")
        if not is_address(address):
            return None
        written = with_small_domain(address)
        others = (found[name] for name in found.re.groupindex if name != "address")
        left_out = [part for part in others if not _NOTHING.fullmatch(part)]
        if not left_out:
            return Formed(written, _ALONE)
        what = "the first of several addresses" if "@" in found["after"] else "the address alone"
        return Formed(written, f"{what} is kept", Risk.LOSSY, sum(map(len, left_out)))
