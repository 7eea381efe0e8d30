"""Waiting ends when nothing moves, and only then."""

from __future__ import annotations

import pytest

from demo import patience
from demo.patience import Patience


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The present moment, in seconds, to be changed."""
    now = [0.0]
    monkeypatch.setattr(patience.time, "monotonic", lambda: now[0])
    return now


def test_what_moves_now_and_then_is_waited_for_however_long(clock: list[float]) -> None:
    waiting = Patience(300)
    for step in range(100):
        clock[0] += 299
        assert not waiting.is_over(step)


def test_what_has_not_moved_for_too_long_is_given_up(clock: list[float]) -> None:
    waiting = Patience(300)
    assert not waiting.is_over("running")
    clock[0] += 300
    assert not waiting.is_over("running")
    clock[0] += 1
    assert waiting.is_over("running")
