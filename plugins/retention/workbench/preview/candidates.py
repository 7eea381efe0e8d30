"""A real candidate of a campaign, as the last build found it: an analyst's, else the night's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.rows import namedtuple_row, scalar_row

from retention.database import compose_statement, table_exists
from retention.mail.candidate import MailData
from retention.project.manifest import model_schemas

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from retention.project.shop import Shop

# What `generate_schema_name` puts before an analyst's schemas; the night's stand last.
PREFIXES = ("analyst_", "")
PACKAGE = "retention.workbench.preview"


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
    campaign: str,
    customer_id: str,
) -> MailData:
    """Return what the last build gave a customer's mail to show, of its best occasion.

    Args:
        connection: to the database with the builds.
        project: folder of the dbt project.
        shop: whose languages decide in which one the customer is written to.
        campaign: name of its folder.
        customer_id: the shop's own id.

    Raises:
        NoCandidateError: the customer is none, or the campaign was never built.
    """
    builds = _find_builds(connection, project, campaign)
    for build in builds:
        query = compose_statement(PACKAGE, "find_candidate", candidates=build.candidates)
        found = _fetch(connection, query, customer_id)
        if found:
            first_name, language = _find_person(connection, build, customer_id)
            is_ours = language in found.context and language in shop.locales(is_marketing=False)
            return MailData(
                origin=f"customer {customer_id} in {build.schema}.{campaign}, occasion"
                f" {found.occasion}: {found.reason}",
                file=f"campaigns/{campaign}/{campaign}.sql",
                contexts=found.context,
                first_name=first_name,
                locale=language if is_ours else shop.languages.default_locale,
            )
    raise NoCandidateError(_advice(connection, campaign, customer_id, builds))


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


def _find_person(
    connection: psycopg.Connection, build: Build, customer_id: str
) -> tuple[str | None, str | None]:
    """Return the customer's first name and language, as far as the build knows them."""
    if not table_exists(connection, build.customers):
        return None, None
    query = compose_statement(PACKAGE, "find_person", customers=build.customers)
    person = _fetch(connection, query, customer_id)
    return (person.first_name, person.language) if person else (None, None)


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
                f"customer '{customer_id}' is no candidate of '{campaign}'; in {build.schema} are"
                f" {', '.join(some)} and their like"
            )
    schemas = " and ".join(build.schema for build in builds)
    return f"'{campaign}' has no candidates in {schemas}: change its rule or the date; {build_it}"


def _fetch(connection: psycopg.Connection, query: sql.Composed, customer_id: str) -> Any:
    cursor = connection.cursor(row_factory=namedtuple_row)
    return cursor.execute(query, {"customer_id": customer_id}).fetchone()
