"""The cases of a matrix: every kill point under every fault, as far as the runs allow."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from benchmarks.crash_matrix.case import Case, Interruption
from benchmarks.crash_matrix.faults import FAULTS, NO_FAULT
from benchmarks.crash_matrix.run import HOUR, MINUTE, run_case, run_naive_case

if TYPE_CHECKING:
    from benchmarks.crash_matrix.faults import FaultKind
    from benchmarks.crash_matrix.servers import Servers

Steps = tuple[str, ...]
EVENTS_FROM = (None, MINUTE, HOUR)  # never; in time; only after cancels were confirmed
INTERRUPTIONS = (
    Interruption.KILL,
    Interruption.KILL,
    Interruption.STOP,
    Interruption.KILL,
    Interruption.CLEAR,
)
SEEDS = (1, 2)  # of the surveys without and with a lost request
# The outcome is lost with the worker: SendGrid accepted the first mail and not the second.
LOSSES = ("POST mail/send of marketing: answered", "POST mail/send of marketing: half sent")


def survey(servers: Servers) -> list[Steps]:
    """Return the moments of an undisturbed worker, and those that occur only after a lost request.

    Moments are observed, not listed, so they cannot fall behind the code: whatever a worker sends
    to PostgreSQL or SendGrid, from its start to its end, is a kill point. A moment that occurs only
    after a lost request has that loss as its first step.
    """
    chains = {
        moment: (moment,) for moment in run_case(servers, Case("survey", SEEDS[0], NO_FAULT)).seen
    }
    for number, loss in enumerate(LOSSES):
        case = Case(f"survey-loss-{number}", SEEDS[1], NO_FAULT, (loss,))
        chains = {moment: (loss, moment) for moment in run_case(servers, case).seen} | chains
    return list(chains.values())


def survey_naive(servers: Servers) -> list[Steps]:
    """Return the moments of the undisturbed naive sender."""
    seen = run_naive_case(servers, Case("survey-naive", 3, NO_FAULT)).seen
    return [(moment,) for moment in dict.fromkeys(seen)]


def make_cases(name: str, runs: int, seed: int, chains: list[Steps]) -> list[Case]:
    """Return `runs` cases, with all moments and all faults equally often.

    Args:
        name: prefix of the cases' names.
        runs: number of cases.
        seed: the same seed gives the same cases.
        chains: the kill points; the worker after a killed one is killed at another of them.
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
    """Return a case for each moment at which no worker was killed, under the survey's conditions.

    Not every planned moment is reached: workers race, and a fault or an unsubscribe may lead them
    past it.
    """
    return [
        Case(f"{name}{number}", SEEDS[len(steps) - 1], NO_FAULT, steps)
        for number, steps in enumerate(chains)
    ]


def _make_case(name: str, seed: int, fault: FaultKind, chains: list[Steps], number: int) -> Case:
    turn, place = divmod(number, len(chains))
    steps, events_from = chains[place], EVENTS_FROM[number % len(EVENTS_FROM)]
    interruption = INTERRUPTIONS[number % len(INTERRUPTIONS)]
    if len(steps) > 1:
        return Case(name, seed, fault, steps, events_from=events_from, interruption=interruption)
    follower = chains[(place + len(chains) // 2 + turn) % len(chains)]
    return Case(name, seed, fault, (*steps, follower[-1]), 1 + turn % 2, events_from, interruption)
