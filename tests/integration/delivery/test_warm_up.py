"""A new sender's budget, from the shop's settings to the submitted requests."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from retention.jobs import send_messages as outbox
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.usefixtures("sandbox")
def test_the_shops_budget_bounds_an_hour_and_nothing_is_submitted_over_an_hour_ahead(
    ledger: psycopg.Connection, project: Path
) -> None:
    settings = project / "dbt_project.yml"
    settings.write_text(settings.read_text().replace("vars:", "vars:\n  sender_hourly_budget: 4"))
    outbox.push_templates(NOW)
    plan(
        ledger, [decision(1), decision(2, send_at=NOW + HOUR), decision(3, send_at=NOW + 2 * HOUR)]
    )
    assert outbox.send_due(NOW, 5 * HOUR)["accepted"] == 2
    plan(ledger, (decision(number) for number in range(4, 9)))
    assert outbox.send_due(NOW, 5 * HOUR)["accepted"] == 2
    assert outbox.send_due(NOW + HOUR + MINUTE, 5 * HOUR)["accepted"] == 4
