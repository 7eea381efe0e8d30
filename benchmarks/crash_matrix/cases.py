"""The cases of a matrix: every moment to kill at, under every fault, as far as the runs go."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from benchmarks.crash_matrix.case import Blow, Case
from benchmarks.crash_matrix.faults import FAULTS, NO_FAULT
from benchmarks.crash_matrix.play import HOUR, MINUTE, play, play_naively

if TYPE_CHECKING:
    from benchmarks.crash_matrix.faults import FaultKind
    from benchmarks.crash_matrix.stage import Stage

Steps = tuple[str, ...]
# The worker dies, and nobody knows: in one case SendGrid took the mail, in the other it did not.
HEARS_FROM = (None, MINUTE, HOUR)  # never; in time; only after cancels were confirmed
BLOWS = (Blow.KILL, Blow.KILL, Blow.STOP, Blow.KILL, Blow.CLEAR)
SEEDS = (1, 2)  # of the survey without a loss, and with one
LOSSES = ("POST mail/send of marketing: answered", "POST mail/send of marketing: half sent")


def survey(stage: Stage) -> list[Steps]:
    """Return the moments on the wires of an undisturbed worker, and those that a loss adds.

    So that no list of steps can fall behind the code: whatever a worker says to PostgreSQL or to
    SendGrid, from its first word to its last, is a moment to kill it at. A moment that comes only
    after a loss has that loss before it.
    """
    chains = {moment: (moment,) for moment in play(stage, Case("survey", SEEDS[0], NO_FAULT)).seen}
    for number, loss in enumerate(LOSSES):
        case = Case(f"survey-loss-{number}", SEEDS[1], NO_FAULT, (loss,))
        chains = {moment: (loss, moment) for moment in play(stage, case).seen} | chains
    return list(chains.values())


def survey_naive(stage: Stage) -> list[Steps]:
    """Return the moments on the wires of the undisturbed naive sender."""
    seen = play_naively(stage, Case("survey-naive", 3, NO_FAULT)).seen
    return [(moment,) for moment in dict.fromkeys(seen)]


def make_cases(name: str, runs: int, seed: int, chains: list[Steps]) -> list[Case]:
    """Return so many cases, each moment and each fault as often as the others.

    Args:
        name: begins the cases' names.
        runs: how many.
        seed: the same seed makes the same cases.
        chains: the moments; who follows a killed worker is killed at another one of them.
    """
    dice = Random(seed)  # noqa: S311 - reproducible, not secret
    faults, chains = list(FAULTS), sorted(chains)  # workers race: moments have no order
    dice.shuffle(faults)
    dice.shuffle(chains)
    return [
        _make_case(
            f"{name}{number}", dice.randrange(2**31), faults[number % len(faults)], chains, number
        )
        for number in range(runs)
    ]


def make_cases_again(name: str, chains: list[Steps]) -> list[Case]:
    """Return a case for each of the moments at which nobody was killed, as the survey saw them.

    Workers race, and a fault or who unsubscribes may lead them past a moment: what was planned is
    not always reached.
    """
    return [
        Case(f"{name}{number}", SEEDS[len(steps) - 1], NO_FAULT, steps)
        for number, steps in enumerate(chains)
    ]


def _make_case(name: str, seed: int, fault: FaultKind, chains: list[Steps], number: int) -> Case:
    turn, place = divmod(number, len(chains))
    steps, hears_from = chains[place], HEARS_FROM[number % len(HEARS_FROM)]
    blow = BLOWS[number % len(BLOWS)]
    if len(steps) > 1:
        return Case(name, seed, fault, steps, hears_from=hears_from, blow=blow)
    follower = chains[(place + len(chains) // 2 + turn) % len(chains)]
    return Case(name, seed, fault, (*steps, follower[-1]), 1 + turn % 2, hears_from, blow)
