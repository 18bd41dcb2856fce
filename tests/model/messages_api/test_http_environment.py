from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from foreword.core.errors import ConfigError, CredentialsError, ForewordError
from foreword.model.messages_api.api_errors import quote
from foreword.model.messages_api.credentials import checked_key
from foreword.model.messages_api.retry_policy import Patience
from foreword.model.messages_api.sdk_clients import connect

VARIABLES = (
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "ANTHROPIC_BASE_URL",
)


def failure(
    monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str], base_url: str = "https://a.example"
) -> ForewordError:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    environ = {"ANTHROPIC_API_KEY": "sk-any", **environ}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ForewordError) as caught:
        connect(
            "anthropic", environ=environ, base_url=base_url, api_key=None, patience=Patience(), ports=None
        )
    return caught.value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/nonexistent.pem"),
        ("ALL_PROXY", "socks://127.0.0.1:9"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9"),
        ("HTTP_PROXY", "http://me:hush#w@127.0.0.1:9"),
        ("NO_PROXY", "localhost,[::1]"),
    ],
)
def test_a_variable_with_which_no_client_can_be_opened_is_named_and_its_password_is_not(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    error = failure(monkeypatch, {name: value})
    assert isinstance(error, ConfigError)
    assert name in str(error)
    assert "hush" not in str(error)
    assert "" == capfd.readouterr().err


def test_an_empty_file_of_certificates_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    assert "SSL_CERT_FILE" in str(failure(monkeypatch, {"SSL_CERT_FILE": str(tmp_path / "empty.pem")}))


def test_a_base_url_that_is_none_is_blamed_on_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "model.url" in str(failure(monkeypatch, {}, "http://host:port"))


@pytest.mark.parametrize("key", ["sk-any\n", "sk-any\r\n", " sk-any", "\tsk-any "])
def test_white_space_around_a_key_is_none_of_it(key: str) -> None:
    assert "sk-any" == checked_key(key, "ANTHROPIC_API_KEY")


@pytest.mark.parametrize("key", ["sk\nany", "sk any", "sk\u2013any"])
def test_a_key_that_no_header_can_hold_is_refused_by_the_name_of_its_source(key: str) -> None:
    with pytest.raises(CredentialsError, match="ANTHROPIC_API_KEY holds a character") as caught:
        checked_key(key, "ANTHROPIC_API_KEY")
    assert "any" not in str(caught.value)


def test_what_an_http_library_says_of_a_header_is_quoted_without_its_value() -> None:
    assert "Illegal header value" == quote("Illegal header value b'Bearer sk-hush'")
