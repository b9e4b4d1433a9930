from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bridge.fixers.by_field import ByField
from bridge.fixers.formed_text import Form, Formed, FormedText
from bridge.fixers.interface import Example
from bridge.model import Risk


class Scheme(StrEnum):
    """What is put before an address that begins with a host."""

    HTTPS = "https"
    HTTP = "http"


class UrlForm(Form, frozen=True):
    """What a mapping may say about one field."""

    scheme: Annotated[Scheme, Field(strict=False)] = Scheme.HTTPS


class UrlOptions(ByField[UrlForm], frozen=True):
    """Field → how its addresses are written; `*` stands for every other URL field."""


_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_HOST = re.compile(
    rf"(?P<host>(?:{_LABEL}\.)+(?P<last>[^\W\d_][\w-]*[^\W_]))(?::\d{{1,5}})?(?P<path>[/?#].*)?"
)
_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?://[^\s/].*|[^\s/]\S*)", re.IGNORECASE)
_SEVERAL = re.compile(r"\s(?:[a-z][a-z0-9+.-]*://|www\.)", re.IGNORECASE)
_ENDINGS_OF_FILES = frozenset({
    "7z", "aac", "amr", "avi", "bmp", "csv", "doc", "docx", "gif", "gz", "heic", "htm",
    "html", "ics", "jpeg", "jpg", "json", "log", "m4a", "mkv", "mov", "mp3", "mp4", "mpeg",
    "mpg", "oga", "ogg", "opus", "pdf", "png", "ppt", "pptx", "rar", "rtf", "svg", "tar",
    "tif", "tiff", "txt", "vcf", "wav", "webm", "webp", "xls", "xlsx", "xml", "zip",
})  # fmt: skip
"""`photo.jpg` has the form of a host, and is none."""


class Url(FormedText[UrlForm]):
    """Write an address of the web so that it can be opened.

    Problem: an address without its scheme, or with spaces in it, is shown and can't be opened; one
    that is too long for its field is refused (`STRING_TOO_LONG`), and half of it leads nowhere.

    Repair: white space and brackets around it go, `https://` is put before a host (`http://` with
    `{Field: {scheme: http}}`), a space within becomes `%20`; that loses nothing. It is never cut.
    What is no address, or one that is too long, stays as it is; with `{Field: {else: clear}}` the
    field is left empty, as lossy. Without options every URL field is looked after.
    """

    name = "url"
    risk = Risk.LOSSY
    Options = UrlOptions
    field_type = "url"
    unsaid = UrlForm()
    beyond_repair = "there is no address of the web in it that fits the field"
    examples = (
        Example(
            says="An address that begins with its host.",
            options=None,
            before={"Content_Url__c": " www.example.org/7 "},
            after={"Content_Url__c": "https://www.example.org/7"},
        ),
        Example(
            says="A space within.",
            options=None,
            before={"Content_Url__c": "https://files.example/my file.pdf"},
            after={"Content_Url__c": "https://files.example/my%20file.pdf"},
        ),
        Example(
            says="One that is too long is left out where the mapping says so, and never cut.",
            options={"Content_Url__c": {"else": "clear"}},
            before={"Content_Url__c": "https://files.example/" + 60 * "long/"},
            after={"Content_Url__c": None},
        ),
        Example(
            says="The name of a file is no address.",
            options=None,
            before={"Content_Url__c": "photo.jpg"},
            after={"Content_Url__c": "photo.jpg"},
        ),
        Example(
            says="An address that can be opened stays as it is written.",
            options={"*": {"scheme": "http"}},
            before={"Content_Url__c": "ftp://files.example/7"},
            after={"Content_Url__c": "ftp://files.example/7"},
        ),
    )

    def formed(self, text: str, form: UrlForm) -> Formed | None:
        bare = text.strip().removeprefix("<").removesuffix(">").strip()
        if _SEVERAL.search(bare) or any(mark in bare for mark in "\t\n\v\f\r"):
            return None
        opened = _opened(bare, form)
        if opened is None:
            return None
        return Formed(opened.replace(" ", "%20"), "an address that can be opened")


def _opened(text: str, form: UrlForm) -> str | None:
    """With its scheme; None where it is no address."""
    host = _HOST.fullmatch(text)
    if host is not None:
        a_file = host["path"] is None and host["last"].lower() in _ENDINGS_OF_FILES
        named = host["host"].lower().startswith("www.")
        return f"{form.scheme}://{text}" if named or not a_file else None
    return text if _WITH_SCHEME.fullmatch(text) else None
