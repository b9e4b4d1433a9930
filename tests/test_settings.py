"""Where settings come from, and that no file holds a secret."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bridge.doctor.configuration import judge, listed
from bridge.errors import SettingsError
from bridge.secret_reference import (
    FromCommand,
    InEnvironment,
    InKeyring,
    SecretReference,
    parse_reference,
)
from bridge.settings import Layer, Settings, load, look
from bridge.settings_file import refuse_password
from bridge.use_cases import open_org
from bridge.ways_in import WAYS, ways_of

WITH_PASSWORD = [
    "postgresql://user:s3cret@host/base",
    "postgresql://user@host/base?password=s3cret",
    "postgres://user:s3c@ret@host/base",
]


@pytest.mark.parametrize("location", WITH_PASSWORD)
def test_a_ledgers_password_is_taken_from_the_environment_alone(
    location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(f'bridge_ledger = "{location}"', encoding="utf-8")
    with pytest.raises(SettingsError, match="holds a password") as by_file:
        load({}, config=file)
    with pytest.raises(SettingsError, match="holds a password") as by_flag:
        refuse_password(location, "--ledger")
    for caught in (by_file, by_flag):
        assert "s3c" not in caught.value.message + caught.value.advice
    monkeypatch.setenv("BRIDGE_LEDGER", location)
    settings = load({})
    assert settings.bridge_ledger == location
    assert "s3c" not in repr(settings)


@pytest.mark.parametrize("location", ["/ledger.sqlite3", "postgresql://user@host:5432/base"])
def test_a_ledger_without_a_password_may_be_named_anywhere(location: str, tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(f'bridge_ledger = "{location}"', encoding="utf-8")
    assert load({}, config=file).bridge_ledger == location
    refuse_password(location, "--ledger")


def write(folder: Path, text: str) -> Path:
    file = folder / "bridge.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


TENANT = "5b1f0c7e-4a52-4d0e-9b7e-3d1f5a6c8e90"
SANDBOX = f"""\
gotallo_tenant_id = "{TENANT}"
bridge_max_refused = "5%"
gotallo_api_token = {{env = "TOKEN_OF_PRODUCTION"}}

[profiles.sandbox]
bridge_max_refused = "7%"
gotallo_api_token = {{command = ["echo", "printed"]}}
"""


def test_a_flag_beats_the_environment_beats_the_profile_beats_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, SANDBOX)
    name = "bridge_max_refused"

    def found(flags: dict[str, object], profile: str | None) -> tuple[str, Layer]:
        layered = look(flags, config=file, profile=profile)
        return layered.settings.bridge_max_refused, layered.layers[name]

    assert look({}, config=write(tmp_path, ""), profile=None).layers[name] is Layer.DEFAULT
    write(tmp_path, SANDBOX)
    assert found({}, None) == ("5%", Layer.FILE)
    assert found({}, "sandbox") == ("7%", Layer.PROFILE)
    monkeypatch.setenv("BRIDGE_MAX_REFUSED", "8%")
    assert found({}, "sandbox") == ("8%", Layer.ENVIRONMENT)
    assert found({name: "9%"}, "sandbox") == ("9%", Layer.FLAG)
    monkeypatch.setenv("BRIDGE_MAX_REFUSED", "")
    assert found({}, "sandbox") == ("7%", Layer.PROFILE)


MANY_WAYS = """\
sf_target_org = "production"
sf_access_token = {env = "TOKEN_OF_PRODUCTION"}
sf_client_id = "A"
sf_jwt_key_file = "server.key"

[profiles.sandbox]
sf_login_url = "https://one--uat.sandbox.my.salesforce.com"

[profiles.trial]
sf_target_org = "trial"

[profiles.secret]
sf_client_secret = {env = "SECRET"}

