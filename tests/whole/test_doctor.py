"""`bridge doctor` finds what is wrong with a set-up, says how to mend it, and writes nothing."""

from __future__ import annotations

import datetime as dt
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from rich.console import Console

from bridge.doctor import examine
from bridge.errors import Exit
from bridge.ledger import Ledger
from bridge.planning import built_in_mapping
from bridge.practice import Fault, Login, Remote, Scenario, Status
from bridge.practice.org.customizing import FieldSetting
from bridge.practice.org.schema import Access
from bridge.practice.org.session import SigningKey
from bridge.report.doctor import DoctorDocument, Family, Mark
from bridge.report.terminal import show_doctor
from bridge.settings import look
from tests.whole.conftest import OpenHouse
from tests.whole.house import House

QUIET = Scenario(causes={})
SECRETS = ("SF_ACCESS_TOKEN", "GOTALLO_API_TOKEN", "SF_CLIENT_SECRET")
LOGIN = ("SF_LOGIN_URL", "SF_CLIENT_ID", "SF_CLIENT_SECRET")

Variables = dict[str, str]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Setup:
    """A set-up that a test may break."""

    house: House
    folder: Path
    variables: Variables
    monkeypatch: pytest.MonkeyPatch

    def without(self, *names: str) -> None:
        for name in names:
            self.variables.pop(name, None)

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def examine(
        self, profile: str | None = None, ahead: dt.timedelta = dt.timedelta(0)
    ) -> DoctorDocument:
        for name, value in self.variables.items():
            self.monkeypatch.setenv(name, value)
        return examine(look({}, profile=profile), lambda: now() + ahead)


@pytest.fixture
def set_up(
    open_house: OpenHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Scenario], Setup]:
    monkeypatch.chdir(tmp_path)

    def one(scenario: Scenario) -> Setup:
        house = open_house(scenario)
        return Setup(house, tmp_path, dict(house.environment), monkeypatch)

    return one


