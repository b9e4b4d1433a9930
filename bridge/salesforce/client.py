"""One thread's simple-salesforce client: the only place where its untyped answers are touched.

Here a call gets its token, its one repetition after an expiry, and its error in our words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

import requests
import stamina
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from bridge.errors import OrgRefused
from bridge.salesforce.errors import NETWORK, UNREADABLE, may_pass, told
from bridge.salesforce.tokens import Token, TokenSource
from bridge.salesforce.transport import request_departed

_READ_ATTEMPTS = 4


def refuse_another_host(token: Token, host: str) -> None:
    """Refuse a token that would lead to another org than the one that a run began with.

    Raises:
        OrgRefused: it is for another host.
    """
    if token.host != host:
        raise OrgRefused(
            f"The renewed token is for {token.host}, but this run talks to {host}.",
            "SF_LOGIN_URL and SF_ORG_INSTANCE_URL must name the same org by the same host: "
            f"set SF_ORG_INSTANCE_URL=https://{token.host} if that is the org meant.",
            status=HTTPStatus.UNAUTHORIZED,
        )


class Client:
    """What the gateway asks of simple-salesforce; belongs to one thread.

    Every method raises:
        OrgUnreachable: the request was certainly not sent.
        OrgRefused: the org answered, and did nothing.
        OrgUnanswered: it may have arrived, and gave no readable answer.
    """

    def __init__(
        self,
        session: requests.Session,
        tokens: TokenSource,
        token: Token,
        *,
        api_version: str,
        patience_seconds: float,
    ) -> None:
        """Wrap a session.

        Args:
            session: closed by `close`.
            tokens: where the token comes from, and its successor.
            token: its host is the org that this client talks to for good.
            api_version: such as `62.0`.
            patience_seconds: how long a read is tried again.
        """
        self._session = session
        self._tokens = tokens
        self._host = token.host
        self._patience_seconds = patience_seconds
        # `instance` is taken as it stands; of `instance_url` the brackets of an IPv6 host are lost.
        self._salesforce = Salesforce(
            session_id=token.value.get_secret_value(),
            instance=token.host,
            session=session,
            version=api_version,
            object_pairs_hook=dict,
        )
        del self._salesforce.headers["X-PrettyPrint"]

    def close(self) -> None:
        self._session.close()

    def read(self, path: str, params: Mapping[str, str] | None = None) -> object:
        """GET a resource below `/services/data/vNN.0/`."""
        query = dict(params or {})
        return self._read(
            f"GET {path or 'the resources'}", lambda sf: sf.restful(path, params=query)
        )

    def query_all_rows(self, soql: str, resource: str) -> object:
        """The first page of a query that sees the recycle bin too."""
        return self._read(resource, lambda sf: sf.query(soql, include_deleted=True))

    def query(self, soql: str, resource: str) -> object:
        """The first page of a query."""
        return self._read(resource, lambda sf: sf.query(soql))

    def next_page(self, url_path: str, resource: str) -> object:
        """The page at a `nextRecordsUrl`."""
        return self._read(resource, lambda sf: sf.query_more(url_path, identifier_is_url=True))

    def write(self, path: str, body: str, headers: Mapping[str, str]) -> object:
        """POST a JSON document below `/services/data/vNN.0/`.

        Sent a second time after a 401 alone, with which the org did nothing.
        """
        own = dict(headers)
        return self._call(
            f"POST {path}", lambda sf: sf.restful(path, method="POST", data=body, headers=own)
        )

    def _read(self, resource: str, ask: Callable[[Salesforce], object]) -> object:
        for attempt in stamina.retry_context(
            on=may_pass,
            attempts=_READ_ATTEMPTS,
            timeout=self._patience_seconds,
            wait_initial=0.5,
            wait_max=8.0,
        ):
            with attempt:
                return self._call(resource, ask)
        raise AssertionError("unreachable: the last attempt raises")

    def _call(self, resource: str, ask: Callable[[Salesforce], object]) -> object:
        token = self._tokens.current()
        try:
            return self._once(resource, ask, token)
        except OrgRefused as refused:
            if refused.status != HTTPStatus.UNAUTHORIZED:
                raise
        return self._once(resource, ask, self._tokens.renew(token))

    def _once(self, resource: str, ask: Callable[[Salesforce], object], token: Token) -> object:
        self._wear(token)
        try:
            return ask(self._salesforce)
        except (SalesforceError, *NETWORK) as exc:
            raise told(exc, resource, departed=request_departed()) from exc
        except UNREADABLE as exc:
            if not request_departed():
                raise
            raise told(exc, resource, departed=True) from exc

    def _wear(self, token: Token) -> None:
        refuse_another_host(token, self._host)
        secret = token.value.get_secret_value()
        self._salesforce.session_id = secret
        self._salesforce.headers["Authorization"] = f"Bearer {secret}"
