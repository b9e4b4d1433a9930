"""The file: its frame, the policy that lets nothing else in, and its data."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import resources
from string import Template
from typing import Final

from pydantic import JsonValue

from bridge.report.handout import Handout
from bridge.report.html.messages import messages_of
from bridge.report.html.summary import summary, title

_ESCAPES: Final = {
    ord(char): f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\u2028", "\u2029", "\u0085")
}


def html_page(handout: Handout) -> str:
    """One HTML document with a run, every message of it, and a way through them.

    Its policy allows its own script and its own styles by their hashes and nothing else, so that
    nothing in a message can run, load or send anything.
    """
    style, script = _own("report.css"), _own("report.js")
    return Template(_own("template.html")).substitute(
        policy=_policy(style, script),
        title=title(handout.document.run),
        style=style,
        summary=summary(handout),
        data=json_in_html(messages_of(handout)),
        script=script,
    )


def json_in_html(value: JsonValue) -> str:
    """JSON that ends no element of HTML: every `<`, `>` and `&` of a text is written out."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _own(name: str) -> str:
    return (resources.files("bridge.report.html") / name).read_text("utf-8")
