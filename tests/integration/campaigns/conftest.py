"""A night of a shop of 20,000 customers, from its raw tables to its planned messages."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import psycopg
import pytest

from retention.jobs import grant_quarterly_rewards as rewards
from retention.jobs import refresh_segments as night
from retention.ledger.answers import Answer, record_answer
from retention.ledger.migration import migrate
from retention.ledger.nights import Night
from retention.project.shop import project_directory, read_shop
from sample_shops.simulation.write import write_simulated_shop
from tests import warm_dbt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from demo.postgres import Cluster

CUSTOMERS = 20_000
NIGHT = date(2026, 11, 26)
RUN = "a-whole-night"
ON_FITS = "stg_ease_affinities+,path:models/intermediate"  # as in dags/dbt_groups/groups.py
QUARTER, CLOSED_ON = "2026Q2", date(2026, 7, 1)
YES = {
    "chosen_options": ["Approve"],
    "params_input": {},
    "responded_by_user": {"id": "kaisa", "name": "Kaisa"},
}
# Some cards were mailed and expire soon, and the shop reports what cards are spent on.
SOME_CARDS_END = """
    with mailed as (
        update ledger.gift_cards
        set
            state = 'delivered',
            delivered_at = %(now)s,
            code_plain = null,
            expires_date = %(expires)s
        where card_id in (select card_id from ledger.gift_cards order by card_id limit 20)
        returning currency, card_id
    )
    insert into raw.gift_card_payments (
        payment_id, order_id, card_code, amount, currency, paid_at, updated_at
    )
    select card_id::text, 'o1', 'AAAA-AAAA-AAAA', 1, currency, %(now)s, %(now)s from mailed
"""
# The night's past: a survey that was answered on the day before.
ANSWERED = """
    with orders as (
        select customer_id, order_id from raw.orders
        where customer_id = (select min(customer_id) from raw.orders where status <> 'cancelled')
        order by ordered_at limit 1
    ),
    request as (
        insert into ledger.requests (
            campaign, locale, kind, purpose, sender, state, batch_id, template_id,
            unsubscribe_group_id, sendgrid_message_id, message_count, claimed_at, submitting_at,
            closed_at
        )
        values (
            'satisfaction_survey', 'en', 'marketing', 'offers', 'shop@example.com', 'accepted',
            'b', 't', 1, 'x', 1, %(at)s, %(at)s, %(at)s
        )
        returning request_id
    )
    insert into ledger.messages (
        campaign, customer_id, occasion, night, kind, purpose, channel, locale, email, context,
        not_after, send_at, state, planned_at, claimed_at, submitting_at, accepted_at, attempts,
        request_id
    )
    select
        'satisfaction_survey', customer_id, order_id, %(at)s::date, 'marketing', 'offers', 'email',
        'en', 'answered@example.com', '{}', %(at)s, %(at)s, 'accepted', %(at)s, %(at)s, %(at)s,
        %(at)s, 1, request_id
    from orders cross join request
    returning message_id
"""


@dataclass(frozen=True)
class WholeNight:
    """The database after the night."""

    url: str

    def read(self, query: str, **parameters: object) -> pd.DataFrame:
        """Return a query's rows."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(query, parameters)
            names = [column.name for column in cursor.description]
            return pd.DataFrame(cursor.fetchall(), columns=names)


@pytest.fixture(scope="module")
def whole_night(
    postgres: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WholeNight]:
    """The night, run once by the engine's own functions, as the DAG calls them."""
    name = "whole_night"
    postgres.create_database(name)
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in postgres.environment(name).items():
            environment.setenv(variable, value)
        environment.setenv("PALUU_DATA_DOCS_DIR", str(tmp_path_factory.mktemp("docs")))
        migrate()
        with psycopg.connect(postgres.url(name)) as connection:
            write_simulated_shop(
                connection,
                customers=CUSTOMERS,
                seed=1,
                last_day=NIGHT - timedelta(days=1),
                progress=lambda *_: None,
            )
            _answer_a_survey(connection)
        target = tmp_path_factory.mktemp("dbt")
        _grant_rewards(target, environment, postgres.url(name))
        environment.setenv("PALUU_AS_OF", NIGHT.isoformat())
        _play(target)
    yield WholeNight(postgres.url(name))
    postgres.drop_database(name)


def _answer_a_survey(connection: psycopg.Connection) -> None:
    zone = read_shop().zone
    sent_at = datetime.combine(NIGHT - timedelta(days=2), datetime.min.time(), zone)
    (message_id,) = connection.execute(ANSWERED, {"at": sent_at}).fetchone()
    answered_at = sent_at + timedelta(hours=30)
    record_answer(connection, Answer(message_id, "satisfaction", "1"), answered_at)


def _grant_rewards(target: Path, environment: pytest.MonkeyPatch, url: str) -> None:
    """Grant a quarter's rewards on the first morning after it, with a person's approval."""
    now = datetime.combine(CLOSED_ON, datetime.min.time(), read_shop().zone) + timedelta(hours=9)
    environment.setenv("PALUU_AS_OF", CLOSED_ON.isoformat())
    _build(target, "+quarter_grades", dbt_target="rewards")
    rewards.freeze_quarter(QUARTER, now)
    rewards.grade_quarter(QUARTER, now)
    asked = rewards.check_quarter(QUARTER, now)
    assert asked["needs_answer"]
    assert rewards.issue_cards(asked["run"], YES, now) > 0
    with psycopg.connect(url) as connection:
        connection.execute(SOME_CARDS_END, {"now": now, "expires": NIGHT + timedelta(days=10)})


def _play(target: Path) -> None:
    now = datetime.combine(NIGHT, datetime.min.time(), read_shop().zone) + timedelta(hours=2.5)
    night.begin(Night(RUN, NIGHT, None, is_dry_run=False, opened_at=now), now)
    layers = ("path:seeds", "path:models/staging", "path:models/shop", "path:models/intermediate")
    _build(target, *layers, exclude=ON_FITS)
    night.raise_if_refused(night.fit(RUN, now))
    _build(target, "path:models/signals", ON_FITS)
    night.raise_if_broken(night.check(RUN, now))
    # A night mails the cards of the nights before: these were issued a day ago.
    _build(target, "campaign_gates")
    assert night.reward_referrals(RUN, now - timedelta(days=1)) > 0
    _build(target, "gift_cards", "path:campaigns", "path:models/decisions")
    night.enqueue(RUN, now)
    assert night.reward_referrals(RUN, now) == 0
    night.end(RUN)


def _build(target: Path, *selected: str, exclude: str = "", dbt_target: str = "night") -> None:
    project = project_directory()
    finished = subprocess.run(
        [
            warm_dbt.program(), "--quiet", "--no-use-colors", "build",
            "--select", *selected, "--exclude", "test_type:unit", *exclude.split(),
            "--profile", "paluu", "--target", dbt_target, "--project-dir", project,
            "--profiles-dir", project, "--target-path", target, "--log-path", target,
        ],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
