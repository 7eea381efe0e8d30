from __future__ import annotations

import pytest

from retention.sendgrid.client import SendGrid, SendGridSettingsError


@pytest.mark.parametrize("key", ["", " ", "SG.two words", "SG.line\nbreak", "SG.ä"])
def test_an_impossible_key_is_refused_and_not_quoted(key: str) -> None:
    with pytest.raises(SendGridSettingsError, match="SENDGRID_API_KEY") as caught:
        SendGrid(key)
    assert "SG." not in str(caught.value)


@pytest.mark.parametrize("url", ["api.sendgrid.com", "ftp://api.sendgrid.com", "http://", ""])
def test_an_impossible_url_is_refused(url: str) -> None:
    with pytest.raises(SendGridSettingsError, match="SENDGRID_API_URL"):
        SendGrid("SG.key", url)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with a key, out of test mode; nothing connects."""
    for name in ("SENDGRID_API_URL", "SENDGRID_DATA_RESIDENCY", "PALUU_TEST_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.key\n")
    return monkeypatch


def host() -> str:
    with SendGrid.from_environment() as client:
        return client.api.mail.send._build_url(None)


def test_the_environment_chooses_key_and_host_and_nothing_else_does(
    production: pytest.MonkeyPatch,
) -> None:
    production.delenv("SENDGRID_API_KEY")
    with pytest.raises(SendGridSettingsError):
        SendGrid.from_environment()
    production.setenv("SENDGRID_API_KEY", "SG.key\n")
    assert host() == "https://api.sendgrid.com/v3/mail/send"
    production.setenv("SENDGRID_API_URL", "https://mail.example.com/")
    assert host() == "https://mail.example.com/v3/mail/send"


def test_european_residency_chooses_the_european_host(production: pytest.MonkeyPatch) -> None:
    production.setenv("SENDGRID_DATA_RESIDENCY", "eu")
    assert host() == "https://api.eu.sendgrid.com/v3/mail/send"


def test_european_residency_never_undoes_a_url(production: pytest.MonkeyPatch) -> None:
    production.setenv("SENDGRID_DATA_RESIDENCY", "eu")
    production.setenv("SENDGRID_API_URL", "http://127.0.0.1:8025")
    assert host() == "http://127.0.0.1:8025/v3/mail/send"


def test_a_residency_that_does_not_exist_is_refused(production: pytest.MonkeyPatch) -> None:
    production.setenv("SENDGRID_DATA_RESIDENCY", "mars")
    with pytest.raises(SendGridSettingsError, match="global, eu"):
        host()


@pytest.mark.parametrize(
    "url",
    [
        "https://api.sendgrid.com",
        "https://api.eu.sendgrid.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "http://[2001:db8::1]",
    ],
)
def test_in_test_mode_no_other_machine_is_reached(production: pytest.MonkeyPatch, url: str) -> None:
    production.setenv("PALUU_TEST_MODE", "1")
    with pytest.raises(SendGridSettingsError, match="PALUU_TEST_MODE"):
        SendGrid("SG.key", url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost", "http://[::1]:8025", "http://127.1.2.3"]
)
def test_in_test_mode_this_machine_is_reached(production: pytest.MonkeyPatch, url: str) -> None:
    production.setenv("PALUU_TEST_MODE", "1")
    SendGrid("SG.key", url).close()


def test_in_test_mode_the_usual_host_is_refused_too(production: pytest.MonkeyPatch) -> None:
    production.setenv("PALUU_TEST_MODE", "1")
    production.setenv("SENDGRID_DATA_RESIDENCY", "eu")
    with pytest.raises(SendGridSettingsError, match=r"api\.eu\.sendgrid\.com"):
        SendGrid.from_environment()
