"""Registers Paluu's pages with Airflow, which loads each file of this folder by its name."""

from __future__ import annotations

from retention_ui.plugin import RetentionPlugin

__all__ = ["RetentionPlugin"]
