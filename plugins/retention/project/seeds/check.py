"""Checks all seeds of a project: each row, and references between seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention.project.seeds import (
    care_topics,
    complements,
    excluded_customers,
    lifestyle_rules,
    lifestyle_steps,
    lifestyle_types,
    loyalty_tiers,
    merged_customers,
    newsletter_items,
    product_attributes,
    product_interests,
    product_types,
    reward_tiers,
)
from retention.project.seeds.rows import Line, Seed, SeedError, read_seed, unknown_references

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEEDS: tuple[Seed[Any], ...] = (
    product_types.SEED,
    care_topics.SEED,
    product_attributes.SEED,
    lifestyle_types.SEED,
    lifestyle_rules.SEED,
    lifestyle_steps.SEED,
    complements.SEED,
    product_interests.SEED,
    newsletter_items.SEED,
    reward_tiers.SEED,
    loyalty_tiers.SEED,
    excluded_customers.SEED,
    merged_customers.SEED,
)


def check_seeds(project: Path) -> int:
    """Check every seed of the project.

    Returns:
        The number of seeds.

    Raises:
        SeedError: rows are invalid; the message lists every problem.
    """
    problems = list(_unread(project))
    lines: dict[str, list[Line[Any]]] = {}
    for seed in SEEDS:
        try:
            lines[seed.name] = read_seed(project, seed)
        except SeedError as error:
            problems += error.problems
    for seed in SEEDS:
        problems += unknown_references(seed, lines.get(seed.name, ()), lines)
    if not problems and "lifestyle_rules" in lines:
        problems += lifestyle_rules.unreachable(lines["lifestyle_types"], lines["lifestyle_rules"])
    problems += _faults_between(lines)
    if problems:
        raise SeedError(*problems)
    return len(SEEDS)


def _faults_between(lines: dict[str, list[Line[Any]]]) -> Iterator[str]:
    """Yield contradictions between rows of the seeds that could be read."""
    yield from lifestyle_steps.missing_steps(lines.get("lifestyle_steps", ()))
    if "product_interests" in lines:
        yield from newsletter_items.unknown_interests(
            lines.get("newsletter_items", ()), lines["product_interests"]
        )
    yield from reward_tiers.faults_between(lines.get("reward_tiers", ()))
    yield from loyalty_tiers.faults_between(lines.get("loyalty_tiers", ()))
    yield from merged_customers.faults_between(lines.get("merged_customers", ()))


def _unread(project: Path) -> list[str]:
    """Return the files without a row model: their mistakes would go unnoticed."""
    known = {seed.name for seed in SEEDS}
    return [
        f"seeds/{file.name}: no row model reads it; add one to plugins/retention/project/seeds"
        for file in sorted((project / "seeds").glob("*.csv"))
        if file.stem not in known
    ]
