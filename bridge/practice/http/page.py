"""The page at `/`: what the org holds, what was asked of it, what its trigger did; for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bridge.practice.faults import Faults
from bridge.practice.gotallo import GoTallo
from bridge.practice.http.wire import RequestLog
from bridge.practice.org.org import Org
from bridge.practice.org.session import Allowance

_NEWEST = 20
_REFRESH_SECONDS = 5
_MOST_TEXT = 120
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1rem 3rem; }
.banner { background: #8a3b00; color: #fff; margin: 0 -1rem; padding: .5rem 1rem; }
h1 { font-size: 1.5rem; margin: 1rem 0 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8885; padding: .25rem .6rem .25rem 0; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; }
td:first-child { white-space: nowrap; }
.none { color: #777; }
"""


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to see."""

    org: Org
    gotallo: GoTallo
    faults: Faults
    requests: RequestLog
    allowance: Allowance

    def route(self) -> Route:
        async def endpoint(_request: Request) -> Response:
            return HTMLResponse(self.html(), headers=_HEADERS)

        return Route("/", endpoint)

    def html(self) -> str:
        """The whole page; everything that is not ours is escaped."""
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f'<meta http-equiv="refresh" content="{_REFRESH_SECONDS}">'
            f"<title>Practice org</title><style>{_STYLE}</style></head><body>"
            '<p class="banner">This is a practice org on this machine. It is not Salesforce, and '
            "not GoTallo; it forgets everything when it ends.</p><h1>Practice org</h1>"
            f"{self._summary()}{self._holds()}{self._rules()}{self._trigger()}{self._asked()}"
            f"{self._faults()}{self._messages()}</body></html>"
        )

    def _summary(self) -> str:
        used, most = self.allowance.used, self.allowance.maximum
        return (
            f"<p>GoTallo lists {len(self.gotallo.failures()):,} failed messages. "
            f"{used:,} of {most:,} API requests of the day are used.</p>"
        )

    def _holds(self) -> str:
        rows = [(o.name, self.org.row_count(o)) for o in self.org.objects() if o.createable]
        return _section("What the org holds", ("object", "rows"), rows)

    def _rules(self) -> str:
        rows = [
            (r.name, r.sobject, "active" if r.active else "off", r.message)
            for r in self.org.rules()
        ]
        return _section("Validation rules", ("rule", "object", "", "message"), rows)

    def _trigger(self) -> str:
        trigger, times = self.org.trigger, Counter(self.org.firings().values())
        rows = [
            (f"{trigger.name}, for {_messages(number)}", f"{fired} times" if fired > 1 else "once")
            for fired, number in sorted(times.items())
        ]
        made = ", ".join(creation.sobject for creation in trigger.creates)
        heading = f"What fired since it serves: {trigger.name} makes {made}"
        return _section(heading, ("trigger", "fired"), rows)

    def _messages(self) -> str:
        fired = self.org.firings()
        key, text = self.org.field("Identifier__c"), self.org.field("Text__c")
        chat = self.org.field("Chat_Identifier__c")
        rows = [
            (
                row.get("CreatedDate"),
                row.get(key),
                row.get(chat),
                _start_of(str(row.get(text, ""))),
                fired[str(row.get(key))],
            )
            for row in self.org.newest_messages(_NEWEST)
        ]
        head = ("created", "key", "conversation", "text", "trigger fired")
        return _section(f"The newest messages, {_NEWEST} at most", head, rows)

    def _asked(self) -> str:
        calls = self.requests.all()
        counts = Counter((c.remote, c.operation, c.status or "cut") for c in calls)
        summary = _section(
            "What was asked",
            ("remote", "operation", "status", "calls"),
            [(*what, number) for what, number in counts.items()],
        )
        newest = [
            (c.remote, c.method, c.path, _start_of(c.query.get("q", "")), c.records or "",
             c.status or "cut")
            for c in reversed(calls[-_NEWEST:])
        ]  # fmt: skip
        head = ("remote", "method", "path", "query", "records", "status")
        return summary + _section(f"The newest calls, {_NEWEST} at most", head, newest)

    def _faults(self) -> str:
        rows = [
            (f.remote, f.operation, type(f.effect).__name__, _options(asdict(f.effect)), f.nth,
             f.times)
            for f in self.faults.pending()
        ]  # fmt: skip
        head = ("remote", "operation", "effect", "", "at call", "times")
        return _section("What will go wrong", head, rows)


def _messages(number: int) -> str:
    return "1 message" if number == 1 else f"{number:,} messages"


def _start_of(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…"


def _options(options: Mapping[str, object]) -> str:
    return ", ".join(
        f"{name} {value}" for name, value in options.items() if value not in {None, ""}
    )


def _section(heading: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    title = f"<h2>{escape(heading)}</h2>"
    if not body:
        return f'{title}<p class="none">none</p>'
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f'{title}<div class="wide"><table><tr>{heads}</tr>{body}</table></div>'


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"<td>{value:,}</td>"
    return f"<td>{escape(str(value if value is not None else ''))}</td>"
