from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata
from pydantic import Field, field_validator, model_validator

from bridge.fixers.by_field import ByField
from bridge.fixers.formed_text import Form, Formed, FormedText
from bridge.fixers.interface import Example
from bridge.model import Risk


class Written(StrEnum):
    """How a number is written."""

    E164 = "e164"
    """`+31612345678`."""
    INTERNATIONAL = "international"
    """`+31 6 12345678`."""
    NATIONAL = "national"
    """`06 12345678` where the number is one of the region; others as international."""


class PhoneForm(Form, frozen=True):
    """What a mapping may say about one field."""

    region: str | None = None
    """In which a number without a country code is meant: two letters of ISO 3166."""
    written: Annotated[Written, Field(alias="format", strict=False)] = Written.E164

    @field_validator("region")
    @classmethod
    def _known(cls, region: str | None) -> str | None:
        if region is not None and region.upper() not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError("must be the two letters of a country, such as NL")
        return region and region.upper()

    @model_validator(mode="after")
    def _national_where_the_nation_is_known(self) -> PhoneForm:
        if self.written is Written.NATIONAL and self.region is None:
            raise ValueError("the national format needs a region")
        return self


class PhoneOptions(ByField[PhoneForm], frozen=True):
    """Field → how its numbers are read and written; `*` stands for every other phone field."""


_SCHEME = re.compile(r"(?:tel|sms|whatsapp):", re.IGNORECASE)
_ONE_NUMBER = re.compile(
    r"\+?[\d\s().\-\u00a0\u2010-\u2015/]{3,40}"
    r"(?P<extension>(?:ext\.?|extension|x|#|;ext=)\s*\d{1,7})?",
    re.IGNORECASE,
)
_FORMATS = {
    Written.E164: phonenumbers.PhoneNumberFormat.E164,
    Written.INTERNATIONAL: phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    Written.NATIONAL: phonenumbers.PhoneNumberFormat.NATIONAL,
}


class Phone(FormedText[PhoneForm]):
    """Write a phone number in one form that tells its country.

    Problem: the same number stands in many forms, so that nothing that compares numbers finds it;
    the field has 40 characters.

    Repair: a number that is valid by the numbering plan of its country is written as E.164
    (`+31612345678`), or in another `format`. A number without a country code is read in the
    `region` that the mapping names, as invented, else not at all. An extension has no place in
    E.164: it is left out, as lossy. What is no valid number stays as it is; with
    `{Field: {else: clear}}` the field is left empty, as lossy. Without options every phone field
    is looked after.
    """

    name = "phone"
    risk = Risk.INVENTED
    Options = PhoneOptions
    field_type = "phone"
    unsaid = PhoneForm()
    beyond_repair = "it is no valid phone number"
    examples = (
        Example(
            says="A number with its country code needs no region.",
            options=None,
            before={"User_Phone_Number__c": "+31 (0)6 12345678"},
            after={"User_Phone_Number__c": "+31612345678"},
        ),
        Example(
            says="One without is read in the region that the mapping names.",
            options={"User_Phone_Number__c": {"region": "NL"}},
            before={"User_Phone_Number__c": "06-12345678"},
            after={"User_Phone_Number__c": "+31612345678"},
        ),
        Example(
            says="As people of the region write it.",
            options={"User_Phone_Number__c": {"region": "NL", "format": "national"}},
            before={"User_Phone_Number__c": "whatsapp:+31612345678"},
            after={"User_Phone_Number__c": "06 12345678"},
        ),
        Example(
            says="What is no valid number is left out where the mapping says so.",
            options={"User_Phone_Number__c": {"region": "NL", "else": "clear"}},
            before={"User_Phone_Number__c": "12345"},
            after={"User_Phone_Number__c": None},
        ),
        Example(
            says="Without a region it could be a number of many countries.",
            options=None,
            before={"User_Phone_Number__c": "06-12345678"},
            after={"User_Phone_Number__c": "06-12345678"},
        ),
    )

    def __init__(self, options: PhoneOptions) -> None:
        super().__init__(options)
        PhoneMetadata.load_all()  # else the library reads a country's plan from disk while it fixes

    def formed(self, text: str, form: PhoneForm) -> Formed | None:
        bare = _SCHEME.sub("", text.strip(), count=1)
        one = _ONE_NUMBER.fullmatch(bare)
        if one is None:
            return None
        try:
            number = phonenumbers.parse(bare, form.region, keep_raw_input=True)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        as_written = _as_written(number, form)
        written = phonenumbers.format_number(number, _FORMATS[as_written])
        why, risk = _said_of_the_country(number, as_written, form)
        if not number.extension or as_written is not Written.E164:
            return Formed(written, why, risk)
        lost = len(one["extension"] or number.extension)
        why = f"{why}; E.164 has no place for the extension"
        return Formed(written, why, Risk.LOSSY if risk is Risk.LOSSLESS else risk, lost)


def _as_written(number: phonenumbers.PhoneNumber, form: PhoneForm) -> Written:
    foreign = phonenumbers.region_code_for_number(number) != form.region
    if form.written is Written.NATIONAL and foreign:
        return Written.INTERNATIONAL
    return form.written


def _said_of_the_country(
    number: phonenumbers.PhoneNumber, as_written: Written, form: PhoneForm
) -> tuple[str, Risk]:
    """Whether the message said it, the mapping alone, or nobody needs to."""
    if number.country_code_source != phonenumbers.CountryCodeSource.FROM_DEFAULT_COUNTRY:
        return "the same number as it is written elsewhere", Risk.LOSSLESS
    if as_written is Written.NATIONAL:
        return f"the same number as it is written in {form.region}", Risk.LOSSLESS
    return f"it names no country and is read as a number of {form.region}", Risk.INVENTED
