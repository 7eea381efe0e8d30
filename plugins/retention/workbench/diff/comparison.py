"""The whole comparison of an edited campaign with the last night."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from retention.database import table_exists
from retention.ledger.fingerprints import ANALYST
from retention.project.manifest import model_schemas
from retention.project.shop import read_shop
from retention.workbench.diff.audience import Audience, compare_audiences
from retention.workbench.diff.build import Plan, build_edited
from retention.workbench.diff.compared_night import find_compared_night
from retention.workbench.diff.effects import Move, compare_decisions
from retention.workbench.preview.previews import find_campaign

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import psycopg

    from retention.project.dbt import Progress


@dataclass(frozen=True)
class Comparison:
    """A comparison of an edited campaign with a night.

    Attributes:
        campaign: name of its folder.
        night: local date.
        notes: caveats on the night for the reader, in sentences.
        is_new: whether the campaign is new since the night.
        plan: models that were built and read.
        audience: comparison of the candidates.
        moves: comparison of the decisions of all campaigns.
        seconds: duration of the comparison.
    """

    campaign: str
    night: date
    notes: tuple[str, ...]
    is_new: bool
    plan: Plan
    audience: Audience
    moves: tuple[Move, ...]
    seconds: float


def compare_with_night(
    connection: psycopg.Connection, project: Path, campaign: str, on_progress: Progress
) -> Comparison:
    """Build an edited campaign and compare it with the last night.

    The night's tables and the ledger are only read.

    Args:
        connection: to the database of the night.
        project: folder of the edited dbt project.
        campaign: name of its folder.
        on_progress: called with (stage, models done, total models).

    Raises:
        CampaignError: the campaign does not exist.
        NothingToCompareError: there is no night to compare with.
        DbtError: the edited project does not compile, or a model fails.
        ManifestError: the project does not parse.
    """
    began = time.monotonic()
    find_campaign(project, campaign)
    shop, schemas = read_shop(project), model_schemas(project)
    compared = find_compared_night(connection)
    plan = build_edited(connection, project, campaign, compared.night, on_progress)
    before = sql.Identifier(schemas[campaign], campaign)
    after = sql.Identifier(ANALYST + schemas[campaign], campaign)
    is_new = not table_exists(connection, before)
    audience = compare_audiences(connection, None if is_new else before, after, shop.zone)
    moves = compare_decisions(
        connection,
        sql.Identifier(schemas["decisions"], "decisions"),
        sql.Identifier(ANALYST + schemas["decisions"], "decisions"),
        campaign,
    )
    seconds = time.monotonic() - began
    return Comparison(
        campaign, compared.night, compared.notes, is_new, plan, audience, moves, seconds
    )
