"""The logins of the Salesforce CLI, of versions that show a token and of those that hide it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import OrgRefused, SettingsError
from bridge.practice import PracticeServer, Scenario
from bridge.salesforce import CliLogin, CliToken, cli_logins
from bridge.settings import load
from bridge.use_cases import open_org
from tests.salesforce.cli import Cli, install

URL = "https://acme.my.salesforce.com"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    return install(tmp_path, monkeypatch)


@pytest.mark.parametrize("old", [True, False], ids=["shows the token", "hides it"])
def test_a_login_gives_its_token(cli: Cli, old: bool) -> None:
    cli.knows("acme", "00D!token", URL, old=old)
    token = CliToken("acme").current()
    assert (token.value.get_secret_value(), token.instance_url) == ("00D!token", URL)


def test_the_cli_is_asked_again_for_a_token_that_was_refused(cli: Cli) -> None:
    cli.knows("acme", "00D!first", URL)
    source = CliToken("acme")
    first = source.current()
    cli.knows("acme", "00D!second", URL)
    assert source.current() == first
    assert source.renew(first).value.get_secret_value() == "00D!second"
    assert source.renew(first).value.get_secret_value() == "00D!second"
    with pytest.raises(OrgRefused, match="refuses the token") as refused:
        source.renew(source.current())
    assert refused.value.status == 401
    assert "sf org login web --alias acme" in refused.value.advice


def test_an_unknown_login_is_told_with_the_command_that_lists_them(cli: Cli) -> None:
    cli.knows("acme", "00D!token", URL)
    with pytest.raises(SettingsError, match="ended with 1 NamedOrgNotFoundError") as caught:
        CliToken("other").current()
    assert "sf org list" in caught.value.advice


def test_each_login_is_listed_once(cli: Cli) -> None:
    cli.knows("acme", "00D!token", URL)
    assert cli_logins() == (CliLogin("acme", "acme@example.com", URL),)


def test_without_a_cli_there_are_no_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert cli_logins() == ()
    with pytest.raises(SettingsError, match="no sf on the PATH"):
        CliToken("acme")


def test_the_org_is_reached_by_a_login(cli: Cli) -> None:
    with PracticeServer(Scenario(causes={})) as practice:
        token = practice.environment["SF_ACCESS_TOKEN"]
        cli.knows("acme", token, practice.origin)
        settings = load(
            {
                "sf_target_org": "acme",
                "bridge_ca_bundle": practice.environment["BRIDGE_CA_BUNDLE"],
            }
        )
        with open_org(settings) as org:
            assert org.identity().sandbox
            practice.sessions.expire()
            cli.knows("acme", practice.sessions.issue(), practice.origin)
            assert org.identity().sandbox


def test_colours_that_a_build_server_forces_are_not_in_what_is_read(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    cli.knows("acme", "token-1", URL)
    assert [login.name for login in cli_logins()] == ["acme"]
