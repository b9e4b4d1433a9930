from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.plugins import Plugins
from tests.postgres import Server, Unavailable, serving

settings.register_profile(
    "ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings, proxies or authorities of whoever runs it."""
    for name in os.environ:
        if name.startswith(("SF_", "GOTALLO_", "BRIDGE_", "PG")) or name.upper().endswith(
            ("_PROXY", "_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
        ):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def quiet_events() -> Iterator[None]:
    """Events below a warning are not printed, and no test leaves its own set-up behind."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for this process' tests; they are skipped where there can be none."""
    with (
        tempfile.TemporaryDirectory(prefix="bridge-postgres-") as folder,
        serving(Path(folder)) as server,
    ):
        if isinstance(server, Unavailable):
            pytest.skip(f"A ledger on PostgreSQL: {server.reason}")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger may be made: a file, then a schema on a server."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite3")
    server: Server = request.getfixturevalue("postgres")
    return server.new_ledger()


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    """Installs distributions for one test; what was imported of them is forgotten."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    return Plugins(site)
