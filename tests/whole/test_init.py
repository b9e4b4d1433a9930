"""`bridge init` from nothing to a plan: unattended, at a terminal, and where it leads nowhere."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.errors import Exit
from bridge.planning import parse_mapping
from bridge.practice import Login, Scenario
from bridge.practice.org.customizing import FieldSetting
from bridge.practice.org.schema import Access
from bridge.setup import has_profile
from tests.salesforce.cli import install
from tests.whole.conftest import OpenHouse
from tests.whole.house import House, process_environment
from tests.whole.terminal import answering, at_a_terminal

HIDDEN = FieldSetting(access=Access.HIDDEN)
SCENARIO = Scenario(fields={"Heroku_Message__c": {"User_Full_Name__c": HIDDEN}})
OF_SALESFORCE = ("SF_ACCESS_TOKEN", "SF_ORG_INSTANCE_URL", "SF_LOGIN_URL", "SF_CLIENT_ID")
OF_THE_FILE = (*OF_SALESFORCE, "GOTALLO_BASE_URL", "GOTALLO_TENANT_ID", "BRIDGE_CA_BUNDLE")


@pytest.fixture
def house(open_house: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return open_house(SCENARIO)


def by_client(house: House) -> list[str]:
    return [
        *("--login-url", house.practice.origin),
        *("--client-id", house.environment["SF_CLIENT_ID"]),
        *("--client-secret-from", "env:SF_CLIENT_SECRET"),
    ]


def by_token(house: House) -> list[str]:
    return [
        *("--instance-url", house.practice.origin),
        *("--access-token-from", "command:printenv SF_ACCESS_TOKEN"),
    ]


def by_key(house: House) -> list[str]:
    given = house.practice.environment_for(Login.JWT)
    return [
        *("--login-url", given["SF_LOGIN_URL"], "--client-id", given["SF_CLIENT_ID"]),
        *("--username", given["SF_USERNAME"], "--jwt-key-file", given["SF_JWT_KEY_FILE"]),
    ]


@pytest.mark.parametrize("way_in", [by_client, by_token, by_key])
def test_from_nothing_to_a_plan_without_a_question(
    house: House, way_in: Callable[[House], list[str]]
) -> None:
    done = house.command("init", "--profile", "sandbox", *way_in(house), "--yes")
    assert done.returncode == Exit.OK, done.stderr
    assert "[sandbox] GoTallo answers, and takes the token." in done.stderr
    assert "[sandbox] Salesforce: Practice Org, a sandbox, as " in done.stderr
    assert "leaves out what this org does not show: User_Full_Name__c." in done.stderr
    assert stat.S_IMODE(Path("bridge.toml").stat().st_mode) == 0o600
    text = Path("bridge.toml").read_text(encoding="utf-8")
    for name in ("SF_CLIENT_SECRET", "SF_ACCESS_TOKEN", "GOTALLO_API_TOKEN"):
        assert house.environment[name] not in text
    mapping = Path("sandbox-mapping.yaml").read_text(encoding="utf-8")
    assert "# This org shows no User_Full_Name__c:" in mapping
    assert "User_Full_Name__c" not in parse_mapping(mapping, "m").filled_fields()
    secrets = {"by_client": "SF_CLIENT_SECRET", "by_token": "SF_ACCESS_TOKEN"}
    needed = secrets.get(way_in.__name__)
    without = [name for name in (*OF_THE_FILE, "SF_CLIENT_SECRET") if name != needed]
    doctor = house.command("doctor", "--profile", "sandbox", without=without)
    assert doctor.returncode == Exit.OK, doctor.stdout
    plan = house.command(
        "plan", *house.request.window_words.split(), "--profile", "sandbox", without=without
    )
    assert plan.returncode == Exit.OK, plan.stderr
    assert "--profile sandbox" in plan.stdout
    assert "profile sandbox · org Practice Org, sandbox" in plan.stdout


def test_a_person_is_told_which_profile_they_send_with(
    open_house: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    house = open_house()
    done = house.command("init", "--profile", "uat", *by_client(house), "--yes")
    assert done.returncode == Exit.OK, done.stderr
    window = house.request.window_words.split()
    plan = house.command("plan", *window, "--json", BRIDGE_PROFILE="uat")
    document = json.loads(plan.stdout)
    assert document["profile"] == "uat"
    page = house.command("report", document["run_id"], "--html", "page.html")
    assert page.returncode == Exit.OK, page.stderr
    assert "<dt>Profile</dt><dd>uat</dd>" in Path("page.html").read_text(encoding="utf-8")
    told = at_a_terminal(house, ["apply", document["run_id"], "--profile", "uat"], "n\n")
    assert told.code == Exit.SAFETY
    assert "[uat] Send " in told.said
    plain = house.command("plan", *window, "--json")
    assert json.loads(plain.stdout)["profile"] is None


def test_the_file_that_is_there_keeps_what_it_says(house: House) -> None:
    Path("bridge.toml").write_text('# Ours.\nbridge_max_refused = "5%"\n', encoding="utf-8")
    done = house.command("init", "--profile", "uat", *by_client(house), "--yes")
    assert done.returncode == Exit.OK, done.stderr
    text = Path("bridge.toml").read_text(encoding="utf-8")
    assert text.startswith('# Ours.\nbridge_max_refused = "5%"\n\n[profiles.uat]\n')
    assert stat.S_IMODE(Path("bridge.toml").stat().st_mode) == 0o600


def test_nothing_is_replaced_unless_somebody_says_so(house: House) -> None:
    command = ("init", "--profile", "uat", *by_client(house), "--yes")
    assert house.command(*command).returncode == Exit.OK
    Path("uat-mapping.yaml").write_text("mine\n", encoding="utf-8")
    before = Path("bridge.toml").read_bytes()
    refused = house.command(*command)
    assert refused.returncode == Exit.USAGE
    assert "would be replaced" in refused.stderr
    assert Path("uat-mapping.yaml").read_text(encoding="utf-8") == "mine\n"
    assert Path("bridge.toml").read_bytes() == before
    assert house.command(*command, "--overwrite").returncode == Exit.OK
    assert Path("uat-mapping.yaml").read_text(encoding="utf-8") != "mine\n"


def test_a_dry_run_shows_both_files_and_writes_none(house: House) -> None:
    done = house.command("init", "--profile", "uat", *by_client(house), "--dry-run")
    assert done.returncode == Exit.OK, done.stderr
    settings, _, mapping = done.stdout.partition("# uat-mapping.yaml\n")
    assert settings.startswith("# bridge.toml\n[profiles.uat]\n")
    assert tomllib.loads(settings)["profiles"]["uat"]["bridge_mapping"] == "uat-mapping.yaml"
    parse_mapping(mapping, "shown")
    assert not list(Path.cwd().iterdir())


@pytest.mark.parametrize(
    ("options", "environment", "code", "says"),
    [
        ([], {}, Exit.USAGE, "No way into Salesforce is given"),
        (["--profile", "a b"], {}, Exit.USAGE, "is no name of a profile"),
        (["--tenant", "me"], {}, Exit.USAGE, "must be a uuid"),
        (["--gotallo-token-from", "s3cret"], {}, Exit.USAGE, "not the secret itself"),
        (["--gotallo-token-from", "env:NONE"], {}, Exit.USAGE, "nothing is there"),
        ([], {"GOTALLO_API_TOKEN": "wrong"}, Exit.REMOTE, "GoTallo refused the token"),
        (["--target-org", "acme"], {"PATH": ""}, Exit.USAGE, "no sf on the PATH"),
    ],
)
def test_what_leads_nowhere_is_told_and_nothing_is_written(
    house: House, options: list[str], environment: dict[str, str], code: Exit, says: str
) -> None:
    done = house.command("init", "--profile", "uat", *options, "--yes", **environment)
    assert done.returncode == code, done.stderr
    assert says in " ".join(done.stderr.split())
    assert "s3cret" not in done.stderr
    assert not list(Path.cwd().iterdir())


def test_without_a_yes_and_a_terminal_nothing_is_written(house: House) -> None:
    done = house.command("init", "--profile", "uat", *by_client(house))
    assert done.returncode == Exit.SAFETY
    assert not list(Path.cwd().iterdir())


def test_a_person_chooses_among_the_logins_of_the_salesforce_cli(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = install(tmp_path, monkeypatch)
    cli.knows("acme", house.environment["SF_ACCESS_TOKEN"], house.practice.origin)
    answers = ["sandbox", "", "env:NONE", "y", "", "", "1", "y"]
    told = at_a_terminal(house, ["init"], "".join(f"{answer}\n" for answer in answers))
    assert told.code == Exit.OK, told.said
    assert "GOTALLO_API_TOKEN should be in the variable NONE" in told.said
    assert "Answer again?" in told.said
    assert f"1 acme acme@example.com, {house.practice.origin}" in told.said
    assert "The environment beats the profile: unset SF_ACCESS_TOKEN" in told.said
    written = tomllib.loads(Path("bridge.toml").read_text(encoding="utf-8"))
    assert written["profiles"]["sandbox"]["sf_target_org"] == "acme"
    doctor = house.command(
        "doctor", "--profile", "sandbox", without=[*OF_THE_FILE, "SF_CLIENT_SECRET"]
    )
    assert doctor.returncode == Exit.OK, doctor.stdout


def test_a_person_who_says_no_has_nothing_written(house: House) -> None:
    told = at_a_terminal(house, ["init", "--profile", "production", *by_client(house)], "\n\nn\n")
    assert told.code == Exit.SAFETY
    assert 'the profile is called "production", and this is a sandbox' in told.said
    assert "Nothing was written" in told.said
    assert not list(Path.cwd().iterdir())


def test_a_profile_that_is_made_anew_keeps_its_limits(house: House) -> None:
    Path("bridge.toml").write_text('[profiles.uat]\nbridge_max_refused = "1"\n', encoding="utf-8")
    done = house.command("init", "--profile", "uat", *by_client(house), "--yes", "--overwrite")
    assert done.returncode == Exit.OK, done.stderr
    written = tomllib.loads(Path("bridge.toml").read_text(encoding="utf-8"))["profiles"]["uat"]
    assert written["bridge_max_refused"] == "1"
    assert written["sf_login_url"] == house.practice.origin


@pytest.mark.parametrize("text", ["a = [", "typo = 1"])
def test_a_settings_file_that_is_broken_is_told_and_left(house: House, text: str) -> None:
    Path("bridge.toml").write_text(text, encoding="utf-8")
    done = house.command("init", "--profile", "uat", *by_client(house), "--yes")
    assert done.returncode == Exit.USAGE, done.stderr
    assert "Error: bridge.toml: " in done.stderr
    assert Path("bridge.toml").read_text(encoding="utf-8") == text


def test_a_settings_file_that_is_a_link_stays_one(house: House) -> None:
    Path("kept").mkdir()
    Path("bridge.toml").symlink_to(Path("kept", "bridge.toml"))
    done = house.command("init", "--profile", "uat", *by_client(house), "--yes")
    assert done.returncode == Exit.OK, done.stderr
    assert Path("bridge.toml").is_symlink()
    assert has_profile(Path("kept", "bridge.toml").read_text(encoding="utf-8"), "uat")


def test_a_variable_that_is_empty_is_not_set(house: House) -> None:
    """The trial then has no authority that signed the practice org, and says so."""
    done = house.command("init", "--profile", "uat", *by_client(house), BRIDGE_CA_BUNDLE="")
    assert done.returncode == Exit.REMOTE, done.stderr
    assert "can't be read" not in done.stderr


def test_both_sides_are_tried_through_the_proxy_of_the_environment(house: House) -> None:
    command = ("init", "--profile", "uat", *by_client(house), "--yes")
    done = house.command(*command, BRIDGE_PROXY="http://user:s3cret@127.0.0.1:9")
    assert done.returncode == Exit.REMOTE, done.stderr
    assert "BRIDGE_PROXY" in done.stderr
    assert "s3cret" not in done.stderr


def test_a_salesforce_cli_in_trouble_leaves_the_other_ways_open(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch).breaks()
    mistakes = ["nonsense", "y", "", "", "2", "y"]
    answers = [*mistakes, "C", house.practice.origin, house.environment["SF_CLIENT_ID"], "", "y"]
    told = at_a_terminal(
        house, ["init", "--profile", "uat"], "".join(f"{answer}\n" for answer in answers)
    )
    assert told.code == Exit.OK, told.said
    assert "The logins of the Salesforce CLI can't be listed" in told.said
    asked, refused, *_ = told.said.partition("must be a uuid")
    assert refused, told.said
    assert "GOTALLO_API_TOKEN" not in asked, "a slip is told before the next question"
    assert '"2" is no way into Salesforce' in told.said
    assert "SF_TARGET_ORG" not in told.said, "nobody gave it"


KEYRING = """\
import os
place = os.environ["KEPT"]
def set_password(service, user, secret):
    open(place, "w").write(secret)