def nobody_listens() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"https://127.0.0.1:{taken.getsockname()[1]}"


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that is wrong, and what is said of it."""

    name: str
    spoil: Callable[[Setup], object]
    family: Family
    says: str
    mend: str
    exit_code: Exit
    scenario: Scenario = QUIET
    mark: Mark = Mark.WRONG
    profile: str | None = None
    ahead: dt.timedelta = dt.timedelta(0)


def nothing(_: Setup) -> None:
    """The scenario alone is broken."""


def sets(**variables: str) -> Callable[[Setup], object]:
    return lambda setup: setup.variables.update(variables)


def lacks(*names: str) -> Callable[[Setup], object]:
    return lambda setup: setup.without(*names)


def expired(setup: Setup) -> None:
    setup.house.practice.sessions.expire()
    setup.without(*LOGIN)


def login_without_cli(setup: Setup) -> None:
    setup.without("SF_ACCESS_TOKEN")
    setup.variables.update(SF_TARGET_ORG="acme", PATH="")


def wrong_client_secret(setup: Setup) -> None:
    setup.without("SF_ACCESS_TOKEN")
    setup.variables["SF_CLIENT_SECRET"] = "wrong"


def by_jwt(setup: Setup) -> None:
    setup.without("SF_ACCESS_TOKEN", "SF_ORG_INSTANCE_URL", "SF_CLIENT_SECRET")
    setup.variables.update(setup.house.practice.environment_for(Login.JWT))
    setup.variables["BRIDGE_LEDGER"] = setup.house.location


def wrong_key(setup: Setup) -> None:
    by_jwt(setup)
    key = Path(setup.file("another.pem", ""))
    key.chmod(0o600)
    key.write_bytes(SigningKey().as_pem())
    setup.variables["SF_JWT_KEY_FILE"] = str(key)


def no_key(setup: Setup) -> None:
    by_jwt(setup)
    setup.variables["SF_JWT_KEY_FILE"] = "not-there.pem"


def key_for_all(setup: Setup) -> None:
    by_jwt(setup)
    key = Path(setup.file("open.pem", ""))
    key.write_bytes(setup.house.practice.signing_key.as_pem())
    key.chmod(0o644)
    setup.variables["SF_JWT_KEY_FILE"] = str(key)


def wrong_audience(setup: Setup) -> None:
    by_jwt(setup)
    setup.variables["SF_LOGIN_URL"] = setup.house.practice.origin.replace("127.0.0.1", "localhost")


def user_of_nobody(setup: Setup) -> None:
    by_jwt(setup)
    setup.variables["SF_USERNAME"] = "somebody.else@practice.example"


def nobody_to_log_in(setup: Setup) -> None:
    by_jwt(setup)
    setup.without("SF_USERNAME")


def called_production(setup: Setup) -> None:
    setup.file("bridge.toml", "[profiles.production]\n")


def called_sandbox(setup: Setup) -> None:
    setup.file("bridge.toml", "[profiles.acme-uat]\n")


def org_elsewhere(setup: Setup) -> None:
    setup.variables["SF_ORG_INSTANCE_URL"] = nobody_listens()
    setup.without(*LOGIN)


def wrong_bundle(setup: Setup) -> None:
    setup.variables["BRIDGE_CA_BUNDLE"] = setup.file("authorities.pem", "no certificate\n")


def other_authorities(setup: Setup) -> None:
    setup.without("BRIDGE_CA_BUNDLE", *LOGIN)


def object_of_another_package(setup: Setup) -> None:
    setup.variables["BRIDGE_MAPPING"] = setup.file(
        "mapping.yaml", built_in().replace("object: Heroku_Message__c", "object: Heroku_Massage__c")
    )


def built_in() -> str:
    return built_in_mapping().read_text(encoding="utf-8")


def misspelt_field(setup: Setup) -> None:
    setup.variables["BRIDGE_MAPPING"] = setup.file(
        "mapping.yaml", built_in().replace("order: Timestamp__c", "order: Timestmap__c")
    )


def misspelt_fixer(setup: Setup) -> None:
    setup.variables["BRIDGE_MAPPING"] = setup.file(
        "mapping.yaml", built_in().replace("  - nulls\n", "  - nuls\n")
    )


def unseen_made_object(setup: Setup) -> None:
    setup.variables["BRIDGE_MAPPING"] = setup.file(
        "mapping.yaml", built_in().replace("\n  SocialPost:", "\n  Postcard:")
    )


def unseen_witness(setup: Setup) -> None:
    setup.variables["BRIDGE_MAPPING"] = setup.file(
        "mapping.yaml", built_in() + "witness: {SocialPots: ExternalPostId}\n"
    )


def ledger_below_a_file(setup: Setup) -> None:
    setup.variables["BRIDGE_LEDGER"] = setup.file("a-file", "") + "/ledger.sqlite3"


def newer_ledger(setup: Setup) -> None:
    place = str(setup.folder / "newer.sqlite3")
    Ledger(place).close()
    with closing(sqlite3.connect(place)) as ledger:
        ledger.execute("UPDATE bridge_meta SET value = '99' WHERE name = 'schema_version'")
        ledger.commit()
    setup.variables["BRIDGE_LEDGER"] = place


def used_up(setup: Setup) -> None:
    allowance = setup.house.practice.allowance
    allowance.used = allowance.maximum - 9_000


def nearly_used_up(setup: Setup) -> None:
    allowance = setup.house.practice.allowance
    allowance.used = allowance.maximum - 10_300


def gotallo_down(setup: Setup) -> None:
    setup.variables["GOTALLO_BASE_URL"] = nobody_listens() + "/api/v1"


def gotallo_in_trouble(setup: Setup) -> None:
    setup.house.practice.faults.add(Fault(Remote.GOTALLO, Status(503)))


def misspelt_key(setup: Setup) -> None:
    setup.file("bridge.toml", 'gotallo_tennant_id = "x"\n')


def may_not_create(setup: Setup) -> None:
    ours = setup.house.practice.org.message_sobject()
    object.__setattr__(ours, "createable", False)


REMOTE, USAGE, OK = Exit.REMOTE, Exit.USAGE, Exit.OK
BROKEN = [
    Broken(
        "GoTallo's address without https",
        sets(GOTALLO_BASE_URL="http://127.0.0.1/api/v1"),
        Family.SETTINGS,
        "GOTALLO_BASE_URL: must start with https://",
        "Mend the value",
        USAGE,
    ),
    Broken(
        "GoTallo's address without its path",
        lambda s: s.variables.update(GOTALLO_BASE_URL=s.house.practice.origin),
        Family.GOTALLO,
        "GoTallo has nothing at",
        "Check GOTALLO_TENANT_ID and GOTALLO_BASE_URL",
        REMOTE,
    ),
    Broken(
        "no tenant and no token",
        lacks("GOTALLO_TENANT_ID", "GOTALLO_API_TOKEN"),
        Family.GOTALLO,
        "GOTALLO_TENANT_ID and GOTALLO_API_TOKEN are not set",
        "Set them in the environment, or let bridge init ask for what is missing",
        USAGE,
    ),
    Broken(
        "a bad token of GoTallo",
        sets(GOTALLO_API_TOKEN="not-a-token"),
        Family.GOTALLO,
        "GoTallo refused the token",
        "Set GOTALLO_API_TOKEN to a token that is valid for this tenant",
        REMOTE,
    ),
    Broken(
        "GoTallo down",
        gotallo_down,
        Family.GOTALLO,
        "GoTallo could not be reached",
        "Check the network, GOTALLO_BASE_URL and BRIDGE_PROXY",
        REMOTE,
    ),
    Broken(
        "GoTallo in trouble",
        gotallo_in_trouble,
        Family.GOTALLO,
        "GoTallo answered HTTP 503",
        "Try again in a few minutes",
        REMOTE,
    ),
    Broken(
        "the tenant of somebody else",
        sets(GOTALLO_TENANT_ID="00000000-0000-4000-8000-000000000000"),
        Family.GOTALLO,
        "GoTallo has nothing at",
        "Check GOTALLO_TENANT_ID",
        REMOTE,
    ),
    Broken(
        "a tenant that is none",
        sets(GOTALLO_TENANT_ID="practice"),
        Family.SETTINGS,
        "GOTALLO_TENANT_ID: must be a uuid",
        "Mend the value",
        USAGE,
    ),
    Broken(
        "no way into Salesforce",
        lacks("SF_ACCESS_TOKEN", *LOGIN),
        Family.ORG,
        "No way into Salesforce is set",
        "Set SF_ACCESS_TOKEN and SF_ORG_INSTANCE_URL",
        USAGE,
    ),
    Broken(
        "a login of a Salesforce CLI that is not there",
        login_without_cli,
        Family.ORG,
        "there is no sf on the PATH",
        "Install the Salesforce CLI",
        USAGE,
    ),
    Broken(
        "an expired token of the org",
        expired,
        Family.ORG,
        "the access token has expired or is not valid there",
        "Put a new one into SF_ACCESS_TOKEN",
        REMOTE,
    ),
    Broken(
        "a wrong client secret",
        wrong_client_secret,
        Family.ORG,
        "gave no token: HTTP 400 invalid_client",
        "Check SF_LOGIN_URL, SF_CLIENT_ID and SF_CLIENT_SECRET",
        REMOTE,
    ),
    Broken(
        "a key that is not there",
        no_key,
        Family.ORG,
        "The key not-there.pem can't be read: No such file",
        "Set SF_JWT_KEY_FILE to the private key",
        USAGE,
    ),
    Broken(
        "a key that belongs to another certificate",
        wrong_key,
        Family.ORG,
        "gave no token: HTTP 400 invalid_grant invalid assertion",
        "upload the certificate of this key",
        REMOTE,
    ),
    Broken(
        "a key that others can read",
        key_for_all,
        Family.ORG,
        "can be read or changed by others on this machine",
        "chmod 600",
        OK,
        mark=Mark.WARNING,
    ),
    Broken(
        "a login URL of another org",
        wrong_audience,
        Family.ORG,
        "gave no token: HTTP 400 invalid_grant audience is invalid",
        "Set SF_LOGIN_URL to the org's My Domain URL",
        REMOTE,
    ),
    Broken(
        "a user who has not been given the app",
        user_of_nobody,
        Family.ORG,
        "user hasn't approved this consumer",
        "admin approved users are pre-authorized",
        REMOTE,
    ),
    Broken(
        "a key without a user",
        nobody_to_log_in,
        Family.ORG,
        "SF_USERNAME is not set",
        "Set it in the environment",
        USAGE,
    ),
    Broken(
        "a profile called production on a sandbox",
        called_production,
        Family.ORG,
        'the profile is called "production", and it leads to a sandbox',
        "bridge init --profile production --overwrite",
        OK,
        mark=Mark.WARNING,
        profile="production",
    ),
    Broken(
        "a profile called after a sandbox on a production org",
        called_sandbox,
        Family.ORG,
        'the profile is called "acme-uat", and it leads to a PRODUCTION org',
        "[profiles.acme-uat]",
        OK,
        scenario=Scenario(causes={}, sandbox=False),
        mark=Mark.WARNING,
        profile="acme-uat",
    ),
    Broken(
        "an instance URL where nobody listens",
        org_elsewhere,
        Family.ORG,
        "Salesforce could not be reached",
        "Check SF_ORG_INSTANCE_URL and the network",
        REMOTE,
    ),
    Broken(
        "the instance URL of the pages",
        sets(SF_ORG_INSTANCE_URL="https://acme.lightning.force.com"),
        Family.ORG,
        "is the address of the pages",
        "Set SF_ORG_INSTANCE_URL to the org's My Domain URL",
        USAGE,
    ),
    Broken(
        "no CA bundle at its place",
        sets(BRIDGE_CA_BUNDLE="not-there.pem"),
        Family.GOTALLO,
        "The CA bundle not-there.pem can't be read: No such file",
        "Set BRIDGE_CA_BUNDLE to a PEM file",
        USAGE,
    ),
    Broken(
        "a CA bundle that is none",
        wrong_bundle,
        Family.ORG,
        "holds no certificate that can be read",
        "Set BRIDGE_CA_BUNDLE to a file with certificates in PEM form",
        USAGE,
    ),
    Broken(
        "the usual authorities where a private one signed",
        other_authorities,
        Family.ORG,
        "its TLS certificate was not accepted",
        "name its PEM file in BRIDGE_CA_BUNDLE",
        REMOTE,
    ),
    Broken(
        "no create permission",
        may_not_create,
        Family.ACCESS,
        "may not create Social25__Heroku_Message__c",
        "Grant create on the object",
        REMOTE,
    ),
    Broken(
        "a field that can't be written",
        nothing,
        Family.ACCESS,
        "may not write Text__c of Social25__Heroku_Message__c",
        "Grant edit on Text__c",
        REMOTE,
        scenario=Scenario(
            causes={},
            fields={"Heroku_Message__c": {"Text__c": FieldSetting(access=Access.READ)}},
        ),
    ),
    Broken(
        "a field that every message has, and no mapping names",
        nothing,
        Family.ACCESS,
        "GoTallo's messages have Conversation_State__c, which this user does not see",
        "Grant read and edit on Conversation_State__c",
        OK,
        mark=Mark.WARNING,
        scenario=Scenario(
            causes={},
            fields={
                "Heroku_Message__c": {"Conversation_State__c": FieldSetting(access=Access.HIDDEN)}
            },
        ),
    ),
    Broken(
        "the key hidden",
        nothing,
        Family.ACCESS,
        "has no field Identifier__c that this user can see",
        "Grant read and edit on Identifier__c",
        USAGE,
        scenario=Scenario(
            causes={},
            fields={"Heroku_Message__c": {"Identifier__c": FieldSetting(access=Access.HIDDEN)}},
        ),
    ),
    Broken(
        "no such object",
        object_of_another_package,
        Family.ACCESS,
        "The org shows this user no object Heroku_Massage__c",
        "Alike: Social25__Heroku_Message__c",
        USAGE,
    ),
    Broken(
        "a package that is not installed",
        nothing,
        Family.ACCESS,
        "The org shows this user no object Heroku_Message__c",
        "that the package is installed",
        USAGE,
        scenario=Scenario(causes={}, message_object=False),
    ),
    Broken(
        "a key that is not unique",
        nothing,
        Family.ACCESS,
        "the key Identifier__c is not unique",
        "make Identifier__c unique",
        OK,
        scenario=Scenario(causes={}, key_unique=False),
        mark=Mark.WARNING,
    ),
    Broken(
        "no View All, and no unique key",
        nothing,
        Family.ACCESS,
        "A message that is there could look absent",
        "Grant this user View All on Social25__Heroku_Message__c",
        REMOTE,
        scenario=Scenario(causes={}, key_unique=False, view_all_rows=False),
    ),
    Broken(
        "no View All, and a unique key",
        nothing,
        Family.ACCESS,
        "not proven that this user sees every row",
        "Grant View All on Social25__Heroku_Message__c",
        OK,
        scenario=Scenario(causes={}, view_all_rows=False),
        mark=Mark.WARNING,
    ),
    Broken(
        "a mapping with an unknown field",
        misspelt_field,
        Family.MAPPING,
        'has no field "Timestmap__c"',
        "Mend the name",
        USAGE,
    ),
    Broken(
        "a mapping with an unknown fixer",
        misspelt_fixer,
        Family.MAPPING,
        'no fixer is called "nuls", did you mean "nulls"',
        "Known are: ",
        USAGE,
    ),
    Broken(
        "no mapping at its place",
        sets(BRIDGE_MAPPING="not-there.yaml"),
        Family.MAPPING,
        "The mapping not-there.yaml can't be read",
        "Look at --mapping or BRIDGE_MAPPING",
        USAGE,
    ),
    Broken(
        "a made object that the org lacks",
        unseen_made_object,
        Family.MAPPING,
        "the org shows this user no Postcard",
        "leave it out of the mapping",
        OK,
        mark=Mark.WARNING,
    ),
    Broken(
        "a witness that the org lacks",
        unseen_witness,
        Family.MAPPING,
        "The org shows this user no object SocialPots",
        "leave out the witness",
        USAGE,
    ),
    Broken(
        "a ledger that can't be written",
        ledger_below_a_file,
        Family.LEDGER,
        "a-file is no folder",
        "Name another place with BRIDGE_LEDGER",
        USAGE,
    ),
    Broken(
        "a ledger that is something else",
        lambda s: s.variables.update(BRIDGE_LEDGER=s.file("notes", "no database " * 99)),
        Family.LEDGER,
        "file is not a database",
        "Look at BRIDGE_LEDGER",
        USAGE,
    ),
    Broken(
        "a ledger of a newer version",
        newer_ledger,
        Family.LEDGER,
        "was written by a newer version of this program (schema 99",
        "Update gotallo-bridge",
        USAGE,
    ),
    Broken(
        "an allowance within its reserve",
        used_up,
        Family.ALLOWANCE,
        "10,000 in reserve",
        "Wait until they count anew",
        REMOTE,
    ),
    Broken(
        "an allowance that is nearly used up",
        nearly_used_up,
        Family.ALLOWANCE,
        "10,000 in reserve",
        "send it later, or in parts",
        OK,
        mark=Mark.WARNING,
    ),
    Broken(
        "a clock that is an hour ahead",
        nothing,
        Family.CLOCK,
        "this machine's clock is 60 minutes ahead of Salesforce's",
        "Set this machine's clock",
        OK,
        mark=Mark.WARNING,
        ahead=dt.timedelta(hours=1, seconds=5),
    ),
    Broken(
        "an unknown profile",
        lambda s: s.file("bridge.toml", "[profiles.production]\n"),
        Family.SETTINGS,
        'bridge.toml has no profile "sandbox"',
        "It has: production",
        USAGE,
        profile="sandbox",
    ),
    Broken(
        "a settings file that everybody may write",
        lambda s: Path(s.file("bridge.toml", "")).chmod(0o666),
        Family.SETTINGS,
        "others than you may write bridge.toml, which says where your tokens go",
        "chmod 600 bridge.toml",
        OK,
        mark=Mark.WARNING,
    ),
    Broken(
        "an environment that beats the profile",
        lambda s: s.file("bridge.toml", '[profiles.production]\nsf_target_org = "acme"\n'),
        Family.SETTINGS,
        'the environment beats the profile "production": SF_ACCESS_TOKEN, SF_ORG_INSTANCE_URL',
        "Unset SF_ACCESS_TOKEN, SF_ORG_INSTANCE_URL",
        OK,
        mark=Mark.WARNING,
        profile="production",
    ),
    Broken(
        "a misspelt key of the file",
        misspelt_key,
        Family.SETTINGS,
        'unknown key "gotallo_tennant_id", did you mean "gotallo_tenant_id"',
        "Known are: ",
        USAGE,
    ),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_what_is_broken_is_found_and_its_mend_is_named(
    broken: Broken, set_up: Callable[[Scenario], Setup]
) -> None:
    setup = set_up(broken.scenario)
    broken.spoil(setup)
    document: DoctorDocument = setup.examine(broken.profile, broken.ahead)
    found = [
        check
        for check in document.checks
        if check.family is broken.family and broken.says in check.says
    ]
    assert [(check.mark, broken.mend in (check.mend or "")) for check in found] == [
        (broken.mark, True)
    ], document.checks
    assert document.exit_code == broken.exit_code
    assert document.sound is (broken.exit_code is Exit.OK)


def everything_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def test_all_is_well_with_the_practice_org_and_nothing_is_written(
    set_up: Callable[[Scenario], Setup],
) -> None:
    setup = set_up(QUIET)
    before = everything_in(setup.folder)
    done = setup.house.command("doctor", "--json")
    assert done.returncode == Exit.OK, done.stdout
    document = DoctorDocument.model_validate_json(done.stdout)
    assert document.sound
    assert {check.mark for check in document.checks} == {Mark.GOOD}
    in_ascii = TextIOWrapper(BytesIO(), encoding="ascii")
    show_doctor(document, Console(file=in_ascii, width=60))
    in_ascii.seek(0)
    assert "\n  ok " in in_ascii.read()
    assert {check.family for check in document.checks} == set(Family)
    assert document.org is not None
    assert document.org.sandbox
    assert everything_in(setup.folder) == before
    asked = setup.house.practice.requests.all()
    assert {one.method for one in asked} == {"GET"}
    assert len(asked) < 15, "it asks for nothing that it does not need"
    secrets = [setup.variables[name] for name in SECRETS]
    assert not [secret for secret in secrets if secret in done.stdout + done.stderr]
    shown = {part.name: (part.value, part.layer) for part in document.settings}
    assert shown["SF_ACCESS_TOKEN"] == ("set", "environment")
    assert shown["BRIDGE_MAX_CALLS"] == (None, "default")


def test_a_ledger_that_is_there_is_left_as_it_is(set_up: Callable[[Scenario], Setup]) -> None:
    setup = set_up(QUIET)
    Ledger(setup.house.location).close()
    before = everything_in(setup.folder)
    document = setup.examine()
    assert everything_in(setup.folder) == before
    assert any("can be written, schema" in check.says for check in document.checks)


def test_with_gotallo_down_the_org_is_looked_at_all_the_same(
    set_up: Callable[[Scenario], Setup],
) -> None:
    setup = set_up(QUIET)
    gotallo_down(setup)
    document = setup.examine()
    good = {check.family for check in document.checks if check.mark is Mark.GOOD}
    assert good == set(Family) - {Family.GOTALLO}


def test_with_the_org_down_gotallo_is_looked_at_all_the_same(
    set_up: Callable[[Scenario], Setup],
) -> None:
    setup = set_up(QUIET)
    org_elsewhere(setup)
    document = setup.examine()
    marks = {(check.family, check.mark) for check in document.checks}
    assert (Family.GOTALLO, Mark.GOOD) in marks
    assert {
        (family, Mark.UNCHECKED) for family in (Family.MAPPING, Family.ACCESS, Family.ALLOWANCE)
    } <= marks


def test_no_token_goes_to_the_usual_gotallo_where_the_file_can_not_be_read(
    set_up: Callable[[Scenario], Setup],
) -> None:
    """It may name another address: GoTallo's own would be given a token that is for that."""
    setup = set_up(QUIET)
    setup.without("GOTALLO_BASE_URL")
    setup.file("bridge.toml", "[profiles.production]\n")
    document = setup.examine("sandbox")
    (of_gotallo,) = (check for check in document.checks if check.family is Family.GOTALLO)
    assert of_gotallo.mark is Mark.UNCHECKED
    assert document.settings_file == "bridge.toml", "it is there, and what is wrong is in it"


