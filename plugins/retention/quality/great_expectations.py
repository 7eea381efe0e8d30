"""Adapter of Great Expectations: validates marts, returns failures, and writes Data Docs."""

from __future__ import annotations

import logging
import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import psycopg

SITE = "docs"
SAMPLES = 5  # number of unexpected rows' ids in a failure
# Arguments omitted from failures: Great Expectations' internal ones, and whole queries.
OMITTED = {"batch_id", "unexpected_rows_query"}


@dataclass(frozen=True)
class Broken:
    """An expectation that failed or could not be computed.

    Attributes:
        severity: `critical`, `warning` or `info`, as its suite says.
        sentence: the expectation, its figures and samples of the rows that broke it.
    """

    severity: str
    sentence: str


def find_fault(expectation: Mapping[str, Any]) -> str | None:
    """Return why an expectation (type, kwargs, severity, meta) is invalid; None if it is valid."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    # Imported late: it takes seconds.
    from great_expectations.exceptions import GreatExpectationsError  # noqa: PLC0415
    from great_expectations.expectations.expectation_configuration import (  # noqa: PLC0415
        ExpectationConfiguration,
    )

    try:
        ExpectationConfiguration(**expectation).to_domain_obj()
    except GreatExpectationsError as error:
        return f"{error}: Great Expectations does not know this type"
    except (TypeError, ValueError) as error:
        # The first line of pydantic's message says only that there are errors.
        words = " ".join(str(error).split("\n", 1)[-1].split())
        return f"{expectation['type']}: {words}"
    return None


class Validation:
    """One night's validations: one context, one site of Data Docs."""

    def __init__(self, connection: psycopg.Connection, docs: Path) -> None:
        """Prepare the context.

        Args:
            connection: a connection to the warehouse; Great Expectations opens its own.
            docs: folder of the Data Docs.
        """
        os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
        # Imported late: it takes seconds, and only this task needs it.
        import great_expectations as gx  # noqa: PLC0415
        from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

        logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it logs every step
        self._gx = gx
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._context.add_data_docs_site(site_name=SITE, site_config=_docs_site(docs))
        self._warehouse = self._context.data_sources.add_postgres(
            "warehouse", connection_string=_address(connection)
        )

    def broken(
        self,
        mart: str,
        schema: str,
        *,
        keys: Sequence[str],
        expectations: list[dict[str, Any]],
        parameters: dict[str, float],
    ) -> list[Broken]:
        """Validate a mart and return the failures, in the suite's order.

        Args:
            mart: name of the table.
            schema: its schema.
            keys: columns that identify a row in the samples.
            expectations: type, kwargs, severity and meta of each.
            parameters: values of the `$PARAMETER`s in the expectations.
        """
        asset = self._warehouse.add_table_asset(mart, table_name=mart, schema_name=schema)
        return self._broken(asset, keys, expectations, parameters)

    def broken_in_query(
        self, name: str, query: str, *, keys: Sequence[str], expectations: list[dict[str, Any]]
    ) -> list[Broken]:
        """Validate the rows of a `select` and return the failures, in the suite's order.

        Args:
            name: their name in the Data Docs.
            query: the statement, beginning with `select`.
            keys: columns that identify a row in the samples.
            expectations: type, kwargs, severity and meta of each.
        """
        asset = self._warehouse.add_query_asset(name, query=query)
        return self._broken(asset, keys, expectations, {})

    def write_docs(self) -> None:
        """Write the Data Docs of all validations."""
        self._context.build_data_docs(site_names=[SITE])

    def _broken(
        self,
        asset: Any,
        keys: Sequence[str],
        expectations: list[dict[str, Any]],
        parameters: dict[str, float],
    ) -> list[Broken]:
        # Great Expectations would skip unknown expectations, and call the rest a success.
        faults = [find_fault(expectation) for expectation in expectations]
        unchecked = [Broken("critical", f"not checked: {fault}") for fault in faults if fault]
        valid = [each for each, fault in zip(expectations, faults, strict=True) if not fault]
        return unchecked + (self._validate(asset, keys, valid, parameters) if valid else [])

    def _validate(
        self,
        asset: Any,
        keys: Sequence[str],
        expectations: list[dict[str, Any]],
        parameters: dict[str, float],
    ) -> list[Broken]:
        batch = asset.add_batch_definition_whole_table("tonight")
        suite = self._context.suites.add(
            self._gx.ExpectationSuite(name=asset.name, expectations=expectations)
        )
        definition = self._context.validation_definitions.add(
            self._gx.ValidationDefinition(name=asset.name, data=batch, suite=suite)
        )
        checkpoint = self._gx.Checkpoint(
            name=asset.name,
            validation_definitions=[definition],
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": list(keys),
                "partial_unexpected_count": SAMPLES,
            },
        )
        run = self._context.checkpoints.add(checkpoint).run(expectation_parameters=parameters)
        outcomes = [outcome for result in run.run_results.values() for outcome in result.results]
        return _without_result(expectations, outcomes) + [
            Broken(outcome.expectation_config.severity, _sentence(outcome))
            for outcome in outcomes
            if not outcome.success
        ]


def _without_result(expectations: list[dict[str, Any]], outcomes: list[Any]) -> list[Broken]:
    """Return the expectations without a result; these checked nothing."""
    expected = Counter(expectation["type"] for expectation in expectations)
    returned = Counter(outcome.expectation_config.type for outcome in outcomes)
    return [
        Broken("critical", f"not checked: {kind}: Great Expectations gave no result for it")
        for kind in expected - returned
    ]


def _address(connection: psycopg.Connection) -> str:
    """Return the URL of the connection's database for SQLAlchemy, including the password."""
    place = connection.info
    url = URL.create(
        "postgresql+psycopg2", place.user, place.password, place.host, place.port, place.dbname
    )
    return url.render_as_string(hide_password=False)


def _docs_site(folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }


def _sentence(outcome: Any) -> str:
    described = outcome.to_json_dict()
    config, result = described["expectation_config"], described.get("result") or {}
    kwargs = {name: value for name, value in config["kwargs"].items() if name not in OMITTED}
    arguments = ", ".join(f"{name}={value!r}" for name, value in kwargs.items())
    parts = [f"{config['type']}({arguments})", *_figures(result), *_exceptions(described)]
    says = (config.get("meta") or {}).get("says")
    return ": ".join([*([says] if says else []), "; ".join(parts)])


def _figures(result: dict[str, Any]) -> Iterable[str]:
    if "unexpected_count" in result:
        share = result.get("unexpected_percent") or 0.0
        yield f"{result['unexpected_count']} of {result['element_count']} rows ({share:.1f} %)"
    elif "observed_value" in result:
        yield f"observed {result['observed_value']}"
    rows = (result.get("details") or {}).get("unexpected_rows")
    if rows:
        yield f"for example {rows[:SAMPLES]}"
    if result.get("partial_unexpected_index_list"):
        yield f"for example {result['partial_unexpected_index_list'][:SAMPLES]}"


def _exceptions(described: dict[str, Any]) -> Iterable[str]:
    information = described.get("exception_info") or {}
    nested = [information] if "raised_exception" in information else information.values()
    for exception in nested:
        if isinstance(exception, dict) and exception.get("raised_exception"):
            yield f"could not be computed: {exception.get('exception_message')}"