def get_password(service, user):
    return open(place).read() if os.path.exists(place) else None
"""


@pytest.mark.parametrize("ending", ["--dry-run", "n", "y"])
def test_a_secret_goes_into_the_keyring_when_all_is_agreed_and_not_before(
    ending: str, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "keyring.py").write_text(KEYRING, encoding="utf-8")
    kept = tmp_path / "kept"
    monkeypatch.setenv("KEPT", str(kept))
    monkeypatch.setenv("PYTHONPATH", f"{modules}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    options = ["--dry-run"] if ending == "--dry-run" else []
    answers = [
        ("tenant id", "\n"),
        ("Where is GOTALLO_API_TOKEN", "keyring\n"),
        ("to be put there: ", f"{house.environment['GOTALLO_API_TOKEN']}\n"),
        ("[y/N]:", f"{ending}\n"),
    ]
    told = answering(house, ["init", "--profile", "uat", *by_client(house), *options], answers)
    assert told.code == (Exit.SAFETY if ending == "n" else Exit.OK), told.said
    assert kept.exists() is (ending == "y"), told.said
    assert Path("bridge.toml").exists() is (ending == "y")
    if ending == "y":
        assert kept.read_text(encoding="utf-8") == house.environment["GOTALLO_API_TOKEN"]


def test_the_mapping_is_found_from_whatever_folder(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("init", "--profile", "uat", *by_client(house), "--yes")
    assert house.command(*command, "--config", "etc/bridge.toml").returncode == Exit.OK
    away = Path.cwd() / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    named = ("--profile", "uat", "--config", "../etc/bridge.toml")
    done = house.command("mapping", "describe", *named)
    assert done.returncode == Exit.OK, done.stderr


@pytest.mark.parametrize(
    ("command", "says"),
    [("init --profile uat", "Run bridge init again"), ("doctor", "Nothing was written")],
)
def test_an_interrupted_set_up_says_nothing_of_messages(
    command: str, says: str, house: House
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "bridge", *command.split()],
            env=process_environment({**house.environment, "GOTALLO_BASE_URL": url}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        connection, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
        connection.close()
    assert process.returncode == Exit.INTERRUPTED, said
    assert says in said
    assert "in doubt" not in said
