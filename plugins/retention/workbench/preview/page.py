"""The preview page of a campaign's mails: one self-contained file."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from babel import Locale
from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retention.project.shop import Shop
    from retention.workbench.preview.previews import Preview

FOLDER = "build/preview"
INDEX = "index.html"
PACKAGE = "retention.workbench.preview"
TEMPLATES = "page_templates"


def preview_folder(project: Path) -> Path:
    """Return the folder of a project's pages: `build/preview` beside the project."""
    return project.parent / FOLDER


def write_page(preview: Preview, shop: Shop, folder: Path, *, has_index: bool = False) -> Path:
    """Write the page of a campaign; return its file.

    Args:
        preview: the mails and warnings.
        shop: the shop, for the sender's name.
        folder: the target; created for the current user only, because pages may have a real
            customer's data.
        has_index: whether to link to the index of all mails.
    """
    template = _environment().get_template("preview.html")
    page = template.render(preview=preview, shop=shop, index=INDEX if has_index else None)
    return _write(folder, f"{preview.campaign.name}.html", page)


def write_index(previews: Sequence[Preview], folder: Path) -> Path:
    """Write the index of all campaigns' pages; return its file."""
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
    names = cast("dict[str, Any]", environment.globals)
    names["language_name"] = _language_name
    names["style"] = _own_file("preview.css")
    names["script"] = _own_file("preview.js")
    return environment


def _language_name(locale: str) -> str:
    """Return what a language calls itself, with a capital: English, Suomi, Svenska."""
    name = Locale.parse(locale, sep="-").get_display_name() or locale
    return name[:1].upper() + name[1:]


def _own_file(name: str) -> str:
    return resources.files(PACKAGE).joinpath(TEMPLATES, name).read_text(encoding="utf-8")
