"""The page on which a campaign's mails are looked at: one file that needs nothing else."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from babel import Locale
from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retention.preview.previews import Preview
    from retention.shop import Shop

FOLDER = "build/preview"
INDEX = "index.html"
PACKAGE, TEMPLATES = "retention", "page_templates"


def preview_folder(project: Path) -> Path:
    """Return where the pages of a project go: `build/preview` beside it."""
    return project.parent / FOLDER


def write_page(preview: Preview, shop: Shop, folder: Path, *, has_index: bool = False) -> Path:
    """Write the page of a campaign; return its file.

    Args:
        preview: what is to be seen.
        shop: whose mails they are.
        folder: where it goes; made when it is missing, for nobody else to read, since a real
            customer's data may be in it.
        has_index: whether the page of all mails stands beside it.
    """
    written = _environment().get_template("preview.html")
    page = written.render(preview=preview, shop=shop, index=INDEX if has_index else None)
    return _write(folder, f"{preview.campaign.name}.html", page)


def write_index(previews: Sequence[Preview], folder: Path) -> Path:
    """Write the page that leads to those of all campaigns; return its file."""
    page = _environment().get_template("preview_index.html").render(previews=previews)
    return _write(folder, INDEX, page)


def _write(folder: Path, name: str, page: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / name
    file.write_text(page, encoding="utf-8")
    return file


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(PACKAGE, TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["language_name"] = _language_name
    environment.globals["style"] = _own_file("preview.css")
    environment.globals["script"] = _own_file("preview.js")
    return environment


def _language_name(locale: str) -> str:
    """Return what a language calls itself, with a capital: English, Suomi, Svenska."""
    name = Locale.parse(locale, sep="-").get_display_name() or locale
    return name[:1].upper() + name[1:]


def _own_file(name: str) -> str:
    return resources.files(PACKAGE).joinpath(TEMPLATES, name).read_text(encoding="utf-8")
