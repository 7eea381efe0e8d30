"""Reports of a dbt build to Airflow while it runs.

Cosmos reports every step of every model and test: over two thousand calls a night, each of which
blocks dbt. Here a build reports only the result of each model that has a report task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cosmos.constants import DbtResourceType
from cosmos.operators._watcher.state import (
    get_compiled_sql_xcom_key,
    get_dbt_event_xcom_key,
    get_status_xcom_key,
)

if TYPE_CHECKING:
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

NODES = {kind.value for kind in DbtResourceType.__members__.values()}
KEYS = (get_status_xcom_key, get_dbt_event_xcom_key, get_compiled_sql_xcom_key)


class Build:
    """An attempt of a build that pushes only the XComs that report tasks read.

    Args:
        attempt: Airflow's attempt; everything except `xcom_push` is delegated to it.
        models: dbt ids of the models with a report task.
    """

    def __init__(self, attempt: RuntimeTaskInstanceProtocol, models: set[str]) -> None:
        self._attempt = attempt
        self._reported = {key_of(model) for model in models for key_of in KEYS}

    def __getattr__(self, name: str) -> object:
        """Delegate to Airflow's attempt."""
        return getattr(self._attempt, name)

    def xcom_push(self, key: str, value: Any) -> None:  # noqa: ANN401 - as Cosmos calls it
        """Push values of the build itself, and the results of models with a report task."""
        is_of_a_node = key.partition("__")[0] in NODES
        is_a_step = key.endswith("_dbt_event") and not value["finish_time"]
        if not is_of_a_node or (key in self._reported and not is_a_step):
            self._attempt.xcom_push(key=key, value=value)
