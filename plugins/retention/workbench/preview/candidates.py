"""A real candidate of a campaign from the last build: an analyst's, else the night's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import sql
from psycopg.rows import args_row, scalar_row

from retention.database import compose_statement, table_exists
from retention.mail.candidate import MailData
from retention.project.manifest import model_schemas

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg
    from psycopg.rows import RowFactory

    from retention.database import Row
    from retention.project.campaigns import Campaign
    from retention.project.shop import Shop

# Schema prefixes of `generate_schema_name`: the analyst's first, then the night's.
PREFIXES = ("analyst_", "")
PACKAGE = "retention.workbench.preview"


class NoCandidateError(LookupError):
    """The customer is not a candidate, or the campaign was never built; with advice."""


@dataclass(frozen=True)
class Build:
    """One build of a campaign.

    Attributes:
        schema: schema of the campaign's candidates.
        candidates: table of the candidates.
        customers: table of customers in the same build, with names and languages.
    """

    schema: str
    candidates: sql.Identifier
    customers: sql.Identifier


class Found(NamedTuple):
    """A candidate's row; `context` by language."""

    occasion: str
    reason: str
    context: dict[str, dict[str, Any]]


class Person(NamedTuple):
    """What a build knows of a customer, as far as it does."""

    first_name: str | None = None
    language: str | None = None


def read_candidate_data(
    connection: psycopg.Connection,
    project: Path,
    shop: Shop,
    campaign: Campaign,
    customer_id: str,
) -> MailData:
    """Return the mail data of a customer from the last build, for the best occasion.

    Args:
        connection: to the database with the builds.
        project: folder of the dbt project.
        shop: the shop, for its languages.
        campaign: the campaign.
        customer_id: the shop's id of the customer.

    Raises:
        NoCandidateError: the customer is not a candidate, or the campaign was never built.
    """
    name = campaign.name
    builds = _find_builds(connection, project, name)
    for build in builds:
        query = compose_statement(PACKAGE, "find_candidate", candidates=build.candidates)
        found = _fetch(connection, query, args_row(Found), customer_id)
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
        if table_exists(connection, candidates):
            customers = sql.Identifier(f"{prefix}{schemas['stg_customers']}", "stg_customers")
            builds.append(Build(schema, candidates, customers))
    return builds


def _find_person(connection: psycopg.Connection, build: Build, customer_id: str) -> Person:
    """Return the customer's first name and language, if the build has them."""
    if not table_exists(connection, build.customers):
        return Person()
    query = compose_statement(PACKAGE, "find_person", customers=build.customers)
    return _fetch(connection, query, args_row(Person), customer_id) or Person()


def _advice(
    connection: psycopg.Connection, campaign: str, customer_id: str, builds: list[Build]
) -> str:
    build_it = f"`dbt build --select +{campaign} --vars '{{as_of: \"...\"}}'` builds it"
    if not builds:
        return f"campaign '{campaign}' was never built here: {build_it}"
    for build in builds:
        statement = compose_statement(PACKAGE, "find_best_customers", candidates=build.candidates)
        some = connection.cursor(row_factory=scalar_row).execute(statement).fetchall()
        if some:
            return (
                f"customer '{customer_id}' is not a candidate of '{campaign}'; candidates in"
                f" {build.schema} are for example {', '.join(some)}"
            )
    schemas = " and ".join(build.schema for build in builds)
    return f"'{campaign}' has no candidates in {schemas}: change its rule or the date; {build_it}"


def _fetch(
    connection: psycopg.Connection, query: sql.Composed, rows: RowFactory[Row], customer_id: str
) -> Row | None:
    cursor = connection.cursor(row_factory=rows)
    return cursor.execute(query, {"customer_id": customer_id}).fetchone()


def _find_locale(shop: Shop, campaign: Campaign, language: str | None) -> str:
    """Return the language of the campaign's mail to the customer, as the decisions choose it."""
    is_to_customer = campaign.recipient == "customer"
    if is_to_customer and language in shop.locales(is_marketing=campaign.kind == "marketing"):
        return language
    return shop.languages.default_locale
