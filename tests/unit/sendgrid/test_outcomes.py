from __future__ import annotations

from datetime import timedelta

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.sendgrid.outcomes import (
    Accepted,
    ApiError,
    NotSent,
    Refused,
    Rejected,
    Unknown,
    classify,
    without_addresses,
)

PROVES_NOTHING_WAS_TAKEN = {400, 413, 415, 401, 403, 404, 405, 429}
DATE = "Mon, 02 Mar 2026 06:00:00 GMT"
DATE_SECONDS = 1772431200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.just("errors") | st.text(), inner),
)


@settings(max_examples=25, deadline=None)
@given(
    body=st.binary() | st.just(b"<html>") | JSON.map(orjson.dumps),
    message_id=st.none() | st.just("sg-1"),
)
def test_only_a_documented_answer_proves_anything(body: bytes, message_id: str | None) -> None:
    headers = httpx.Headers({"X-Message-Id": message_id} if message_id else {})
    for status in range(100, 600):
        outcome = classify(status, headers, body)
        is_acceptance = status == 202 and message_id is not None
        assert isinstance(outcome, Accepted) is is_acceptance
        assert isinstance(outcome, Rejected | Refused | NotSent) is (
            status in PROVES_NOTHING_WAS_TAKEN
        )


@pytest.mark.parametrize(
    ("field", "index"),
    [
        ("personalizations.0.to", 0),
        ("personalizations.41.to.0.email", 41),
        ("personalizations[3].to", 3),
        ("personalizations.12", 12),
        ("personalizations", None),
        ("template_id", None),
        ("from.personalizations.1", None),
        (None, None),
    ],
)
def test_the_field_of_an_error_names_the_personalization(
    field: str | None, index: int | None
) -> None:
    assert ApiError("bad", field).personalization == index


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"Retry-After": "7", "X-RateLimit-Reset": "9", "Date": DATE}, timedelta(seconds=7)),
        ({"X-RateLimit-Reset": str(DATE_SECONDS + 30), "Date": DATE}, timedelta(seconds=30)),
        ({"X-RateLimit-Reset": str(DATE_SECONDS - 30), "Date": DATE}, timedelta(0)),
        ({"X-RateLimit-Reset": str(DATE_SECONDS)}, None),
        ({"X-RateLimit-Reset": "soon", "Date": DATE}, None),
        ({"X-RateLimit-Reset": "5", "Date": "yesterday"}, None),
        ({"Retry-After": "Mon, 02 Mar 2026 06:00:09 GMT", "Date": DATE}, timedelta(seconds=9)),
        ({"Retry-After": "soon"}, None),
        ({"X-RateLimit-Reset": "9" * 30, "Date": DATE}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(
    headers: dict[str, str], pause: timedelta | None
) -> None:
    outcome = classify(429, httpx.Headers(headers), b"")
    assert isinstance(outcome, NotSent)
    assert outcome.pause == pause
    accepted = {**headers, "X-Message-Id": "sg-1"}
    spent = {**accepted, "X-RateLimit-Remaining": "0"}
    assert classify(202, httpx.Headers(spent), b"") == Accepted("sg-1", pause)
    assert classify(202, httpx.Headers(accepted), b"") == Accepted("sg-1", None)


def test_sendgrids_error_text_is_kept_and_addresses_are_not() -> None:
    message = "We found [anna.s@example.com] and <b@example.com> more than once."
    body = orjson.dumps({"errors": [{"message": message, "field": "personalizations.1"}]})
    outcome = classify(400, httpx.Headers(), body)
    assert outcome.text == ("personalizations.1: We found (address) and (address) more than once.")


@settings(max_examples=50, deadline=None)
@given(st.emails(), st.text(), st.text())
def test_no_address_survives(email: str, before: str, after: str) -> None:
    assert email not in without_addresses(f"{before} {email} {after}")


def test_an_answer_without_sendgrids_errors_says_so() -> None:
    outcome = classify(502, httpx.Headers(), b"<html>anna@example.com</html>")
    assert outcome == Unknown(
        "HTTP 502: a response with status 502 and without SendGrid's errors", 502
    )
