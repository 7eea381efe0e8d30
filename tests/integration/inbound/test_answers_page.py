from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from retention.database import connect
from retention.inbound import asked_questions
from retention.inbound.asked_questions import AskedQuestions
from retention.ledger.answers import Answer, record_answer
from retention.links.answers import answers_url
from retention.project.manifest import current_manifest
from retention.project.shop import PROJECT_VARIABLE, project_directory
from tests.integration.inbound.conftest import PUBLIC_URL, UNSUBSCRIBE_KEY
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    import psycopg
    from starlette.testclient import TestClient

QUESTIONS = """
          questions:
            satisfaction: ["1", "2", "3", "4", "5"]
            interest: [coffee_tea, pets, home, fashion, beauty, toys]
          owner:"""
FORM = re.compile(r'<form (?:id="answer" )?method="post" action="\.\./([^"]+)"><button')
SCRIPT = re.compile(r"<script([^>]*)>")
POLICY = "Content-Security-Policy"


@pytest.fixture(scope="module")
def asking_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the whole project, with a manifest, in which winback asks two questions."""
    copy = tmp_path_factory.mktemp("asking") / "project"
    ignored = shutil.ignore_patterns("logs", "target")
    shutil.copytree(project_directory(), copy, ignore=ignored)
    settings = copy / "campaigns/winback/winback.yml"
    settings.write_text(re.sub(r"\n +owner:", QUESTIONS, settings.read_text()))
    current_manifest(copy)
    return copy


@pytest.fixture
def project(asking_project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project with questions, from which the public side reads from now on."""
    _read_from(asking_project, monkeypatch)
    return asking_project


@pytest.fixture
def page(public: TestClient, project: Path) -> TestClient:  # noqa: ARG001
    return public


