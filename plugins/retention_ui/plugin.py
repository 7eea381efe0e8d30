"""The Airflow plugin: the Data Docs behind Airflow's own login, and beside them the public side."""

from __future__ import annotations

from airflow.api_fastapi.core_api.security import get_user
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse

import retention_ui.public
from retention.database import connect
from retention.quality.data_docs import data_docs_directory
from retention.quality.nights_page import render_nights

PREFIX = "/retention"
# Great Expectations' pages ask strangers for scripts and styles: here they run none and get none.
FILE_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'self' data:; style-src 'self' 'unsafe-inline'"
}

# A plugin's pages are open to everybody unless they ask for the user themselves.
app = FastAPI(
    title="Retention",
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    dependencies=[Depends(get_user)],
)


@app.get("/data-docs/", response_class=HTMLResponse)
def list_nights() -> str:
    """Tell of the nights that were checked, newest first, with a link to each mart's docs."""
    with connect() as connection:
        return render_nights(connection, data_docs_directory())


@app.get("/data-docs/{path:path}")
def show_file(path: str) -> FileResponse:
    """Serve one file of the Data Docs; nothing outside of them."""
    directory = data_docs_directory().resolve()
    try:
        file = (directory / path).resolve()
        is_there = file.is_relative_to(directory) and file.is_file()
    except (OSError, ValueError):  # a name that no file can have
        is_there = False
    if not is_there:
        raise HTTPException(404, "no such page in the Data Docs")
    return FileResponse(file, headers=FILE_HEADERS)


class RetentionPlugin(AirflowPlugin):
    """Adds the Data Docs to Airflow's navigation, and what needs no login beside them."""

    name = "retention"
    # The public side first: its prefix lies within the other, and the first that fits answers. In
    # two plugins their order would be that of the files on the disk.
    fastapi_apps = [  # noqa: RUF012
        {
            "app": retention_ui.public.app,
            "url_prefix": retention_ui.public.PREFIX,
            "name": "Retention, public",
        },
        {"app": app, "url_prefix": PREFIX, "name": "Retention"},
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Data Docs",
            "href": f"{PREFIX}/data-docs/",
            "destination": "nav",
            "category": "browse",
            "url_route": "data-docs",
        }
    ]
