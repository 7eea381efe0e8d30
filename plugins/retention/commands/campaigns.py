"""Commands on campaigns: add one."""

from __future__ import annotations

import typer

PANEL = "Campaigns"

app = typer.Typer()
