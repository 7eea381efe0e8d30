"""A random shop: thousands of customers and a few campaigns, decided and delivered night by night.

Only the share of each kind of customer is planted. The campaigns are the test's own, in a copy of
the dbt project, so the policy is tested beyond the needs of today's campaigns.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import psycopg
import yaml
from psycopg.rows import dict_row

from retention.jobs import refresh_segments as nights
from retention.ledger.mart_checks import record_mart_check
from retention.ledger.nights import Night
from retention.ledger.statements import execute
from retention.project.shop import project_directory
from retention.raw.contract import create_raw_tables, read_contract
from tests import warm_dbt

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Europe/Helsinki")
CUSTOMERS = 10_000
BUDGET = 900
SETTINGS = {
    "daily_message_budget": BUDGET,
    "global_holdout_percent": 2,
    "holdout_salt": "lottery",
    "marketing_cap_messages": 2,
    "marketing_cap_days": 7,
    "guarded_marts": ["lifecycle"],
}
MARKETING = {
    "kind": "marketing", "channel": "email", "purpose": "offers", "priority": 30,
    "cooldown_days": 2, "holdout_percent": 10, "expires_days": 2, "owner": "retention",
}  # fmt: skip
CAMPAIGNS = {
    "daily_offer": MARKETING,
    "weekly_reminder": MARKETING
    | {"purpose": "reminders", "priority": 50, "holdout_percent": 20, "expires_days": 3},
    "last_words": MARKETING | {"priority": 90, "holdout_percent": 0, "is_goodbye": True},
    "parcel_news": MARKETING | {"kind": "transactional", "purpose": "orders"},
}
# By campaign: the occasion, its start, and the candidates. An offer lasts three nights,
# and begins up to 60 hours after the first of them.
DAYS_AGO = "{{ shop_moment(\"date '2026-10-20'\") }}"
AUDIENCES = {
    "daily_offer": (
        "'turn-' || {{ turn }}",
        "{{ shop_moment(\"date '2026-10-01' + 3 * \" ~ turn) }}"
        " + make_interval(mins => (3600 * {{ hashed_share(\"'begins' || customer_id\") }})::int)",
        "{{ hashed_share(\"'offered' || customer_id\") }} < 0.6",
    ),
    "weekly_reminder": (
        "'once'",
        DAYS_AGO,
        "{{ hashed_share(\"'due' || customer_id\") }} < 0.5",
    ),
    "last_words": (
        "'goodbye'",
        DAYS_AGO,
        "{{ hashed_share(\"'gone' || customer_id\") }} < 0.03",
    ),
    "parcel_news": (
        "'parcel-' || {{ as_of_date() }}",
        "{{ as_of() }}",
        "{{ hashed_share(\"'shipped' || customer_id\") }} < 0.05",
    ),
}
CAMPAIGN = """
    {%- set turn = "((" ~ as_of_date() ~ " - date '2026-10-01') / 3)" -%}
    select
        customer_id,
        OCCASION as occasion,
        {{ hashed_share("'score' || customer_id") }}::double precision as score,
        BEGINNING as not_before,
        BEGINNING + interval '10 days' as not_after,
        'Drawn by lot.' as reason,
        '[]'::jsonb as evidence,
        '{"word": "luck"}'::jsonb as context
    from raw.customers
    where CONDITION