def _read_from(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import retention_ui.public

    monkeypatch.setenv(PROJECT_VARIABLE, str(project))
    monkeypatch.setattr(retention_ui.public, "asked", AskedQuestions())


def _path(message_id: UUID, answer: str = "satisfaction/4") -> str:
    url = answers_url(PUBLIC_URL, UNSUBSCRIBE_KEY, message_id)
    return f"{url.removeprefix(PUBLIC_URL)}/{answer}"


def _answers(ledger: psycopg.Connection) -> list[tuple[str, str]]:
    rows = ledger.execute("select question, answer from ledger.answers order by answered_at")
    return rows.fetchall()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_viewing_the_page_records_no_answer_and_only_its_own_script_may_run(
    ledger: psycopg.Connection, page: TestClient, message_id: UUID, method: str
) -> None:
    shown = page.request(method, _path(message_id))
    assert shown.status_code == 200
    assert _answers(ledger) == []
    nonce = re.search(r"script-src 'nonce-([\w-]{20,})'", shown.headers[POLICY])[1]
    assert method == "HEAD" or SCRIPT.findall(shown.text) == [f' nonce="{nonce}"']
    assert shown.headers[POLICY].startswith("default-src 'none'; ")
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "no-store"


def test_no_two_pages_let_the_same_script_run(page: TestClient, message_id: UUID) -> None:
    policies = {page.get(_path(message_id)).headers[POLICY] for _ in range(3)}
    assert len(policies) == 3


def test_the_page_posts_to_itself_and_shows_the_answer(
    ledger: psycopg.Connection, page: TestClient, message_id: UUID
) -> None:
    shown = page.get(_path(message_id)).text
    assert "How happy are you with us?" in shown
    assert "happy</strong>" in shown
    assert FORM.findall(shown) == ["satisfaction/4"]
    thanked = page.post(_path(message_id))
    assert thanked.status_code == 200
    assert "Thank you for your answer" in thanked.text
    assert "happy</strong>" in thanked.text
    assert "Your answer helps us do better." in thanked.text
    rows = ledger.execute(
        "select message_id, campaign, customer_id, occasion, question, answer from ledger.answers"
    )
    assert rows.fetchall() == [
        (message_id, "winback", "customer-1", "order-1", "satisfaction", "4")
    ]


def test_the_thank_you_page_runs_no_script(page: TestClient, message_id: UUID) -> None:
    thanked = page.post(_path(message_id))
    assert "script-src" not in thanked.headers[POLICY]
    assert SCRIPT.findall(thanked.text) == []


def test_the_same_answer_again_adds_nothing(
    ledger: psycopg.Connection, page: TestClient, message_id: UUID
) -> None:
    first = page.post(_path(message_id))
    again = page.post(_path(message_id))
    assert again.text == first.text
    assert _answers(ledger) == [("satisfaction", "4")]


def test_people_can_change_their_answer_and_the_first_one_is_kept(
    ledger: psycopg.Connection, page: TestClient, message_id: UUID
) -> None:
    others = FORM.findall(page.post(_path(message_id)).text)
    assert others == [f"satisfaction/{number}" for number in (1, 2, 3, 5)]
    changed = page.post(_path(message_id, others[0]))
    assert "very unhappy</strong>" in changed.text
    assert "satisfaction/4" in FORM.findall(changed.text)
    page.post(_path(message_id))
    assert [answer for _, answer in _answers(ledger)] == ["4", "1", "4"]


def test_each_question_of_a_mail_is_answered_separately(
    ledger: psycopg.Connection, page: TestClient, message_id: UUID
) -> None:
    page.post(_path(message_id))
    page.post(_path(message_id, "interest/pets"))
    page.post(_path(message_id))
    assert _answers(ledger) == [("satisfaction", "4"), ("interest", "pets")]


def test_a_click_waits_for_the_same_one_before_it_and_adds_nothing(
    ledger: psycopg.Connection, message_id: UUID
) -> None:
    given = Answer(message_id, "satisfaction", "4")
    with ThreadPoolExecutor(1) as pool, connect() as other:
        with ledger.transaction():
            assert record_answer(ledger, given, NOW)
            second = pool.submit(record_answer, other, given, NOW + timedelta(seconds=1))
            assert wait([second], timeout=0.5).not_done
        assert second.result() is False
    assert len(_answers(ledger)) == 1


def test_the_later_click_counts_even_if_a_slow_clock_recorded_it(
    ledger: psycopg.Connection, message_id: UUID
) -> None:
    record_answer(ledger, Answer(message_id, "satisfaction", "4"), NOW)
    record_answer(ledger, Answer(message_id, "satisfaction", "1"), NOW - timedelta(minutes=1))
    assert [answer for _, answer in _answers(ledger)] == ["4", "1"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["nonsense", "x" * 3000, "ä", "changed", "of nobody"])
def test_a_link_that_is_not_ours_gets_a_friendly_404_and_answers_nothing(
    ledger: psycopg.Connection, page: TestClient, message_id: UUID, token: str, method: str
) -> None:
    path = _path(message_id).split("/")
    made = {"changed": path[2][:-4] + "AAAA", "of nobody": _path(uuid4()).split("/")[2]}
    answer = page.request(method, f"/answers/{made.get(token, token)}/satisfaction/4")
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
    assert _answers(ledger) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "asked",
    [
        "satisfaction/6",
        "satisfaction/pets",
        "colour/red",
        "review/poor",  # which has words, but is another campaign's
        "Satisfaction/4",
        "%00/4",
        "satisfaction/%ed%a0%80",
        "satisfaction/4%22%3E%3Cscript%3E",
        "x" * 2000 + "/4",
    ],
)
def test_an_answer_that_is_not_offered_gets_a_404_and_is_neither_recorded_nor_repeated(
    ledger: psycopg.Connection, page: TestClient, message_id: UUID, asked: str, method: str
) -> None:
    page.post(_path(message_id))
    answer = page.request(method, _path(message_id, asked))
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
    assert SCRIPT.findall(answer.text) == []
    assert _answers(ledger) == [("satisfaction", "4")]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("asked", ["colour/red", "colour/blue", "satisfaction/0"])
