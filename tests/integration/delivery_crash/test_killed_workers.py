"""A short version of `make crash-matrix`: the most important kills, each under another fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.crash_matrix.case import Case
from benchmarks.crash_matrix.faults import BATCH, LOGS, NO_FAULT, SEND, STOPS, FaultKind
from benchmarks.crash_matrix.run import run_case, run_naive_case
from benchmarks.crash_matrix.servers import Servers, running_servers
from benchmarks.crash_matrix.summary import unexplained

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLS = {
    "claimed": (("claim_messages: answered",), FaultKind(BATCH, "response", "truncated")),
    "checked before sending": (("withdraw_unwanted: answered",), NO_FAULT),
    "about to commit": (
        ("commit after submit_messages: asked",),
        FaultKind(SEND, "before_accept", "rate_limit"),
    ),
    "committed": (
        ("commit after submit_messages: answered",),
        FaultKind(SEND, "after_accept", "rst"),
    ),
    "half sent": (
        ("POST mail/send of marketing: half sent",),
        FaultKind(SEND, "before_accept", "status", 503),
    ),
    "sent": (("POST mail/send of marketing: sent",), FaultKind(SEND, "response", "truncated")),
    "answered": (
        ("POST mail/send of marketing: answered",),
        FaultKind(SEND, "after_accept", "html_502"),
    ),
    "about to record": (("accept_messages: asked",), FaultKind(SEND, "after_accept", "hang")),
    "recorded": (("commit after accept_messages: asked",), NO_FAULT),
    "answered, and SendGrid's log is silent": (
        ("POST mail/send of marketing: answered",),
        FaultKind(LOGS, "before_accept", "status", count=99),
    ),
    "about to cancel": (
        ("POST mail/send of marketing: half sent", "POST user/scheduled_sends: asked"),
        FaultKind(STOPS, "after_accept", "rst"),
    ),
    "cancelled": (("POST mail/send of marketing: half sent", "confirm_cancel: answered"), NO_FAULT),
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("crash")) as prepared:
        yield prepared


@pytest.mark.parametrize(("steps", "fault"), KILLS.values(), ids=KILLS)
def test_a_killed_worker_causes_no_duplicate_and_leaves_every_message_a_final_state(
    servers: Servers, steps: tuple[str, ...], fault: FaultKind
) -> None:
    name = f"short-{list(KILLS.values()).index((steps, fault))}"
    verdict = run_case(servers, Case(name, seed=7, fault=fault, steps=steps))
    assert verdict.kills == list(steps)
    assert verdict.duplicates == []
    assert verdict.suppressed_but_sent == []
    assert verdict.nameless == {}
    assert verdict.errors == []
    assert unexplained(verdict) == {}


def test_the_naive_sender_sends_duplicates_in_the_same_situation(servers: Servers) -> None:
    fault = FaultKind(SEND, "after_accept", "rst")
    case = Case("naive", seed=7, fault=fault, steps=("POST mail/send: answered",))
    verdict = run_naive_case(servers, case)
    assert verdict.kills == ["POST mail/send: answered"]
    assert verdict.duplicates != []
