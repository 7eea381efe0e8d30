"""Creates a campaign from a starter, which finds nobody yet, or as a copy of another one."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from retention.project.campaigns import FOLDER, CampaignError
from retention.project.shop import read_shop
from retention.workbench.scaffold.listing import PROJECT_FILE, list_campaign
from retention.workbench.scaffold.renaming import mentions, model_names, rename_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path
    from typing import Literal

STARTER = "starter"
MOST_CHARACTERS = 40
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Prefixes of dbt layers; and reserved words: a file beside the model, and SendGrid categories of
# previews and test mails.
PREFIXES = ("stg_", "int_", "fct_", "dim_", "mart_", "rpt_")
RESERVED = ("sample", "preview", "test")


@dataclass(frozen=True)
class NewCampaign:
    """A new campaign.

    Attributes:
        folder: its folder.
        files: names of its files, those of its steps with their folder.
        mentions: file and lines that still mention the copied campaign.
    """

    folder: Path
    files: tuple[str, ...]
    mentions: tuple[str, ...]


def make_campaign(
    project: Path,
    name: str,
    *,
    like: str | None = None,
    kind: Literal["marketing", "transactional"] = "marketing",
) -> NewCampaign:
    """Create a campaign's folder, and add it to the list of active campaigns.

    Args:
        project: folder of the dbt project.
        name: name of the campaign's folder, model and mails.
        like: the campaign to copy; None uses a starter.
        kind: kind of the starter.

    Raises:
        CampaignError: the name is invalid or taken, or the campaign to copy does not exist;
            nothing was created.
        ShopSettingsError: `dbt_project.yml` cannot be read or extended; nothing was created.
    """
    _check_name(name)
    shop = read_shop(project)
    old, source = _source(project, shop.nights.campaigns, like, kind)
    copied = _read(source)
    if like is None:
        copied = _in_languages(copied, shop.locales(is_marketing=kind == "marketing"))
    files = rename_files(copied, old, name)
    _check_names_are_free(project, name, files)
    settings = project / PROJECT_FILE
    extended = list_campaign(settings.read_text(encoding="utf-8"), name, after=like)
    folder = project / FOLDER / name
    _write(folder, files)
    settings.write_text(extended, encoding="utf-8")
    return NewCampaign(folder, tuple(sorted(files)), tuple(mentions(files, old)))


def _source(
    project: Path, listed: tuple[str, ...], like: str | None, kind: str
) -> tuple[str, Traversable]:
    """Return the name of the copied campaign or starter, and its folder."""
    if like is None:
        return STARTER, resources.files("retention.workbench.scaffold").joinpath("starters", kind)
    folder = project / FOLDER / like
    if like not in listed or not folder.is_dir():
        message = f"there is no campaign '{like}' to copy; the campaigns are {', '.join(listed)}"
        raise CampaignError(message)
    return like, folder


def _read(folder: Traversable, inside: str = "") -> dict[str, str]:
    """Return the text of a folder's files, those of folders in it too, by their path inside it."""
    found: dict[str, str] = {}
    for file in folder.iterdir():
        if file.is_dir():
            found |= _read(file, f"{inside}{file.name}/")
        else:
            found[f"{inside}{file.name}"] = file.read_text(encoding="utf-8")
    return found


def _in_languages(files: Mapping[str, str], locales: Iterable[str]) -> dict[str, str]:
    """Return a starter with a mail in each language; where it has none, the English one."""
    others = {name: text for name, text in files.items() if not name.startswith("email.")}
    names = (f"email.{locale}.html" for locale in locales)
    return others | {name: files.get(name, files["email.en.html"]) for name in names}


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > MOST_CHARACTERS:
        message = (
            f"'{name}' is not a valid campaign name: use lower-case letters, digits and single"
            f" underscores, beginning with a letter, at most {MOST_CHARACTERS} characters"
        )
        raise CampaignError(message)
    if name.startswith(PREFIXES) or name in RESERVED:
        message = f"'{name}' is reserved: choose another name"
        raise CampaignError(message)


def _check_names_are_free(project: Path, name: str, files: Mapping[str, str]) -> None:
    """Check that all model names are unique in the dbt project."""
    taken = {
        path.stem: path.relative_to(project)
        for pattern in ("models/**/*.sql", f"{FOLDER}/**/*.sql", "seeds/*.csv")
        for path in sorted(project.glob(pattern))
    }
    problems = [
        f"'{model}' is taken by {taken[model]}: dbt needs unique names, so choose another"
        for model in model_names(files)
        if model in taken
    ]
    if not problems and (project / FOLDER / name).exists():
        problems = [f"{FOLDER}/{name} exists already: choose another name, or delete the folder"]
    if problems:
        raise CampaignError(*problems)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir()
    try:
        for file, text in files.items():
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
    except OSError:
        shutil.rmtree(folder)
        raise