def test_a_person_is_shown_where_each_setting_comes_from_and_each_mend(
    set_up: Callable[[Scenario], Setup],
) -> None:
    setup = set_up(Scenario(causes={}, key_unique=False))
    setup.file(
        "bridge.toml",
        'bridge_max_refused = "5%"\n[profiles.sandbox]\nbridge_api_reserve = "20%"\n',
    )
    done = setup.house.command(
        "doctor",
        *("--profile", "sandbox", "--ledger", "elsewhere.sqlite3"),
        COLUMNS="100",
        GOTALLO_API_TOKEN="not-a-token",
    )
    assert done.returncode == Exit.REMOTE
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == 'Profile "sandbox" · bridge.toml'
    assert "BRIDGE_MAX_REFUSED 5% file" in lines
    assert "BRIDGE_API_RESERVE 20% profile" in lines
    assert "BRIDGE_LEDGER elsewhere.sqlite3 flag" in lines
    assert "GOTALLO_API_TOKEN set environment" in lines
    (wrong,) = (n for n, line in enumerate(lines) if line.startswith("✗ GoTallo refused the token"))
    assert lines[wrong + 1].startswith("Set GOTALLO_API_TOKEN to a token that is valid")
    assert lines[-1] == "1 thing is wrong, 1 warning. Mend and look again."
    assert done.stderr == ""
