from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings, proxies or authorities of whoever runs it."""
    for name in os.environ:
        if name.startswith(("SF_", "GOTALLO_", "BRIDGE_")) or name.upper().endswith(
            ("_PROXY", "_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
        ):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def quiet_events() -> Iterator[None]:
    """Events below a warning are not printed, and no test leaves its own set-up behind."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.reset_defaults()
