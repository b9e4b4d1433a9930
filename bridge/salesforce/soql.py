"""Queries by key, built so that no value can leave its quotation marks and no URL is too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote_plus

from bridge.errors import UsageError

URL_BUDGET = 12_000
"""Bytes of a query, percent-encoded, in a URL.

The platform takes 16,384 bytes for the URI, and the same for URI and headers together ("REST API
Limits" in the REST API Developer Guide); a token of the JWT form is long, so room is left.
"""

_ESCAPES = str.maketrans(
    {
        "\\": r"\\",
        "'": r"\'",
        '"': r"\"",
        "\n": r"\n",
        "\r": r"\r",
        "\t": r"\t",
        "\b": r"\b",
        "\f": r"\f",
    }
)
"""Source: "Quoted String Escape Sequences" in the SOQL and SOSL Reference."""


def literal(value: str) -> str:
    """The value as SOQL text.

    Raises:
        UsageError: it is empty, which SOQL reads as null and would match rows of any message, or
            it holds half a surrogate pair, which no URL can carry.
    """
    if not value:
        raise UsageError("An empty key can't be looked up.", "Hold messages without a key.")
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise UsageError(
            "A key holds half of a character pair and can't be looked up.",
            "Hold the message: its identifier is damaged.",
        ) from exc
    return f"'{value.translate(_ESCAPES)}'"


def queries_by_key(
    object_name: str, key_field: str, keys: Sequence[str], fields: Sequence[str]
) -> Iterator[str]:
    """Queries that together ask for every key, each within `URL_BUDGET`.

    Object and fields are names from the org's own describe; only the keys come from outside.

    Raises:
        UsageError: a key can't be asked for, or a single one exceeds the budget.
    """
    selected = ",".join(fields)
    start = f"SELECT {selected} FROM {object_name} WHERE {key_field} IN ("  # noqa: S608 - describe
    room = URL_BUDGET - encoded_length(f"{start})")
    comma = encoded_length(",")
    chosen: list[str] = []
    used = 0
    for written in dict.fromkeys(literal(key) for key in keys):
        cost = encoded_length(written) + comma
        if cost > room:
            raise UsageError(
                f"A key of {len(written)} characters is too long to be looked up.",
                "Hold the message: its identifier is damaged.",
            )
        if chosen and used + cost > room:
            yield f"{start}{','.join(chosen)})"
            chosen, used = [], 0
        chosen.append(written)
        used += cost
    if chosen:
        yield f"{start}{','.join(chosen)})"


def encoded_length(text: str) -> int:
    """Bytes of the text as a query parameter."""
    return len(quote_plus(text))
