from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr
from structlog.typing import EventDict

from bridge.errors import OrgRefused, OrgUnreachable, SettingsError
from bridge.salesforce import ClientCredentials, Reach, StaticToken, Token
from tests.salesforce.loopback import Answer, Asked, Cut, Loopback, Reply

URL = "https://test-org.my.salesforce.com"
OLD = Token(SecretStr("old-token"), URL)


def credentials(loopback: Loopback, ca_bundle: Path, first: Token | None) -> ClientCredentials:
    return ClientCredentials(
        loopback.url,
        "client-1",
        SecretStr("secret-1"),
        first,
        reach=Reach(ca_bundle, call_seconds=5),
    )


def grants(loopback: Loopback) -> None:
    """Let the login grant token-1, token-2, … for its own address."""

    def respond(asked: Asked) -> Reply:
        return Answer(
            {
                "access_token": f"token-{len(loopback.asked)}",
                "instance_url": loopback.url,
                "id": "https://login.salesforce.com/id/00D000000000001AAA/005000000000001AAA",
                "token_type": "Bearer",
                "issued_at": "1795424330000",
                "signature": "c2lnbmF0dXJl",
                "scope": "api",
            }
        )

    loopback.respond = respond


def test_no_repr_shows_a_token() -> None:
    source = StaticToken(SecretStr("old-token"), URL)

    assert "old-token" not in f"{OLD!r} {OLD} {source!r} {vars(source)}"


def test_a_token_that_the_cli_has_hidden_is_told_from_a_damaged_one() -> None:
    with pytest.raises(SettingsError, match="hidden by the Salesforce CLI"):
        StaticToken(SecretStr("[REDACTED] Use 'sf org auth show-access-token' to view"), URL)


@pytest.mark.parametrize(
    "value",
    ["", "[REDACTED] Use 'sf org auth show-access-token' to view", "a\nb", '"a b"', "tökén"],
    ids=["empty", "hidden by the CLI", "line break", "space", "not ASCII"],
)
def test_what_can_be_no_token_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(SettingsError, match="access token") as caught:
        StaticToken(SecretStr(value), URL)

    assert "SF_ACCESS_TOKEN" in caught.value.advice
    assert not value or value not in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "http://test-org.my.salesforce.com",
        "https://user:word@test-org.my.salesforce.com",
        "https://test-org.lightning.force.com",
    ],
)
def test_what_can_be_no_org_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        StaticToken(SecretStr("old-token"), url)

    assert "SF_ORG_INSTANCE_URL" in f"{caught.value.message}{caught.value.advice}"
    assert "word" not in f"{caught.value.message}{caught.value.advice}"


def test_a_given_token_is_not_renewed_and_the_advice_names_the_settings() -> None:
    source = StaticToken(SecretStr("old-token"), URL)

    assert source.current() == OLD
    with pytest.raises(OrgRefused) as caught:
        source.renew(source.current())
    assert caught.value.status == 401
    assert "SF_ACCESS_TOKEN" in caught.value.advice


def test_a_token_is_fetched_when_it_is_first_needed(loopback: Loopback, ca_bundle: Path) -> None:
    grants(loopback)
    source = credentials(loopback, ca_bundle, first=None)
    assert loopback.asked == []

    assert source.current() == source.current() == Token(SecretStr("token-1"), loopback.url)

    (asked,) = loopback.asked
    assert (asked.method, asked.path) == ("POST", "/services/oauth2/token")
    assert {name: value for name, (value,) in parse_qs(asked.body.decode()).items()} == {
        "grant_type": "client_credentials",
        "client_id": "client-1",
        "client_secret": "secret-1",
    }


def test_a_given_token_is_used_until_it_is_spent(loopback: Loopback, ca_bundle: Path) -> None:
    grants(loopback)
    source = credentials(loopback, ca_bundle, first=OLD)

    assert source.current() == OLD
    assert loopback.asked == []
    assert source.renew(OLD).value.get_secret_value() == "token-1"
    assert source.current().value.get_secret_value() == "token-1"


def test_eight_threads_with_one_spent_token_renew_it_once(
    loopback: Loopback, ca_bundle: Path, events: list[EventDict]
) -> None:
    grants(loopback)
    source = credentials(loopback, ca_bundle, first=OLD)
    together = threading.Barrier(8)

    def renew(_: int) -> Token:
        together.wait()
        return source.renew(OLD)

    with ThreadPoolExecutor(8) as threads:
        renewed = set(threads.map(renew, range(8)))

    assert renewed == {Token(SecretStr("token-1"), loopback.url)}
    assert len(loopback.asked) == 1
    assert [event["event"] for event in events] == ["org.token_renewed"]
    assert "token-1" not in str(events)


def test_a_refused_login_says_so_and_what_to_look_at(loopback: Loopback, ca_bundle: Path) -> None:
    loopback.respond = lambda asked: Answer(
        {"error": "invalid_client", "error_description": "invalid client credentials"}, 400
    )

    with pytest.raises(OrgRefused, match="invalid client credentials") as caught:
        credentials(loopback, ca_bundle, first=None).current()

    assert caught.value.code == "invalid_client"
    assert caught.value.status == 401, "a 400 would look like a malformed insert"
    assert "SF_CLIENT_SECRET" in caught.value.advice
    assert "secret-1" not in f"{caught.value.message}{caught.value.advice}"
    assert len(loopback.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Answer(b"<html>token-1</html>"),
        Answer({"access_token": "token-1"}),
        Answer({"access_token": ["token-1"], "instance_url": URL}),
        Answer({"access_token": "token-1", "instance_url": "http://127.0.0.1"}),
    ],
    ids=["HTML", "no instance", "no text", "no https"],
)
def test_what_is_no_grant_is_refused_without_showing_it(
    loopback: Loopback, ca_bundle: Path, reply: Reply
) -> None:
    loopback.respond = lambda asked: reply

    with pytest.raises(OrgRefused) as caught:
        credentials(loopback, ca_bundle, first=None).current()

    assert "token-1" not in f"{caught.value!r}{caught.value.__cause__}"


@pytest.mark.parametrize("reply", [Cut(), Answer(b"<html>", 503)], ids=["cut", "503"])
def test_a_login_that_fails_is_tried_again_and_then_unreachable(
    loopback: Loopback, ca_bundle: Path, reply: Reply
) -> None:
    loopback.respond = lambda asked: reply

    with pytest.raises(OrgUnreachable):
        credentials(loopback, ca_bundle, first=OLD).renew(OLD)

    assert len(loopback.asked) == 3


def test_a_login_with_an_untrusted_certificate_names_the_bundle(loopback: Loopback) -> None:
    source = ClientCredentials(loopback.url, "client-1", SecretStr("secret-1"))

    with pytest.raises(OrgUnreachable, match="certificate") as caught:
        source.current()

    assert "BRIDGE_CA_BUNDLE" in caught.value.advice
    assert loopback.asked == []


@pytest.mark.parametrize(
    "url", ["https://login.salesforce.com", "https://test.salesforce.com/", "http://127.0.0.1"]
)
def test_a_login_url_that_cannot_grant_is_refused_before_it_is_asked(url: str) -> None:
    with pytest.raises(SettingsError, match=r"login|test|SF_LOGIN_URL"):
        ClientCredentials(url, "client-1", SecretStr("secret-1"))
