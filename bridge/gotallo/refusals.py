"""What may go wrong with a call to GoTallo, and which setting to look at then."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx

from bridge.errors import GoTalloError
from bridge.gotallo.wire import Shape

LONGEST_QUOTE: Final = 300
"""How many characters of GoTallo's own words a message repeats."""

_PASSING: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Call:
    """One page asked for."""

    shape: Shape
    from_time: str
    till_time: str
    query: str
    number: int
    """The page's, counted from 1."""

    def __str__(self) -> str:
        return f"page {self.number} of the {self.shape} shape"


class Passing(GoTalloError):
    """The same call may succeed later."""

    def __init__(self, message: str, advice: str, retry_after: str | None = None) -> None:
        super().__init__(message, advice)
        self.retry_after = retry_after
        """The header of that name, as it came."""


def unreachable(call: Call, error: httpx.RequestError) -> GoTalloError:
    """Tell why there is no answer."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return GoTalloError(
                f"GoTallo's TLS certificate is not trusted: {cause.verify_message}.",
                "Where a proxy or a private authority signs it, name the authority's PEM file in "
                "BRIDGE_CA_BUNDLE.",
            )
    return Passing(
        f"GoTallo could not be reached ({call}): {str(error) or type(error).__name__}",
        "Check the network, GOTALLO_BASE_URL and BRIDGE_PROXY, then try again.",
    )


def refusal(call: Call, response: httpx.Response) -> GoTalloError:
    """Tell what an answer means that is not 200."""
    status = response.status_code
    if status in _PASSING:
        return Passing(
            f"GoTallo answered HTTP {status} ({call})",
            "Try again in a few minutes; if it persists, ask GoTallo's support.",
            response.headers.get("Retry-After"),
        )
    if status == httpx.codes.BAD_REQUEST:
        return GoTalloError(
            f"GoTallo refused the window {call.from_time} to {call.till_time}: {_said(response)}.",
            "Check --date, or --from and --till, and --tz.",
        )
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return GoTalloError(
            f"GoTallo refused the token: {_said(response)}.",
            "Set GOTALLO_API_TOKEN to a token that is valid for this tenant.",
        )
    if status == httpx.codes.NOT_FOUND:
        return GoTalloError(
            f"GoTallo has nothing at {response.url.copy_with(query=None)}: {_said(response)}.",
            "Check GOTALLO_TENANT_ID and GOTALLO_BASE_URL.",
        )
    return GoTalloError(
        f"GoTallo gave an unexpected answer ({call}): {_said(response)}.",
        "Check GOTALLO_BASE_URL, and whether a proxy answers in GoTallo's place.",
    )


def _said(response: httpx.Response) -> str:
    """Quote a refusal for a terminal: bounded, on one line, without the token."""
    status = f"HTTP {response.status_code}"
    if "html" in response.headers.get("Content-Type", ""):
        return f"{status} with an HTML page"
    token = response.request.headers["Authorization"].removeprefix("Bearer ")
    words = response.text[: 10 * LONGEST_QUOTE].replace(token, "[token]")
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return f"{status} {line[:LONGEST_QUOTE]}".rstrip(" .")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
