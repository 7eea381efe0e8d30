from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from retention.ledger.suppressions import Report, report_suppressions
from retention.links.unsubscribe import link
from tests.integration.inbound.conftest import PUBLIC_URL, UNSUBSCRIBE_KEY, suppressions
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    from uuid import UUID

    import psycopg
    from starlette.testclient import TestClient

BUTTON = re.compile(r'<form method="post" action="\.\.(/\w+/[\w-]+)"><button')
ONE_CLICK = {
    "content": b"List-Unsubscribe=One-Click",
    "headers": {"Content-Type": "application/x-www-form-urlencoded"},
}


def _path(message_id: UUID, purpose: str = "offers") -> str:
    url = link(PUBLIC_URL, UNSUBSCRIBE_KEY, message_id, purpose)
    return url.removeprefix(PUBLIC_URL)


def _held(ledger: psycopg.Connection) -> list[tuple[str, str, str]]:
    """The active suppressions."""
    return [row[:3] for row in suppressions(ledger) if row[4] is None]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_viewing_the_page_unsubscribes_nobody(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID, method: str
) -> None:
    answer = public.request(method, _path(message_id))
    assert answer.status_code == 200
    assert suppressions(ledger) == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_pages_button_unsubscribes_from_the_purpose_of_the_mail(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID
) -> None:
    page = public.get(_path(message_id)).text
    assert "Puoti" in page
    assert BUTTON.findall(page) == [_path(message_id)]
    answer = public.post(BUTTON.findall(page)[0])
    assert answer.status_code == 200
    assert "You are unsubscribed" in answer.text
    assert _held(ledger) == [("customer-1@example.com", "offers", "page")]
    assert "You are unsubscribed" in public.get(_path(message_id)).text


def test_the_mail_programs_one_click_unsubscribes_without_a_page_or_a_redirect(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID
) -> None:
    answer = public.post(_path(message_id), follow_redirects=False, **ONE_CLICK)
    assert answer.status_code == 200
    assert _held(ledger) == [("customer-1@example.com", "offers", "page")]


def test_unsubscribing_again_changes_nothing(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID
) -> None:
    public.post(_path(message_id))
    before = suppressions(ledger)
    assert public.post(_path(message_id), **ONE_CLICK).status_code == 200
    assert suppressions(ledger) == before


@pytest.mark.parametrize("says_no_by", ["our page", "SendGrid's page"])
def test_a_forwarded_mail_cannot_revert_its_recipients_later_choice(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID, says_no_by: str
) -> None:
    (way_back,) = BUTTON.findall(public.post(_path(message_id)).text)
    if says_no_by == "our page":
        public.post(_path(message_id), **ONE_CLICK)
    else:
        (later,) = ledger.execute("select now() + interval '1 minute'").fetchone()
        left = Report("customer-1@example.com", "offers", "groups", suppressed_at=later)
        report_suppressions(ledger, [left])
    assert "You are unsubscribed" in public.post(way_back).text
    assert _held(ledger) != []


def test_people_can_subscribe_again_and_unsubscribe_once_more(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID
) -> None:
    gone = public.post(_path(message_id)).text
    (again,) = BUTTON.findall(gone)
    back = public.post(again)
    assert "You are subscribed again" in back.text
    assert _held(ledger) == []
    assert BUTTON.findall(back.text) == [_path(message_id)]
    public.post(_path(message_id))
    assert _held(ledger) == [("customer-1@example.com", "offers", "page")]


def test_a_resubscribe_does_not_undo_a_complaint(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID
) -> None:
    (again,) = BUTTON.findall(public.post(_path(message_id)).text)
    address = "customer-1@example.com"
    complaint = Report(address, "address", "spam_reports", suppressed_at=NOW)
    report_suppressions(ledger, [complaint])
    assert "You are unsubscribed" in public.post(again).text
    assert _held(ledger) == [(address, "address", "spam_reports")]


def test_no_holder_of_a_mail_can_undo_its_recipients_choice(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID
) -> None:
    public.post(_path(message_id))
    before = suppressions(ledger)
    # Neither the mail's own token, nor viewing, nor unsubscribing again allows a resubscribe.
    assert public.post(_path(message_id).replace("/unsubscribe/", "/subscribe/")).status_code == 404
    assert BUTTON.findall(public.get(_path(message_id)).text) == []
    assert BUTTON.findall(public.post(_path(message_id)).text) == []
    assert suppressions(ledger) == before


def test_people_who_unsubscribed_on_sendgrids_page_are_not_resubscribed_by_a_mail(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID
) -> None:
    left = Report("customer-1@example.com", "offers", "groups", suppressed_at=NOW)
    report_suppressions(ledger, [left])
    assert BUTTON.findall(public.post(_path(message_id)).text) == []


def test_the_page_repeats_nothing_of_an_odd_link(public: TestClient, message_id: UUID) -> None:
    path = _path(message_id)
    odd = f"{path[:20]}!%22.{path[20:]}"
    answer = public.get(odd)
    assert answer.status_code == 404
    assert "form" not in answer.text.split("</style>")[1]


def test_an_unsubscribe_from_one_purpose_leaves_the_others(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID
) -> None:
    public.post(_path(message_id, "reminders"))
    assert _held(ledger) == [("customer-1@example.com", "reminders", "page")]


@pytest.mark.parametrize(
    ("locale", "language", "words"),
    [
        ("en", "en", "Shall we stop?"),
        ("fi", "fi", "Lopetetaanko viestit?"),
        ("fi-FI", "fi", "Lopetetaanko viestit?"),
        ("sv_FI", "sv", "Vill du sluta få mejlen?"),
        ("et", "en", "Shall we stop?"),
    ],
)
def test_the_page_speaks_the_language_of_the_mail(
    ledger: psycopg.Connection, public: TestClient, locale: str, language: str, words: str
) -> None:
    plan(ledger, [decision(1, locale=locale)])
    message_id = ledger.execute("select message_id from ledger.messages").fetchone()[0]
    page = public.get(_path(message_id)).text
    assert f'<html lang="{language}">' in page
    assert words in page


@pytest.mark.parametrize(
    "call", ["GET unsubscribe", "HEAD unsubscribe", "POST unsubscribe", "POST subscribe"]
)
@pytest.mark.parametrize("token", ["nonsense", "x" * 3000, "ä", "changed", "of nobody"])
def test_a_link_that_is_not_ours_gets_a_friendly_404_and_changes_nothing(
    ledger: psycopg.Connection, public: TestClient, message_id: UUID, token: str, call: str
) -> None:
    method, action = call.split()
    made = {"changed": _path(message_id)[:-4] + "AAAA", "of nobody": _path(uuid4())}
    path = made.get(token, f"/unsubscribe/{token}").replace("/unsubscribe/", f"/{action}/")
    answer = public.request(method, path)
    assert answer.status_code == 404
    assert method == "HEAD" or "This link does not work" in answer.text
    assert suppressions(ledger) == []


def test_the_page_shows_nothing_of_the_recipient(
    ledger: psycopg.Connection,  # noqa: ARG001
    public: TestClient,
    message_id: UUID,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    pages = [public.get(_path(message_id)), public.post(_path(message_id))]
    shown = " ".join(page.text for page in pages).lower()
    assert not [word for word in ("customer-1", "@example", "aino") if word in shown]
    assert "customer-1@" not in caplog.text.lower()


def test_without_a_public_url_there_is_no_page(
    public: TestClient, message_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PALUU_PUBLIC_URL")
    assert public.get(_path(message_id)).status_code == 404
