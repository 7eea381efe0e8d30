"""A real candidate of a campaign, as the last build found it: an analyst's, else the night's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.rows import namedtuple_row, scalar_row

from retention.mail_data import MailData
from retention.manifest import model_schemas

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from retention.campaigns import Campaign
    from retention.shop import Shop

# What `generate_schema_name` puts before an analyst's schemas; the night's stand last.
PREFIXES = ("analyst_", "")
CANDIDATE = """
select candidate.occasion, candidate.reason, candidate.context
from {table} as candidate
where candidate.customer_id = %(customer_id)s
order by candidate.score desc, candidate.occasion asc
limit 1
"""
SOME_CANDIDATES = """
select customer_id
from {table}
group by customer_id
order by max(score) desc, customer_id asc
limit 3
"""
CUSTOMER = """
select
    nullif(trim(first_name), '') as first_name,
    split_part(locale, '-', 1) as language
from {table}
where customer_id = %(customer_id)s
"""


class NoCandidateError(LookupError):
    """The customer is no candidate of the campaign, or it was never built; says what to do."""


@dataclass(frozen=True)
class Build:
    """One build of a campaign.

    Attributes:
        schema: where the campaign's candidates are.
        candidates: the table of them.
        customers: where names and languages of the same build are.
    """

    schema: str
    candidates: sql.Identifier
    customers: sql.Identifier


def read_candidate_data(
    connection: psycopg.Connection,
    project: Path,
    shop: Shop,
    campaign: Campaign,
    customer_id: str,
) -> MailData:
    """Return what the last build gave a customer's mail to show, of its best occasion.

    Args:
        connection: to the database with the builds.
        project: folder of the dbt project.
        shop: whose languages decide in which one the customer is written to.
        campaign: whose mail it is.
        customer_id: the shop's own id.

    Raises:
        NoCandidateError: the customer is none, or the campaign was never built.
    """
    name = campaign.name
    builds = _find_builds(connection, project, name)
    for build in builds:
        found = _fetch(connection, CANDIDATE, build.candidates, customer_id)
        if found:
            first_name, language = _find_person(connection, build, customer_id)
            locale = _find_locale(shop, campaign, language)
            return MailData(
                origin=f"customer {customer_id} in {build.schema}.{name}, occasion"
                f" {found.occasion}: {found.reason}",
                file=f"campaigns/{name}/{name}.sql",
                contexts={locale: found.context},
                first_name=first_name,
                locale=locale,
            )
    raise NoCandidateError(_advice(connection, name, customer_id, builds))


def _find_builds(connection: psycopg.Connection, project: Path, campaign: str) -> list[Build]:
    schemas = model_schemas(project)
    builds = []
    for prefix in PREFIXES:
        schema = f"{prefix}{schemas[campaign]}"
        candidates = sql.Identifier(schema, campaign)
        if _exists(connection, candidates):
            customers = sql.Identifier(f"{prefix}{schemas['stg_customers']}", "stg_customers")
            builds.append(Build(schema, candidates, customers))
    return builds


def _find_person(
    connection: psycopg.Connection, build: Build, customer_id: str
) -> tuple[str | None, str | None]:
    """Return the customer's first name and language, as far as the build knows them."""
    if not _exists(connection, build.customers):
        return None, None
    person = _fetch(connection, CUSTOMER, build.customers, customer_id)
    return (person.first_name, person.language) if person else (None, None)


def _find_locale(shop: Shop, campaign: Campaign, language: str | None) -> str:
    """Return the language in which the campaign writes, as the decisions choose it."""
    written = shop.locales(is_marketing=campaign.kind == "marketing")
    is_to_customer = campaign.recipient == "customer"
    return language if is_to_customer and language in written else shop.default_locale


def _advice(
    connection: psycopg.Connection, campaign: str, customer_id: str, builds: list[Build]
) -> str:
    build_it = f"`dbt build --select +{campaign} --vars '{{as_of: \"...\"}}'` builds it"
    if not builds:
        return f"campaign '{campaign}' was never built here: {build_it}"
    for build in builds:
        statement = sql.SQL(SOME_CANDIDATES).format(table=build.candidates)
        some = connection.cursor(row_factory=scalar_row).execute(statement).fetchall()
        if some:
            return (
                f"customer '{customer_id}' is no candidate of '{campaign}'; in {build.schema} are"
                f" {', '.join(some)} and their like"
            )
    schemas = " and ".join(build.schema for build in builds)
    return f"'{campaign}' has no candidates in {schemas}: change its rule or the date; {build_it}"


def _exists(connection: psycopg.Connection, table: sql.Identifier) -> bool:
    cursor = connection.cursor(row_factory=scalar_row)
    name = table.as_string(connection)
    return cursor.execute("select to_regclass(%s) is not null", (name,)).fetchone()


def _fetch(
    connection: psycopg.Connection, statement: str, table: sql.Identifier, customer_id: str
) -> Any:
    cursor = connection.cursor(row_factory=namedtuple_row)
    query = sql.SQL(statement).format(table=table)
    return cursor.execute(query, {"customer_id": customer_id}).fetchone()
