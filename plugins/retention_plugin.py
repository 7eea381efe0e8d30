"""Registers Paluu's pages with Airflow, which loads the files of this folder as plugins."""

from __future__ import annotations

from retention_ui.plugin import RetentionPlugin

__all__ = ["RetentionPlugin"]
