"""Makes a campaign: from a starter, which finds nobody yet, or like one that is there."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from retention.campaigns import FOLDER, CampaignError
from retention.scaffold.listing import PROJECT_FILE, list_campaign
from retention.scaffold.renaming import mentions, model_names, rename_files
from retention.shop import read_shop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path
    from typing import Literal

STARTER = "starter"
MOST_CHARACTERS = 40
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# A layer's prefixes; and words that are taken: a file beside the model, and what SendGrid's
# statistics keep looked-at mails apart by.
PREFIXES = ("stg_", "int_", "fct_", "dim_", "mart_", "rpt_")
RESERVED = ("sample", "preview", "test")


@dataclass(frozen=True)
class NewCampaign:
    """A campaign that was made.

    Attributes:
        folder: where it is.
        files: names of its files.
        mentions: file and lines where the name of the copied campaign still stands.
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
    """Make a campaign's folder, and put it on the list of those that run.

    Args:
        project: folder of the dbt project.
        name: of the campaign: its folder, its model, its mails.
        like: the campaign to copy, with all of its names; None begins with a starter.
        kind: of the starter.

    Raises:
        CampaignError: the name cannot be or is taken, or there is nothing of that name to copy;
            nothing was made.
        ShopSettingsError: `dbt_project.yml` cannot be read or added to; nothing was made.
    """
    _check_name(name)
    shop = read_shop(project)
    old, source = _source(project, shop.campaigns, like, kind)
    copied = {file.name: file.read_text(encoding="utf-8") for file in source.iterdir()}
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
    """Return what the copied campaign is called, and its folder."""
    if like is None:
        return STARTER, resources.files(__package__).joinpath("starters", kind)
    folder = project / FOLDER / like
    if like not in listed or not folder.is_dir():
        message = f"there is no campaign '{like}' to copy; there are {', '.join(listed)}"
        raise CampaignError(message)
    return like, folder


def _in_languages(files: Mapping[str, str], locales: Iterable[str]) -> dict[str, str]:
    """Return a starter with a mail in each language; where it has none, the English one."""
    others = {name: text for name, text in files.items() if not name.startswith("email.")}
    names = (f"email.{locale}.html" for locale in locales)
    return others | {name: files.get(name, files["email.en.html"]) for name in names}


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > MOST_CHARACTERS:
        message = (
            f"'{name}' cannot be a campaign's name: lower-case letters, digits and single"
            f" underscores, a letter first, {MOST_CHARACTERS} characters at most"
        )
        raise CampaignError(message)
    if name.startswith(PREFIXES) or name in RESERVED:
        message = f"'{name}' means something else here: choose another name"
        raise CampaignError(message)


def _check_names_are_free(project: Path, name: str, files: Mapping[str, str]) -> None:
    """Make sure that dbt will know each name once."""
    taken = {
        path.stem: path.relative_to(project)
        for pattern in ("models/**/*.sql", f"{FOLDER}/**/*.sql", "seeds/*.csv")
        for path in sorted(project.glob(pattern))
    }
    problems = [
        f"'{model}' is taken by {taken[model]}: dbt wants each name once, so choose another"
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
            (folder / file).write_text(text, encoding="utf-8")
    except OSError:
        shutil.rmtree(folder)
        raise
