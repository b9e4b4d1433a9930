from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
import structlog
import trustme
from pydantic import SecretStr
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bridge.salesforce import Org, StaticToken
from tests.salesforce.loopback import Loopback, serving, write_authority


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_authority(tmp_path_factory.mktemp("authority"), authority)


@pytest.fixture
def loopback(authority: trustme.CA) -> Iterator[Loopback]:
    with serving(authority.issue_cert("127.0.0.1")) as server:
        yield server


@pytest.fixture
def org(loopback: Loopback, ca_bundle: Path) -> Iterator[Org]:
    token = StaticToken(SecretStr("token-1"), loopback.url)
    with Org(token, ca_bundle=ca_bundle, connect_seconds=5, call_seconds=5) as org:
        yield org


@pytest.fixture
def events() -> Iterator[list[EventDict]]:
    """Everything that is logged, whatever its level."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET))
    with capture_logs() as events:
        yield events


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Reads are tried again as often as ever, without a pause between."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield
