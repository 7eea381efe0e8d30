from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.inbound.asked_questions import Questions
from retention.links.answers import answers_url, read_answers_token
from retention.links.sealing import ForgedLinkError
from retention.links.unsubscribe import Unsubscription, read_token, unsubscribe_token
from retention.project.shop import project_directory
from retention.project.words import read_words

KEY = "a-key-of-thirty-two-characters-at-least"
URL = "https://shop.example/retention/public"
MESSAGE = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")


def _token(key: str = KEY, message_id: UUID = MESSAGE) -> str:
    return answers_url(URL, key, message_id).rpartition("/")[2]


@given(st.uuids())
def test_a_link_says_which_message_and_nothing_else(message_id: UUID) -> None:
    token = _token(message_id=message_id)
    assert read_answers_token(KEY, token) == message_id
    assert urlsafe_b64decode(token)[32:] == message_id.bytes


def test_a_link_needs_no_escape_in_html_and_fits_any_url() -> None:
    assert answers_url(URL, KEY, MESSAGE) == answers_url(f"{URL}/", KEY, MESSAGE)
    assert answers_url(URL, KEY, MESSAGE) == f"{URL}/answers/{_token()}"
    assert _token().replace("-", "").replace("_", "").isalnum()
    assert len(_token()) == 64


@given(st.integers(0, 47), st.integers(1, 255))
def test_a_token_with_one_changed_byte_is_forged(place: int, difference: int) -> None:
    signed = bytearray(urlsafe_b64decode(_token()))
    signed[place] ^= difference
    with pytest.raises(ForgedLinkError):
        read_answers_token(KEY, urlsafe_b64encode(bytes(signed)).decode())


@given(st.text(max_size=500))
def test_a_token_that_we_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(ForgedLinkError):
        read_answers_token(KEY, token)


def test_a_link_made_with_another_key_is_refused() -> None:
    with pytest.raises(ForgedLinkError):
        read_answers_token(KEY, _token(key="another-key-of-thirty-two-characters!"))


@given(st.text(max_size=30))
def test_an_answer_link_cannot_unsubscribe_and_an_unsubscribe_link_cannot_answer(
    purpose: str,
) -> None:
    with pytest.raises(ForgedLinkError):
        read_token(KEY, _token())
    with pytest.raises(ForgedLinkError):
        read_answers_token(KEY, unsubscribe_token(KEY, Unsubscription(MESSAGE, purpose)))


def test_a_question_is_shown_in_the_first_language_that_has_words_for_it() -> None:
    questions = Questions({}, read_words(project_directory()))
    said = questions.say("review", ("good", "poor"), "et", "fi", "en")
    assert said.ask == "Mitä pidit ostoksestasi?"
    assert said.answers == {"good": "Hyvä", "poor": "Huono"}


def test_missing_words_are_replaced_with_names() -> None:
    questions = Questions({}, read_words(project_directory()))
    assert questions.say("colour", ("red",), "en").answers == {"red": "red"}
    assert questions.say("review", ("good", "bad"), "en").answers == {"good": "Good", "bad": "bad"}
