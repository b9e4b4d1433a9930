from __future__ import annotations

import pytest

from bridge.errors import SettingsError
from bridge.salesforce.addresses import check_proxy, https_host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://test-org.my.salesforce.com", "test-org.my.salesforce.com"),
        ("https://Test-Org.my.salesforce.com:443/a/path/", "test-org.my.salesforce.com"),
        ("https://127.0.0.1:8443/", "127.0.0.1:8443"),
        ("https://[::1]:8443", "[::1]:8443"),
    ],
)
def test_of_a_url_host_and_port_count(url: str, host: str) -> None:
    assert https_host(url, "SF_LOGIN_URL") == host


@pytest.mark.parametrize(
    "url",
    [
        "http://test-org.my.salesforce.com",
        "test-org.my.salesforce.com",
        "https://",
        "https://user:word@test-org.my.salesforce.com",
        "https://test-org.my.salesforce.com:port",
        "https://test-org.my.salesforce.com:0",
        "https://[::1",
        "",
    ],
)
def test_what_is_no_https_url_of_a_host_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="SF_LOGIN_URL") as caught:
        https_host(url, "SF_LOGIN_URL")

    assert "word" not in f"{caught.value.message}{caught.value.advice}"


@pytest.mark.parametrize("url", [None, "http://proxy.example:3128", "https://user:word@[::1]:3128"])
def test_a_proxy_may_be_http_or_https_or_none(url: str | None) -> None:
    check_proxy(url)


@pytest.mark.parametrize(
    "url", ["", "proxy:3128", "socks5://user:word@proxy", "http://", "http://p:x"]
)
def test_another_proxy_is_a_wrong_setting_and_not_shown(url: str) -> None:
    with pytest.raises(SettingsError, match="proxy") as caught:
        check_proxy(url)

    assert "word" not in f"{caught.value.message}{caught.value.advice}"
