"""The JWT bearer flow against the practice org, which checks what is signed as Salesforce does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr

from bridge.errors import OrgRefused, SettingsError
from bridge.practice import Login, PracticeServer, Scenario
from bridge.practice.org.session import SigningKey
from bridge.salesforce import JwtLogin, Org, Reach, Token
from tests.salesforce.loopback import Answer, Asked, Loopback, Reply


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeServer]:
    with PracticeServer(Scenario(size=0, extra_rows=0)) as server:
        yield server


def login(practice: PracticeServer, first: Token | None = None, **other: str) -> JwtLogin:
    given = {**practice.environment_for(Login.JWT), **other}
    return JwtLogin(
        given["SF_LOGIN_URL"],
        given["SF_CLIENT_ID"],
        given["SF_USERNAME"],
        Path(given["SF_JWT_KEY_FILE"]),
        first,
        reach=Reach(Path(given["BRIDGE_CA_BUNDLE"])),
    )


def written(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, path: Path, word: str = "") -> str:
    locked = serialization.BestAvailableEncryption(word.encode()) if word else None
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            locked or serialization.NoEncryption(),
        )
    )
    return str(path)


def test_what_the_key_signs_opens_the_org_as_that_user(practice: PracticeServer) -> None:
    ca_bundle = Path(practice.environment["BRIDGE_CA_BUNDLE"])
    with Org(login(practice), ca_bundle=ca_bundle) as org:
        assert org.identity().username == practice.environment_for(Login.JWT)["SF_USERNAME"]


def test_a_given_token_is_renewed_by_the_key_once_it_is_spent(practice: PracticeServer) -> None:
    spent = Token(SecretStr("spent"), practice.origin)
    tokens = login(practice, spent)
    assert tokens.current() == spent
    assert tokens.renew(spent) != spent


@pytest.mark.parametrize(
    ("other", "says", "mend"),
    [
        ({"SF_LOGIN_URL": "localhost"}, "invalid_grant audience is invalid", "My Domain URL"),
        ({"SF_CLIENT_ID": "other"}, "client identifier invalid", "Set SF_CLIENT_ID"),
        ({"SF_USERNAME": "no.body@example.com"}, "user hasn't approved", "pre-authorized"),
        ({"SF_JWT_KEY_FILE": "another"}, "invalid assertion", "upload the certificate"),
    ],
    ids=["audience", "client", "user", "key"],
)
def test_each_refusal_has_its_mend(
    practice: PracticeServer, tmp_path: Path, other: dict[str, str], says: str, mend: str
) -> None:
    if "SF_LOGIN_URL" in other:
        other = {"SF_LOGIN_URL": practice.origin.replace("127.0.0.1", "localhost")}
    if "SF_JWT_KEY_FILE" in other:
        key = tmp_path / "another.pem"
        key.write_bytes(SigningKey().as_pem())
        other = {"SF_JWT_KEY_FILE": str(key)}
    with pytest.raises(OrgRefused) as caught:
        login(practice, None, **other).current()
    assert says in caught.value.message
    assert mend in caught.value.advice
    assert caught.value.status == 401, "a 400 would look like a malformed insert"


def test_a_slow_clock_is_told_as_such(
    practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr("bridge.salesforce.jwt_login.time.time", lambda: now - 3600)
    with pytest.raises(OrgRefused, match="expired authorization code") as caught:
        login(practice).current()
    assert "this machine's clock" in caught.value.advice


def test_what_is_signed_states_who_for_whom_and_for_how_long(
    practice: PracticeServer, loopback: Loopback, ca_bundle: Path
) -> None:
    forms: list[str] = []

    def respond(asked: Asked) -> Reply:
        forms.append(asked.body.decode())
        return Answer({"access_token": "token-1", "instance_url": loopback.url})

    loopback.respond = respond
    tokens = login(practice, SF_LOGIN_URL=f"{loopback.url}/", BRIDGE_CA_BUNDLE=str(ca_bundle))
    assert tokens.current().value.get_secret_value() == "token-1"
    ((kind, assertion),) = [form.split("&") for form in forms]
    assert kind == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
    claims = jwt.decode(
        assertion.removeprefix("assertion="),
        practice.signing_key.public,
        algorithms=["RS256"],
        audience=loopback.url,
    )
    given = practice.environment_for(Login.JWT)
    assert (claims["iss"], claims["sub"]) == (given["SF_CLIENT_ID"], given["SF_USERNAME"])
    assert claims.keys() == {"iss", "sub", "aud", "exp"}
    assert time.time() < claims["exp"] <= time.time() + 180


def unusable_keys(folder: Path) -> Iterator[tuple[str, str, str]]:
    """A file, what is said of it, and its mend."""
    yield str(folder / "none.pem"), "can't be read: No such file", "PEM file"
    large = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    locked = written(large, folder / "locked.pem", "word")
    yield locked, "locked by a passphrase", f"openssl rsa -in {locked}"
    curved = written(ec.generate_private_key(ec.SECP256R1()), folder / "curved.pem")
    yield curved, "not an RSA key of 2048 bits", "openssl req -x509"
    public = folder / "public.pem"
    public.write_bytes(
        large.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    yield str(public), "holds no private key", "not to its certificate"


def test_a_key_that_can_not_sign_is_refused_before_anybody_is_asked(
    practice: PracticeServer, tmp_path: Path
) -> None:
    before = len(practice.requests.all())
    for file, says, mend in unusable_keys(tmp_path):
        with pytest.raises(SettingsError) as caught:
            login(practice, SF_JWT_KEY_FILE=file)
        assert says in caught.value.message
        assert mend in caught.value.advice
    assert len(practice.requests.all()) == before
