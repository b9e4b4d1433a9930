"""The use cases that ask the org what became of messages: of a run, of a window, of all.

Nothing is changed, neither in the org nor in the ledger.
"""

from __future__ import annotations

import datetime as dt

from bridge.delivery import AskedObject, key_field_of, verify_messages, view_of, witness_schema
from bridge.errors import UsageError
from bridge.events import Observer, nobody
from bridge.ledger import Extent, Ledger, OfOrg, OfRun, OfWindow, Part
from bridge.model import (
    KeyOfObject,
    Question,
    Scope,
    Verification,
    View,
    Visibility,
    Window,
    Witness,
)
from bridge.salesforce import Org, OrgIdentity
from bridge.telling import told
from bridge.use_cases.conditions import identity_for


def verify(run_id: str, ledger: Ledger, org: Org, *, observe: Observer = nobody) -> Verification:
    """Ask the org for every message of a run.

    Raises:
        UsageError: the run does not exist, or is for another org.
        RemoteError: the org could not be reached, or refused us.
    """
    run = ledger.run(run_id)
    identity = identity_for(run, org)
    plan = run.plan
    return _Asking(Scope.RUN, OfRun(run.id), ledger, org, identity, observe).of(
        plan.window, plan.window_words, run.id
    )


def verify_window(
    window: Window,
    window_words: str,
    tenant_id: str | None,
    ledger: Ledger,
    org: Org,
    *,
    observe: Observer = nobody,
) -> Verification:
    """Ask the org for every message of the runs whose windows touch this one.

    Args:
        window: whose runs.
        window_words: the window as flags.
        tenant_id: of GoTallo; None for the runs of every tenant.
        ledger: where the runs are.
        org: of the runs.
        observe: is told how far it has come.

    Raises:
        UsageError: the ledger has no such run.
        RemoteError: the org could not be reached, or refused us.
    """
    identity = org.identity()
    extent = OfWindow(identity.org_id, window, tenant_id)
    return _Asking(Scope.WINDOW, extent, ledger, org, identity, observe).of(window, window_words)


def verify_all(ledger: Ledger, org: Org, *, observe: Observer = nobody) -> Verification:
    """Ask the org for every message that the ledger has of it.

    Raises:
        UsageError: the ledger has none.
        RemoteError: the org could not be reached, or refused us.
    """
    identity = org.identity()
    return _Asking(Scope.ALL, OfOrg(identity.org_id), ledger, org, identity, observe).of(None, "")


class _Asking:
    """One question to the org."""

    def __init__(
        self,
        scope: Scope,
        extent: Extent,
        ledger: Ledger,
        org: Org,
        identity: OrgIdentity,
        observe: Observer,
    ) -> None:
        self._scope = scope
        self._extent = extent
        self._ledger = ledger
        self._org = org
        self._identity = identity
        self._tell = told(observe)

    def of(self, window: Window | None, words: str, run_id: str | None = None) -> Verification:
        asked_at = dt.datetime.now(dt.UTC)
        identity = self._identity
        parts = self._ledger.parts_of(self._extent)
        if not parts:
            where = f"this window for {identity.name}" if window else f"{identity.name}"
            raise UsageError(
                f"The ledger has no run of {where} ({identity.org_id})",
                "bridge status lists the runs it has; BRIDGE_LEDGER names another ledger.",
            )
        asked = [self._asked(part) for part in parts]
        views = [self._view(one, part.witness) for one, part in zip(asked, parts, strict=True)]
        unseen = next((v for v in views if v.visibility is Visibility.UNPROVEN), None)
        question = Question(
            scope=self._scope,
            run_id=run_id,
            runs=sum(part.runs for part in parts),
            window=window,
            window_words=words,
            org_id=identity.org_id,
            org_name=identity.name,
            sandbox=identity.sandbox,
            instance_url=identity.instance_url,
            username=identity.username,
            asked_at=asked_at,
            keys=tuple(
                KeyOfObject(
                    one.schema.name, one.schema.namespace, one.key_field.name, one.key_field.unique
                )
                for one in asked
            ),
            unreadable=self._ledger.unreadable_of(self._extent),
            unseen=unseen.why if unseen else "",
            grant=unseen.grant if unseen else "",
        )
        return verify_messages(
            self._extent,
            question,
            self._ledger,
            self._org,
            asked,
            user_id=identity.user_id,
            tell=self._tell,
        )

    def _view(self, asked: AskedObject, witness: Witness | None) -> View:
        user_id = self._identity.user_id
        return view_of(self._org, asked.schema, asked.key_field, witness, user_id)

    def _asked(self, part: Part) -> AskedObject:
        schema = self._org.schema(part.object)
        return AskedObject(
            schema,
            key_field_of(schema, part.key_field),
            witness_schema(part.witness, self._org),
        )
