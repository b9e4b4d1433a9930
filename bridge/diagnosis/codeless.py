"""What may help against a text that has no status code: a gateway's page, the network, Apex."""

from __future__ import annotations

import re
from typing import Final

from bridge.diagnosis.markup import is_page, title_of
from bridge.model import Kind

_STATUS: Final = r"(?:420|429|5(?:0[0234]|2[0-7]))\b"
"""Of HTTP: too many requests, or a server or gateway that fails; 52x is a gateway's own."""
_BUSY: Final = re.compile(
    rf"\b{_STATUS}(?=[^\n]{{0,40}}(?:error|unavailable|gateway|time-?d?\s?out|too many|internal))"
    rf"|\bHTTP(?:/\d(?:\.\d)?)?[ :]*+{_STATUS}|\b(?:HTTP )?error[ :]{{1,3}}{_STATUS}"
    rf"|\b(?:status|code|statuscode|status_code)[^\w\n]{{1,4}}(?:code[^\w\n]{{1,4}})?{_STATUS}"
    r"|(?:bad gateway|service unavailable|gateway time-?out"
    r"|service temporarily unavailable|internal server error)",
    re.IGNORECASE,
)
_NETWORK: Final = re.compile(
    r"time[d-]?\s?-?out\b|timeout\b|connection (?:aborted|reset|refused|closed|was closed)"
    r"|ConnectionReset|ConnectionError|RemoteDisconnected|ECONNRESET|ECONNREFUSED|ETIMEDOUT"
    r"|EAI_AGAIN|ENOTFOUND|socket hang up|broken pipe|getaddrinfo|name or service not known"
    r"|name resolution|UnknownHostException|SocketException|max retries exceeded"
    r"|remote end closed|network is unreachable|no route to host|EHOSTUNREACH|ECONNABORTED|EPIPE"
    r"|(?:could not|unable to|couldn't) resolve|NameResolutionError|nodename nor servname"
    r"|temporary failure|upstream connect error|reset before headers|no healthy upstream"
    r"|NoHttpResponse|failed to (?:respond|send request)|deadline exceeded|IncompleteRead"
    r"|EOF occurred",
    re.IGNORECASE,
)
_MAINTENANCE: Final = re.compile(r"\bmaintenance\b", re.IGNORECASE)
_APEX: Final = re.compile(
    r"\bSystem\.(?:[A-Za-z]+\.)?[A-Za-z]*Exception\b|Apex (?:CPU|heap|script|trigger)|"
    r"Too many (?:SOQL|DML|query|callouts|future|queueable)|: execution of [A-Z]|"
    r"An error occurred at element \w{1,80} \(Flow"
)
_OFTEN_ENOUGH: Final = ("Too many batch retries", "retries of batch save")


def kind_without_code(text: str) -> Kind:
    """Read the words, there being no code."""
    if any(phrase in text for phrase in _OFTEN_ENOUGH):
        return Kind.TRANSIENT
    if _APEX.search(text):
        return Kind.ADMIN
    if is_page(text):
        busy = _BUSY.search(title_of(text) or text) or _MAINTENANCE.search(text)
        return Kind.TRANSIENT if busy else Kind.UNKNOWN
    if _BUSY.search(text) or _NETWORK.search(text):
        return Kind.TRANSIENT
    return Kind.UNKNOWN