"""
PEOPLE = """
    insert into raw.customers (
        customer_id, email, first_name, locale, time_zone, created_at, updated_at
    )
    select
        'c' || number,
        case when mod(number, 50) > 0 then 'c' || number || '@example.com' end,
        'Aino',
        (array['en', 'fi', 'sv'])[1 + mod(number, 3)],
        (array[
            'Europe/Helsinki', 'Europe/Stockholm', 'America/New_York', 'Asia/Tokyo', null,
            'Mars/Olympus_Mons', ''
        ])[1 + mod(number, 7)],
        '2025-01-01', '2025-01-01'
    from generate_series(1, %(customers)s) as people (number);

    insert into raw.consents (
        consent_id, customer_id, channel, purpose, is_granted, granted_at, updated_at
    )
    select
        customer_id || purpose, customer_id, 'email', purpose,
        ('x' || left(md5(purpose || customer_id), 1))::bit(4)::int > 3, '2025-01-01', '2025-01-01'
    from raw.customers
    cross join (values ('offers'), ('reminders')) as asked (purpose);

    insert into ledger.suppressions (address, scope, source, suppressed_at)
    select email, case when right(email, 13) = '7@example.com' then 'address' else 'all' end,
        'bounces', '2026-10-01'
    from raw.customers where md5(email) < '06';

    create schema signals;
    create table signals.lifecycle as select customer_id from raw.customers;
    create table signals.purchase_hours as
    select
        customer_id, mod(('x' || left(md5('hour' || customer_id), 4))::bit(16)::int, 24)
            as window_start_hour,
        md5(customer_id) < '8' as is_personal
    from raw.customers where md5('ordered' || customer_id) < 'c';

    create schema decisions;
    create table decisions.paused_customers as
    select customer_id, '2026-12-01'::timestamptz as paused_until, 'Was not happy.' as paused
    from raw.customers where md5('paused' || customer_id) < '05';
"""
# Messages due before the next night are sent; those to one customer in ten, all a day late.
DELIVERY = """
    with due as (
        select message_id
        from ledger.messages
        where
            state = 'planned' and send_at < %(midnight)s and not_after > %(morning)s
            and (
                send_at < %(midnight)s - interval '1 day'
                or kind = 'transactional' or right(customer_id, 1) <> '4'
            )
    ),

    requests as (
        insert into ledger.requests (
            campaign, locale, kind, purpose, state, batch_id, template_id, unsubscribe_group_id,
            claimed_at, submitting_at, closed_at
        )
        select
            'all', 'en', 'marketing', 'offers', 'accepted', %(batch)s, 'd-1', 7,
            %(morning)s, %(morning)s, %(morning)s
        returning request_id
    )

    update ledger.messages
    set state = 'claimed', claimed_at = %(morning)s, request_id = requests.request_id
    from due cross join requests
    where messages.message_id = due.message_id
"""
# Messages that arrive on a later day than planned, with their time.
LATE = """
    select message_id, request_id, %(morning)s + interval '2 hours' as release_at
    from ledger.messages
    where
        state = 'claimed' and kind = 'marketing'
        and send_at < %(midnight)s - interval '1 day'
"""
ACCEPTANCE = """
    update ledger.messages
    set
        state = 'accepted', submitting_at = claimed_at, accepted_at = claimed_at, attempts = 1,
        release_at = case
            when kind = 'marketing' and send_at < %(midnight)s - interval '1 day'
                then %(morning)s + interval '2 hours'
        end
    where state = 'claimed'
"""
COMEBACKS = """
    insert into raw.orders (order_id, customer_id, ordered_at, status, currency, updated_at)
    select %(batch)s || customer_id, customer_id, %(evening)s, 'completed', 'EUR', %(evening)s
    from ledger.messages
    where campaign = 'last_words' and accepted_at < %(evening)s and md5(customer_id) < '4'