def test_an_answer_to_a_removed_question_is_thanked_for_and_not_saved(
    ledger: psycopg.Connection, page: TestClient, message_id: UUID, asked: str, method: str
) -> None:
    # As it was when the mail left.
    for question, answer in (("colour", "red"), ("satisfaction", "0")):
        record_answer(ledger, Answer(message_id, question, answer), NOW)
    before = _answers(ledger)
    told = page.request(method, _path(message_id, asked))
    assert told.status_code == 200
    assert "Thank you all the same" in told.text
    assert "your answer was not saved" in told.text
    assert "<form" not in told.text
    assert _answers(ledger) == before


def test_a_campaign_that_is_gone_asks_nothing_any_more(
    ledger: psycopg.Connection, page: TestClient
) -> None:
    plan(ledger, [decision(1, campaign="spring_sale")])
    message_id = ledger.execute("select message_id from ledger.messages").fetchone()[0]
    record_answer(ledger, Answer(message_id, "satisfaction", "2"), NOW)
    assert "your answer was not saved" in page.post(_path(message_id)).text


@pytest.mark.parametrize(
    ("locale", "language", "words"),
    [
        ("en", "en", ("How happy are you with us?", "Thank you for your answer")),
        ("fi", "fi", ("Kuinka tyytyväinen olet meihin?", "Kiitos vastauksestasi")),
        ("fi-FI", "fi", ("Kuinka tyytyväinen olet meihin?", "Kiitos vastauksestasi")),
        ("sv_FI", "sv", ("Hur nöjd är du med oss?", "Tack för ditt svar")),
        ("et", "en", ("How happy are you with us?", "Thank you for your answer")),
    ],
)
def test_the_page_speaks_the_language_of_the_mail(
    ledger: psycopg.Connection,
    page: TestClient,
    locale: str,
    language: str,
    words: tuple[str, str],
) -> None:
    plan(ledger, [decision(1, locale=locale)])
    message_id = ledger.execute("select message_id from ledger.messages").fetchone()[0]
    for act, expected in zip((page.get, page.post), words, strict=True):
        shown = act(_path(message_id)).text
        assert f'<html lang="{language}">' in shown
        assert expected in shown


def test_the_page_shows_and_logs_nothing_of_the_recipient(
    page: TestClient, message_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    shown = " ".join(each(_path(message_id)).text for each in (page.get, page.post)).lower()
    assert not [word for word in ("customer-1", "@example", "aino") if word in shown]
    assert "customer-1" not in caplog.text.lower()


@pytest.fixture
def break_project(
    asking_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """A function that leaves the project as if an analyst were editing: a folder is not listed."""
    copy = shutil.copytree(asking_project, tmp_path / "project")
    (copy / "campaigns/spring").mkdir()
    (copy / "campaigns/spring/spring.sql").write_text("select 1")
    return lambda: monkeypatch.setenv(PROJECT_VARIABLE, str(copy))


def test_while_an_analysts_changes_do_not_fit_together_the_questions_before_them_count(
    page: TestClient,
    message_id: UUID,
    break_project: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(asked_questions, "REMEMBERED", timedelta(0))
    assert page.get(_path(message_id)).status_code == 200
    break_project()
    assert "Thank you for your answer" in page.post(_path(message_id)).text
    assert "campaigns/spring is not listed" in caplog.text


def test_when_the_questions_are_unknown_people_are_asked_to_come_back_later(
    ledger: psycopg.Connection,
    page: TestClient,
    message_id: UUID,
    break_project: Callable[[], None],
) -> None:
    break_project()
    told = page.post(_path(message_id))
    assert told.status_code == 503
    assert "nothing was saved" in told.text
    assert _answers(ledger) == []


def test_the_questions_are_not_read_again_for_every_click(
    page: TestClient,
    message_id: UUID,
    break_project: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    page.get(_path(message_id))
    break_project()
    assert page.get(_path(message_id)).status_code == 200
    assert caplog.text.count("cannot be read") == 0


def test_without_a_public_url_there_is_no_page(
    page: TestClient, message_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PALUU_PUBLIC_URL")
    assert page.get(_path(message_id)).status_code == 404
