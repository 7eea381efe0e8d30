"""The folder of the nights' Data Docs."""

from __future__ import annotations

import os
from pathlib import Path

DATA_DOCS_VARIABLE = "PALUU_DATA_DOCS_DIR"


def data_docs_directory() -> Path:
    """Return the folder of the Data Docs: `PALUU_DATA_DOCS_DIR`, else `build/data_docs`."""
    beside = Path(__file__).parents[3] / "build" / "data_docs"
    return Path(os.environ.get(DATA_DOCS_VARIABLE, beside))
