"""The ledger's tables.

`messages` says what is true of a message in an org, whatever run it comes from; `items` says what a
run decided about it and what became of it there.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import zlib
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

from bridge.model import Decision, Delivery, HeldReason, Outcome, Value, Visibility

metadata = MetaData()


class Instant(TypeDecorator[dt.datetime]):
    """An aware time, kept as ISO 8601 text in UTC, which sorts and which every database has."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else dt.datetime.fromisoformat(value)


class Json(TypeDecorator[Value]):
    """A value as ASCII JSON, so that any text (half an emoji, a NUL) goes in and comes back."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Value, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Value:
        parsed: Value = None if value is None else json.loads(value)
        return parsed


class PackedJson(TypeDecorator[Value]):
    """A large value as JSON, compressed, in letters that every database takes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Value, dialect: Dialect) -> str | None:
        if value is None:
            return None
        packed = zlib.compress(json.dumps(value, separators=(",", ":")).encode())
        return base64.b64encode(packed).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Value:
        if value is None:
            return None
        parsed: Value = json.loads(zlib.decompress(base64.b64decode(value)))
        return parsed


class Words(TypeDecorator[str]):
    """Text of any length that may hold anything, such as what an org, GoTallo or a shell gave.

    PostgreSQL takes no NUL, and neither database takes half a surrogate pair: these are kept as
    escapes that begin with a backslash, and a backslash as two. Equal texts stay equal.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _UNSTORABLE.sub(_escape, value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _ESCAPE.sub(_unescape, value)


_UNSTORABLE = re.compile(r"[\\\x00\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:\\|u([0-9a-f]{4}))")


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    return "\\\\" if character == "\\" else f"\\u{ord(character):04x}"


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found.group(1), 16)) if found.group(1) else "\\"


def _one_of(
    column: str, values: type[Delivery | Decision | HeldReason | Outcome | Visibility]
) -> str:
    listed = ", ".join(f"'{value.value}'" for value in values)
    return f"{column} IN ({listed})"


meta = Table(
    "bridge_meta",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("stop_reason", Words, nullable=False, default=""),
    Column("tenant_id", String(64), nullable=False),
    Column("org_id", String(18), nullable=False),
    Column("org_name", Words, nullable=False),
    Column("sandbox", Boolean, nullable=False),
    Column("instance_url", Words, nullable=False),
    Column("object", String(128), nullable=False),
    Column("namespace", String(64), nullable=False),
    Column("key_field", String(128), nullable=False),
    Column("key_unique", Boolean, nullable=False),
    Column("from_time", Instant, nullable=False),
    Column("till_time", Instant, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("window_words", Words, nullable=False),
    Column("flags", Words, nullable=False),
    Column("only", Json, nullable=False),
    Column("resend_who", Words),
    Column("resend_why", Json),
    Column("mapping_name", Words, nullable=False),
    Column("mapping_text", Words, nullable=False),
    Column("may_heal", Boolean, nullable=False),
    Column("expected", Integer),
    Column("announced", Integer),
    Column("fetched", Integer, nullable=False, default=0),
    Column("listed", Integer, nullable=False, default=0),
    Column("repeated", Integer, nullable=False, default=0),
    Column("notes", Json, nullable=False),
    Column("api_calls", Integer, nullable=False, default=0),
    Column("visibility", String(16)),
    Column("visibility_why", Words, nullable=False, default=""),
    Column("visibility_grant", Words, nullable=False, default=""),
    Column("witness_object", String(128)),
    Column("witness_field", String(128)),
    Column("approve", Json),
    CheckConstraint(
        f"visibility IS NULL OR {_one_of('visibility', Visibility)}", name="visibility_is_one"
    ),
    CheckConstraint(
        "(witness_object IS NULL) = (witness_field IS NULL)", name="a_witness_has_a_field"
    ),
    Column("outline", Json),
    Column("forecast_calls", Integer),
    Column("forecast_left", Integer),
    Column("forecast_reserve", Integer),
)

describes = Table(
    "describes",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("described", PackedJson, nullable=False),
    ForeignKeyConstraint(["run_id"], ["runs.id"]),
)
"""What the org described when a run was planned, so that its failures can be planned again without
asking the org."""

messages = Table(
    "messages",
    metadata,
    Column("org_id", String(18), primary_key=True),
    Column("object", String(128), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("delivery", String(16), nullable=False),
    Column("salesforce_id", String(18)),
    Column("run_id", String(16)),
    Column("sent_at", Instant),
    Column("resends", Integer, nullable=False, default=0, server_default="0"),
    CheckConstraint(_one_of("delivery", Delivery), name="delivery_is_a_state"),
    CheckConstraint(
        "delivery <> 'sending' OR (run_id IS NOT NULL AND sent_at IS NOT NULL)",
        name="sending_has_a_sender",
    ),
    CheckConstraint(
        "delivery <> 'delivered' OR salesforce_id IS NOT NULL", name="delivered_has_an_id"
    ),
)

resends = Table(
    "resends",
    metadata,
    Column("org_id", String(18), primary_key=True),
    Column("object", String(128), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("run_id", String(16), nullable=False),
    Column("who", Words, nullable=False),
    Column("why", Json, nullable=False),
    Column("was", String(16), nullable=False),
    Column("salesforce_id", String(18)),
    Column("old_ids", Json, nullable=False),
    ForeignKeyConstraint(
        ["org_id", "object", "key"], ["messages.org_id", "messages.object", "messages.key"]
    ),
)
"""Each time that a person had a message sent again which had been in the org, with the rows that
the recycle bin and the witness had of it: from then on these prove nothing."""

leases = Table(
    "leases",
    metadata,
    Column("org_id", String(18), primary_key=True),
    Column("run_id", String(16), nullable=False),
    Column("token", String(32), nullable=False),
    Column("host", Words, nullable=False),
    Column("realm", Words, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started", String(32), nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
)
"""Who is writing to an org. The row goes when the writer ends well."""

items = Table(
    "items",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("key", Words),
    Column("conversation", Words),
    Column("sort_order", String(32), nullable=False),
    Column("shape", String(16), nullable=False),
    Column("fixers", Json, nullable=False),
    Column("risk", String(16), nullable=False),
    Column("origin", String(16)),
    Column("original", Json, nullable=False),
    Column("record", Json, nullable=False),
    Column("decision", String(16), nullable=False),
    Column("held_reason", String(16)),
    Column("held_what", Json),
    Column("held_advice", Json),
    Column("held_code", Words),
    Column("held_fields", Json),
    Column("treatment", Words, nullable=False),
    Column("error_text", Json),
    Column("cause_id", String(32), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("salesforce_id", String(18)),
    Column("rejection", Json),
    Column("rejection_text", Json),
    Column("rejection_cause_id", String(32)),
    Column("note", Words, nullable=False, default=""),
    Column("settles_at", Instant),
    Column("raw", Json, nullable=False),
    Column("hands", Integer, nullable=False, default=0, server_default="0"),
    ForeignKeyConstraint(["run_id"], ["runs.id"]),
    Index("one_item_per_key_in_a_run", "run_id", "key", unique=True),
    Index("items_of_a_key", "key", "outcome"),
    CheckConstraint(_one_of("decision", Decision), name="decision_is_one"),
    CheckConstraint(_one_of("outcome", Outcome), name="outcome_is_one"),
    CheckConstraint(
        f"held_reason IS NULL OR {_one_of('held_reason', HeldReason)}", name="held_reason_is_one"
    ),
    CheckConstraint(
        "(decision = 'ready') = (held_reason IS NULL)", name="what_is_not_ready_has_a_reason"
    ),
    CheckConstraint(
        "outcome IN ('present', 'not_sent') OR decision = 'ready'", name="only_ready_ones_are_sent"
    ),
)

changes = Table(
    "changes",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("field", Words, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("fixer", Words, nullable=False),
    Column("why", Json, nullable=False),
    Column("risk", String(16), nullable=False),
    Column("lost", Integer, nullable=False),
    ForeignKeyConstraint(["run_id", "position"], ["items.run_id", "items.position"]),
)

heals = Table(
    "heals",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("refusal", Json, nullable=False),
    Column("refusal_text", Json),
    Column("record", Json, nullable=False),
    Column("fixers", Json, nullable=False),
    ForeignKeyConstraint(["run_id", "position"], ["items.run_id", "items.position"]),
)
"""Each repair of an item that the org had refused, with the record as it was before it."""

approvals = Table(
    "approvals",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", Words, nullable=False),
    Column("asked", Words, nullable=False),
    Column("what", Json, nullable=False),
    ForeignKeyConstraint(["run_id", "position"], ["items.run_id", "items.position"]),
)
"""Each time that a person let an item go which waited for approval. The items' `hands` counts what
persons did with them; the number is which of those this is."""

amendments = Table(
    "amendments",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", Words, nullable=False),
    Column("record", Json, nullable=False),
    Column("fields", Json, nullable=False),
    Column("held_reason", String(16)),
    Column("held_what", Json),
    Column("refusal", Json),
    Column("refusal_text", Json),
    ForeignKeyConstraint(["run_id", "position"], ["items.run_id", "items.position"]),
)
"""Each time that a person changed the record of a held or rejected item, with the record as it was
before, and why it was held or refused."""

causes = Table(
    "causes",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("code", Words),
    Column("fields", Json, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("message", Json, nullable=False),
    ForeignKeyConstraint(["run_id"], ["runs.id"]),
)

findings = Table(
    "findings",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("cause_id", String(32), primary_key=True),
    Column("topic", String(16), primary_key=True),
    Column("digest", String(16), primary_key=True),
    Column("says", Json, nullable=False),
    Column("link", Words),
    Column("objects", Json, nullable=False),
    Column("field", Words),
    Column("sources", Json, nullable=False),
    Column("rule", Words),
    ForeignKeyConstraint(["run_id", "cause_id"], ["causes.run_id", "causes.id"]),
)
"""What was found out about a cause of a run when it was planned, beside what its text says. The
digest is of its words: the same finding is kept once."""

care = Table(
    "care",
    metadata,
    Column("cause_id", String(32), primary_key=True),
    Column("owner", Words, nullable=False),
    Column("note", Json, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Who looks after a cause, and what a person noted about it; whatever run meets it."""

attempts = Table(
    "attempts",
    metadata,
    Column("run_id", String(16), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sent_at", Instant, nullable=False),
    Column("result", String(16)),
    Column("code", Words),
    ForeignKeyConstraint(["run_id", "position"], ["items.run_id", "items.position"]),
)
"""A row is written before the request leaves; its result is null until an answer is on record."""
