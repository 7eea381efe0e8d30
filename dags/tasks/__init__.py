"""Task bodies: one-line calls of `retention.jobs`, a module per subject."""

from __future__ import annotations

from typing import Any

# The default of a parameter that Airflow fills in from the run's context, by its name.
FROM_RUN: Any = None