[profiles.careful]
bridge_max_refused = "1"
"""


@pytest.mark.parametrize(
    ("profile", "left"),
    [
        ("sandbox", {"sf_login_url", "sf_client_id", "sf_jwt_key_file"}),
        ("trial", {"sf_target_org"}),
        ("secret", {"sf_client_id", "sf_client_secret"}),
        ("careful", {"sf_target_org", "sf_access_token", "sf_client_id", "sf_jwt_key_file"}),
    ],
)
def test_a_profile_goes_its_own_way_into_salesforce_and_no_other_of_the_file(
    profile: str, left: set[str], tmp_path: Path
) -> None:
    file = write(tmp_path, MANY_WAYS)
    settings = load({}, config=file, profile=profile)
    assert {name for name in Settings.model_fields if _leads_in(name, settings)} == left
    if profile == "trial":
        assert settings.sf_target_org == "trial"


def _leads_in(name: str, settings: Settings) -> bool:
    return name.startswith("sf_") and getattr(settings, name) is not None


def test_every_setting_of_salesforce_is_of_a_way_in_and_each_way_has_one_of_its_own() -> None:
    of_salesforce = [name for name in Settings.model_fields if name.startswith("sf_")]
    assert all(ways_of([name]) for name in of_salesforce)
    assert {
        way for name in of_salesforce for way in ways_of([name]) if len(ways_of([name])) == 1
    } == (set(WAYS))
    assert set().union(*WAYS.values()) == set(of_salesforce)


def test_a_secret_is_fetched_from_where_the_file_says_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, SANDBOX)
    monkeypatch.setenv("TOKEN_OF_PRODUCTION", "of the variable")
    assert load({}, config=file).gotallo().token.get_secret_value() == "of the variable"
    settings = load({}, config=file, profile="sandbox")
    assert settings.gotallo().token.get_secret_value() == "printed"
    monkeypatch.setenv("GOTALLO_API_TOKEN", "of its own variable")
    settings = load({}, config=file, profile="sandbox")
    assert settings.gotallo().token.get_secret_value() == "of its own variable"


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ('{env = "NOT_THERE"}', "GOTALLO_API_TOKEN should be in the variable NOT_THERE"),
        ('{command = ["false", "s3cret"]}', "from the command false: it ended with 1"),
        ('{command = ["true"]}', "should be in the command true, and nothing is there"),
        ('{command = ["no-such-command"]}', "No such file"),
        ('{command = ["printf", "a\\\\000b"]}', "holds a line break or what no secret has"),
    ],
)
def test_a_secret_that_is_not_where_it_should_be_is_told_when_it_is_needed(
    reference: str, says: str, tmp_path: Path
) -> None:
    file = write(tmp_path, f'gotallo_tenant_id = "{TENANT}"\ngotallo_api_token = {reference}\n')
    settings = load({}, config=file)
    with pytest.raises(SettingsError) as caught:
        settings.gotallo()
    assert says in caught.value.message
    assert "s3cret" not in caught.value.message


def test_of_what_a_command_prints_the_first_line_is_the_secret() -> None:
    command = FromCommand(command=("printf", "%s\n", "", "the secret ", "login: somebody"))
    assert command.fetch("sf_client_secret").get_secret_value() == "the secret"


def test_a_file_that_others_may_write_runs_no_command(tmp_path: Path) -> None:
    file = write(tmp_path, SANDBOX)
    file.chmod(0o620)
    load({}, config=file)
    with pytest.raises(SettingsError, match="others than you may write"):
        load({}, config=file, profile="sandbox")


@pytest.mark.parametrize("value", ['"s3cret"', "17"])
def test_a_file_holds_no_secret(value: str, tmp_path: Path) -> None:
    file = write(tmp_path, f"sf_client_secret = {value}\n")
    with pytest.raises(SettingsError, match="is a secret and is not read from a file") as caught:
        load({}, config=file)
    assert "sf_client_secret = {env" in caught.value.advice
    assert "s3cret" not in caught.value.message + caught.value.advice


def test_a_look_tells_all_that_is_wrong_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOTALLO_BASE_URL", "http://gotallo.example")
    monkeypatch.setenv("GOTALLO_TENANT_ID", "me")
    monkeypatch.setenv("SF_ORG_INSTANCE_URL", "https://one.my.salesforce.com")
    layered = look({}, config=write(tmp_path, "gotallo_tennant = 1\n"))
    told = [problem.message for problem in layered.problems.values()]
    assert len(told) == 3
    assert 'unknown key "gotallo_tennant"' in told[0]
    assert told[1].startswith("GOTALLO_BASE_URL: must start with https://")
    assert told[2].startswith("GOTALLO_TENANT_ID: must be a uuid")
    assert layered.settings.sf_org_instance_url == "https://one.my.salesforce.com"


def test_whoever_forgets_the_profile_is_told_which_there_are(tmp_path: Path) -> None:
    file = write(tmp_path, "[profiles.uat]\n[profiles.production]\n")
    told = "The settings file has profiles: give --profile uat, --profile production."
    for settings in (load({}, config=file), look({}, config=file).settings):
        with pytest.raises(SettingsError) as caught:
            settings.gotallo()
        assert told in caught.value.advice
        with pytest.raises(SettingsError) as caught, open_org(settings):
            pass
        assert told in caught.value.advice
    with pytest.raises(SettingsError) as caught:
        load({}, config=file, profile="uat").gotallo()
    assert "has profiles" not in caught.value.advice


def test_relative_paths_of_a_file_count_from_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        'bridge_ledger = "runs.sqlite3"\nbridge_ca_bundle = "/authorities.pem"\n'
        '[profiles.uat]\nbridge_mapping = "uat.yaml"\nsf_jwt_key_file = "~/key.pem"\n'
    )
    write(tmp_path, text)
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("BRIDGE_CA_BUNDLE", "of-the-environment.pem")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings = load({}, config=Path("../bridge.toml"), profile="uat")
    assert settings.bridge_ledger == "../runs.sqlite3"
    assert settings.bridge_mapping == Path("../uat.yaml")
    assert settings.sf_jwt_key_file == Path("/home/somebody/key.pem")
    assert settings.bridge_ca_bundle == Path("of-the-environment.pem")


def test_a_mark_of_an_editor_in_front_of_a_file_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text('bridge_max_refused = "5%"\n', encoding="utf-8-sig")
    assert load({}, config=file).bridge_max_refused == "5%"
    file.write_text('bridge_max_refused = "5%"\n', encoding="utf-16")
    with pytest.raises(SettingsError, match="is no text in UTF-8"):
        load({}, config=file)


@pytest.mark.parametrize("reference", ['{envv = "A"}', '{env = "A", user = "B"}', "{command = 5}"])
def test_a_reference_in_another_form_is_told_by_the_forms_there_are(
    reference: str, tmp_path: Path
) -> None:
    file = write(tmp_path, f"gotallo_api_token = {reference}\n")
    with pytest.raises(SettingsError) as caught:
        load({}, config=file)
    assert caught.value.message.startswith("GOTALLO_API_TOKEN: ")
    assert '{env = "NAME"}' in caught.value.message


def test_each_part_of_a_file_is_held_to_the_keys_that_there_are(tmp_path: Path) -> None:
    file = write(tmp_path, "[profiles.sandbox]\nbridge_maping = 1\n")
    load({}, config=file)
    with pytest.raises(SettingsError, match='did you mean "bridge_mapping"'):
        load({}, config=file, profile="sandbox")


KEYRING = """\
kept = {}
def set_password(service, user, secret):
    kept[service, user] = secret
