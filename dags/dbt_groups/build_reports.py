"""What a dbt build tells Airflow while it runs.

Cosmos lets a build tell of every step of every model and test, over two thousand calls a night that
dbt waits for. Here it tells how each model ended for which there is a report.
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

NODES = {kind.value for kind in DbtResourceType}
KEYS = (get_status_xcom_key, get_dbt_event_xcom_key, get_compiled_sql_xcom_key)


class Build:
    """A build's attempt that tells Airflow only what a report will ask.

    Args:
        attempt: the attempt as Airflow knows it; this one is like it but for `xcom_push`.
        models: the dbt ids of the models that have a report.
    """

    def __init__(self, attempt: RuntimeTaskInstanceProtocol, models: set[str]) -> None:
        self._attempt = attempt
        self._asked = {key_of(model) for model in models for key_of in KEYS}

    def __getattr__(self, name: str) -> Any:
        """Return what the attempt has."""
        return getattr(self._attempt, name)

    def xcom_push(self, key: str, value: Any) -> None:
        """Tell what is of the build itself, or the end of a model that has a report."""
        is_of_a_node = key.partition("__")[0] in NODES
        is_a_step = key.endswith("_dbt_event") and not value["finish_time"]
        if not is_of_a_node or (key in self._asked and not is_a_step):
            self._attempt.xcom_push(key=key, value=value)
