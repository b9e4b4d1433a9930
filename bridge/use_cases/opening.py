"""Opens what the settings name: the ledger, the org, GoTallo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.errors import SettingsError
from bridge.gotallo import GoTallo
from bridge.ledger import Ledger
from bridge.salesforce import (
    ClientCredentials,
    CliToken,
    JwtLogin,
    Org,
    Reach,
    StaticToken,
    Token,
    TokenSource,
)
from bridge.settings import GoTalloAccess, Settings


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """Open the ledger that the settings name.

    Raises:
        LedgerError: it can't be opened or written.
    """
    with Ledger(settings.bridge_ledger) as ledger:
        yield ledger


@contextmanager
def open_existing_ledger(settings: Settings) -> Iterator[Ledger]:
    """Open the ledger that the settings name, for a command that has no use for an empty one.

    Raises:
        LedgerError: there is none, or it can't be opened or written.
    """
    with Ledger.existing(settings.bridge_ledger) as ledger:
        yield ledger


@contextmanager
def open_org(settings: Settings) -> Iterator[Org]:
    """The org that the settings name; nothing is asked of it yet.

    Raises:
        SettingsError: a setting is missing or not usable.
    """
    with Org(
        _tokens(settings), ca_bundle=settings.bridge_ca_bundle, proxy=settings.bridge_proxy
    ) as org:
        yield org


def open_gotallo(access: GoTalloAccess, settings: Settings) -> GoTallo:
    return GoTallo(
        access.base_url,
        access.tenant_id,
        access.token,
        ca_bundle=settings.bridge_ca_bundle,
        proxy=settings.bridge_proxy,
    )


def _tokens(settings: Settings) -> TokenSource:
    """The token that is given, renewed by an app's key or secret where one is given too.

    A login of the Salesforce CLI comes after a token, and before a key or a secret alone.
    """
    given = settings.given_token()
    if given is None and settings.sf_target_org is not None:
        return CliToken(settings.sf_target_org)
    first = Token(given.value, given.instance_url) if given else None
    reach = Reach(settings.bridge_ca_bundle, settings.bridge_proxy)
    by_key = settings.key_login()
    if by_key is not None:
        return JwtLogin(
            by_key.login_url,
            by_key.client_id,
            by_key.username,
            by_key.key_file,
            first,
            reach=reach,
        )
    by_client = settings.client_credentials()
    if by_client is not None:
        return ClientCredentials(
            by_client.login_url, by_client.client_id, by_client.client_secret, first, reach=reach
        )
    if given is not None:
        return StaticToken(given.value, given.instance_url)
    raise SettingsError(
        "No way into Salesforce is set",
        f"{settings.hint_of_profile}Set SF_ACCESS_TOKEN and SF_ORG_INSTANCE_URL, or "
        "SF_TARGET_ORG, or SF_LOGIN_URL, "
        "SF_CLIENT_ID and SF_CLIENT_SECRET, or those without the secret and with SF_USERNAME and "
        "SF_JWT_KEY_FILE. To try everything without an org: bridge demo.",
    )