def get_password(service, user):
    return kept.get((service, user))
"""


def test_a_secret_may_be_in_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = '{keyring = "gotallo-bridge", user = "sandbox"}'
    text = f'gotallo_tenant_id = "{TENANT}"\ngotallo_api_token = {reference}\n'
    settings = load({}, config=write(tmp_path, text))
    (tmp_path / "keyring.py").write_text(KEYRING, encoding="utf-8")
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SettingsError, match="library keyring is not installed"):
        settings.gotallo()
    monkeypatch.delitem(sys.modules, "keyring")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SettingsError, match="should be in the keyring, gotallo-bridge, sandbox"):
        settings.gotallo()
    assert isinstance(settings.gotallo_api_token, InKeyring)
    settings.gotallo_api_token.keep(SecretStr("kept there"), "gotallo_api_token")
    assert settings.gotallo().token.get_secret_value() == "kept there"


ADDRESSES = ["GOTALLO_BASE_URL", "SF_ORG_INSTANCE_URL", "SF_LOGIN_URL", "BRIDGE_PROXY"]


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("url", ["https://user:s3cret@host.example", "user:s3cret@host.example"])
def test_nothing_shows_the_password_of_an_address(
    name: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, url)
    layered = look({})
    verdicts = [f"{one.says} {one.mend}" for one in judge(layered)]
    shown = " ".join([*verdicts, *(str(part.value) for part in listed(layered))])
    assert "s3cret" not in shown
    assert "user" not in shown.replace("user name", "")


def test_a_password_of_a_proxy_may_hold_what_ends_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_PROXY", "http://user:s3c/r@et#x@proxy.example:3128")
    shown = {part.name: part.value for part in listed(look({}))}
    assert shown["BRIDGE_PROXY"] == "http://proxy.example:3128"


def test_a_file_holds_no_password_of_a_proxy(tmp_path: Path) -> None:
    file = write(tmp_path, 'bridge_proxy = "http://user:s3cret@proxy.example:3128"\n')
    with pytest.raises(SettingsError, match="bridge_proxy holds a user name") as caught:
        load({}, config=file)
    assert "s3cret" not in caught.value.message + caught.value.advice
    without = write(tmp_path, 'bridge_proxy = "http://proxy.example:3128"\n')
    assert load({}, config=without).bridge_proxy == "http://proxy.example:3128"


@pytest.mark.parametrize("held", ["s3cret-of-the-shell", "00D!s3cret", "s3cret"])
def test_a_secret_that_a_shell_put_in_the_place_of_a_name_is_not_shown(held: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_reference(f"env:{held}", "gotallo_api_token", "bridge", "uat").fetch(
            "gotallo_api_token"
        )
    assert held not in caught.value.message + caught.value.advice
    assert "without $" in caught.value.advice


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("env:NAME", InEnvironment(env="NAME")),
        (" env: NAME ", InEnvironment(env="NAME")),
        ("keyring", InKeyring(keyring="bridge", user="uat sf_client_secret")),
        ("command:pass show 'a b'", FromCommand(command=("pass", "show", "a b"))),
    ],
)
def test_where_a_secret_is_may_be_written_in_a_word(written: str, read: SecretReference) -> None:
    assert parse_reference(written, "sf_client_secret", "bridge", "uat") == read


@pytest.mark.parametrize("written", ["", "s3cret", "env:", "keyring:s3cret", "command:'s3cret"])
def test_a_secret_that_is_written_instead_is_not_repeated(written: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_reference(written, "sf_client_secret", "bridge", "uat")
    assert "s3cret" not in caught.value.message + caught.value.advice


@pytest.mark.parametrize(
    ("flags", "variables", "named"),
    [
        pytest.param({"bridge_max_refused": "some"}, {}, "--max-refused: ", id="flag"),
        pytest.param({}, {"BRIDGE_MAX_REFUSED": "some"}, "BRIDGE_MAX_REFUSED: ", id="variable"),
    ],
)
def test_a_mistake_is_named_as_it_was_given(
    flags: dict[str, object],
    variables: dict[str, str],
    named: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load(flags)
    assert caught.value.message.startswith(named)
