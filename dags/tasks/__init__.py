"""Task bodies: one-line calls of `retention.jobs`, one module per subject."""

from __future__ import annotations

from typing import Any

# The default of a parameter that Airflow fills in by its name, from the run's context.
FROM_RUN: Any = None