"""
Row = dict[str, Any]


@dataclass
class Lottery:
    """The shop in a separate database, with its own copy of the dbt project."""

    url: str
    project: Path

    def build(self, night: date) -> list[Row]:
        """Decide a night, and return its decisions in order; dbt's own tests must hold."""
        self.dbt(
            night, "build", "--resource-type", "model", "--resource-type", "test",
            "--select", "+decisions",
            "--exclude", "path:models/staging", "path:models/shop", "path:models/intermediate",
            "path:models/signals",
            "resource_type:seed", "+paused_customers",
        )  # fmt: skip
        return self.query("select * from decisions.decisions order by campaign, customer_id")

    def dbt(self, night: date, *arguments: str) -> None:
        finished = subprocess.run(
            [warm_dbt.program(), "--no-use-colors", *arguments,
             "--target", "night", "--target-path", self.project / "target",
             "--log-path", self.project / "logs"],
            cwd=self.project,
            env=os.environ | {"PALUU_AS_OF": night.isoformat()},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stdout

    def enqueue(self, night: date) -> int:
        """Record the night's decisions in the ledger, as `refresh_segments` does."""
        now = datetime.combine(night, time(2, 30), ZONE)
        run_id = f"scheduled-{night}"
        assert nights.begin(Night(run_id, night, now, is_dry_run=False, opened_at=now), now)
        planned = nights.enqueue(run_id, now + timedelta(minutes=30))["planned"]
        nights.end(run_id)
        return planned

    def live(self, night: date) -> None:
        """Simulate the day after a night: mails arrive, and some people come back."""
        moments = {
            "midnight": datetime.combine(night + timedelta(days=1), time(), ZONE),
            "morning": datetime.combine(night, time(7), ZONE),
            "evening": datetime.combine(night, time(22), ZONE),
            "batch": str(night),
        }
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(DELIVERY, moments)
            self._withdraw_late(connection, moments)
            connection.execute(ACCEPTANCE, moments)
            connection.execute(COMEBACKS, moments)

    def _withdraw_late(self, connection: psycopg.Connection, moments: dict[str, Any]) -> None:
        """Make the engine's pre-send check of what comes a day late."""
        late = connection.execute(LATE, moments).fetchall()
        for request_id in {request_id for _, request_id, _ in late}:
            mine = [(message, at) for message, request, at in late if request == request_id]
            execute(
                connection,
                "withdraw_late",
                request_id=request_id,
                message_ids=[message for message, _ in mine],
                release_ats=[release_at for _, release_at in mine],
                shop_timezone="Europe/Helsinki",
                now=moments["morning"],
            )

    def check(self, night: date, *, has_passed: bool) -> None:
        """Record the check of the only mart that a campaign reads."""
        with psycopg.connect(self.url) as connection:
            record_mart_check(
                connection,
                night=night,
                mart="lifecycle",
                passed=has_passed,
                row_count=CUSTOMERS,
                failures=[] if has_passed else ["No stage holds more than half"],
                checked_at=datetime.combine(night, time(2, 45), ZONE),
            )

    def query(self, statement: str) -> list[Row]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(statement).fetchall()


def copy_project(folder: Path) -> Path:
    """Copy the dbt project, with the test's campaigns and settings instead of the shop's."""
    project = folder / "dbt_project"
    shutil.copytree(project_directory(), project, ignore=shutil.ignore_patterns("target", "logs"))
    shutil.rmtree(project / "campaigns")
    file = project / "dbt_project.yml"
    settings = yaml.safe_load(file.read_text())
    settings["vars"] |= SETTINGS | {"campaigns": list(CAMPAIGNS)}
    file.write_text(yaml.safe_dump(settings))
    for name in CAMPAIGNS:
        _write_campaign(project / "campaigns" / name)
    return project


def fill_tables(connection: psycopg.Connection) -> None:
    """Fill the raw tables, the suppressions, and the models that decisions read."""
    create_raw_tables(connection, read_contract())
    # One by one: a query with parameters may hold only one statement.
    for statement in PEOPLE.split(";"):
        if statement.strip():
            connection.execute(statement, {"customers": CUSTOMERS})


def _write_campaign(folder: Path) -> None:
    folder.mkdir(parents=True)
    query = CAMPAIGN
    words = ("OCCASION", "BEGINNING", "CONDITION")
    for word, expression in zip(words, AUDIENCES[folder.name], strict=True):
        query = query.replace(word, expression)
    if folder.name == "daily_offer":
        query += "-- depends_on: {{ ref('lifecycle') }}\n"
    (folder / f"{folder.name}.sql").write_text(query)
    model = {
        "name": folder.name,
        "description": "One row per customer that was drawn.",
        "config": {"meta": {"campaign": CAMPAIGNS[folder.name]}},
    }
    (folder / f"{folder.name}.yml").write_text(yaml.safe_dump({"models": [model]}))
