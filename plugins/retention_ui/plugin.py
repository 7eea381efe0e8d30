"""The Airflow plugin: the Data Docs behind Airflow's login, and the public endpoints."""

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
# Great Expectations' pages load third-party scripts and styles: block them.
FILE_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'self' data:; style-src 'self' 'unsafe-inline'"
}

# A plugin's pages are public unless they require the user themselves.
app = FastAPI(
    title="Retention",
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    dependencies=[Depends(get_user)],
)


@app.get("/data-docs/", response_class=HTMLResponse)
def list_nights() -> str:
    """List the checked nights, newest first, with a link to each mart's Data Docs."""
    with connect() as connection:
        return render_nights(connection, data_docs_directory())


@app.get("/data-docs/{path:path}")
def show_file(path: str) -> FileResponse:
    """Serve one file of the Data Docs, and no other files."""
    directory = data_docs_directory().resolve()
    try:
        file = (directory / path).resolve()
        is_there = file.is_relative_to(directory) and file.is_file()
    except (OSError, ValueError):  # an invalid file name
        file, is_there = directory, False
    if not is_there:
        raise HTTPException(404, "no such page in the Data Docs")
    return FileResponse(file, headers=FILE_HEADERS)


class RetentionPlugin(AirflowPlugin):
    """Adds the Data Docs to Airflow's navigation, and mounts the public endpoints."""

    name = "retention"
    # The public app comes first: its prefix is within the other one, and the first match answers.
    # In two plugins, the order would depend on the files on disk.
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
