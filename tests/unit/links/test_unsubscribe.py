from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.links.sealing import ForgedLinkError
from retention.links.settings import PublicSettingsError, read_public_settings
from retention.links.unsubscribe import (
    Unsubscription,
    link,
    read_return_token,
    read_token,
    return_token,
)

KEY = "a-key-of-thirty-two-characters-at-least"
URL = "https://shop.example/retention/public"
MESSAGE = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")
PURPOSES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


def _token(key: str = KEY, message_id: UUID = MESSAGE, purpose: str = "offers") -> str:
    return link(URL, key, message_id, purpose).rpartition("/")[2]


@given(st.uuids(), PURPOSES)
def test_a_link_says_which_message_and_which_purpose_and_nothing_else(
    message_id: UUID, purpose: str
) -> None:
    token = _token(message_id=message_id, purpose=purpose)
    assert read_token(KEY, token) == Unsubscription(message_id, purpose)
    signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert signed[32:] == message_id.bytes + purpose.encode()


def test_a_link_is_the_same_whenever_it_is_made_and_fits_any_url() -> None:
    assert link(URL, KEY, MESSAGE, "offers") == link(f"{URL}/", KEY, MESSAGE, "offers")
    assert link(URL, KEY, MESSAGE, "offers").startswith(f"{URL}/unsubscribe/")
    assert _token().replace("-", "").replace("_", "").isalnum()


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_token_with_one_changed_byte_is_forged(place: int, difference: int) -> None:
    token = _token()
    signed = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    signed[place % len(signed)] ^= difference
    with pytest.raises(ForgedLinkError):
        read_token(KEY, urlsafe_b64encode(bytes(signed)).rstrip(b"=").decode())


@given(st.integers(0, len(_token()) - 1))
def test_a_token_that_was_cut_short_is_forged(length: int) -> None:
    with pytest.raises(ForgedLinkError):
        read_token(KEY, _token()[:length])


@given(st.text(max_size=500))
def test_a_token_that_we_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(ForgedLinkError):
        read_token(KEY, token)


@given(st.integers(0, len(_token())), st.sampled_from("!.<\"' =%#?*"))
def test_a_token_with_a_foreign_character_in_it_is_forged(place: int, foreign: str) -> None:
    token = _token()
    with pytest.raises(ForgedLinkError):
        read_token(KEY, token[:place] + foreign + token[place:])


ASKED = Unsubscription(MESSAGE, "offers")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_an_unsubscribe_can_be_reverted_for_an_hour() -> None:
    token = return_token(KEY, ASKED, NOW)
    assert read_return_token(KEY, token, NOW + timedelta(minutes=59)) == (ASKED, NOW)
    with pytest.raises(ForgedLinkError, match="hour"):
        read_return_token(KEY, token, NOW + timedelta(minutes=61))


def test_an_unsubscribe_link_cannot_subscribe_and_a_return_token_cannot_unsubscribe() -> None:
    with pytest.raises(ForgedLinkError):
        read_return_token(KEY, _token(), NOW)
    with pytest.raises(ForgedLinkError):
        read_token(KEY, return_token(KEY, ASKED, NOW))


def test_a_link_made_with_another_key_is_refused() -> None:
    with pytest.raises(ForgedLinkError):
        read_token(KEY, _token(key="another-key-of-thirty-two-characters!"))


def test_without_a_public_url_there_are_no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PALUU_PUBLIC_URL", raising=False)
    assert read_public_settings() is None


@pytest.mark.parametrize(
    ("url", "key", "named"),
    [
        ("shop.example", KEY, "PALUU_PUBLIC_URL"),
        ("ftp://shop.example", KEY, "PALUU_PUBLIC_URL"),
        ("https://shop.example/a>b", KEY, "PALUU_PUBLIC_URL"),
        ("https://shop.example/a,b", KEY, "PALUU_PUBLIC_URL"),
        ("https://shop.example/a b", KEY, "PALUU_PUBLIC_URL"),
        ("https://shop.example/ä", KEY, "PALUU_PUBLIC_URL"),
        ("https://shop.example/?a=b", KEY, "PALUU_PUBLIC_URL"),
        (URL, "", "PALUU_UNSUBSCRIBE_KEY"),
        (URL, "too-short", "PALUU_UNSUBSCRIBE_KEY"),
    ],
)
def test_invalid_settings_are_named_and_the_key_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, url: str, key: str, named: str
) -> None:
    monkeypatch.setenv("PALUU_PUBLIC_URL", url)
    monkeypatch.setenv("PALUU_UNSUBSCRIBE_KEY", key)
    with pytest.raises(PublicSettingsError, match=named) as caught:
        read_public_settings()
    assert "too-short" not in str(caught.value)


def test_the_settings_do_not_show_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALUU_PUBLIC_URL", f"{URL}/")
    monkeypatch.setenv("PALUU_UNSUBSCRIBE_KEY", KEY)
    assert read_public_settings().url == URL
    assert KEY not in repr(read_public_settings())
