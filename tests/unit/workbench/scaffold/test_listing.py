"""A name is added to the list `campaigns`, and no other character changes."""

from __future__ import annotations

import pytest
import yaml

from retention.project.shop import ShopSettingsError, project_directory
from retention.workbench.scaffold.listing import list_campaign

BLOCK = """\
vars:
  # The campaigns that run.
  campaigns:
    - welcome  # first
    # in between
    - winback  # sunset is last

  # What comes next.
  mail_locales: [en]
"""


def test_a_name_goes_to_the_end_of_the_list() -> None:
    changed = list_campaign(BLOCK, "thanks")
    assert changed == BLOCK.replace("# sunset is last\n", "# sunset is last\n    - thanks\n")


def test_a_copy_is_listed_after_its_original() -> None:
    changed = list_campaign(BLOCK, "thanks", after="welcome")
    assert changed == BLOCK.replace("# first\n", "# first\n    - thanks\n")


def test_a_list_in_brackets_stays_in_brackets() -> None:
    text = 'vars: {campaigns: [welcome, "winback"], as_of: null}  # all\n'
    assert list_campaign(text, "thanks", after="welcome") == text.replace(
        "welcome,", "welcome, thanks,"
    )
    assert list_campaign(text, "thanks") == text.replace('"winback"', '"winback", thanks')


def test_a_list_at_the_end_of_the_file_is_added_to() -> None:
    assert list_campaign("vars:\n  campaigns:\n  - a", "b") == "vars:\n  campaigns:\n  - a\n  - b"


def test_the_shops_own_file_changes_by_one_line() -> None:
    text = (project_directory() / "dbt_project.yml").read_text()
    changed = list_campaign(text, "thanks")
    before, after = (yaml.safe_load(each) for each in (text, changed))
    assert after["vars"].pop("campaigns") == [*before["vars"].pop("campaigns"), "thanks"]
    assert after == before
    assert set(changed.splitlines()) - set(text.splitlines()) == {"    - thanks"}
    assert len(changed.splitlines()) == len(text.splitlines()) + 1


@pytest.mark.parametrize("text", ["", "vars: {}\n", "vars: {campaigns: []}\n", "name: paluu\n"])
def test_a_project_without_the_list_is_refused(text: str) -> None:
    with pytest.raises(ShopSettingsError, match=r"vars\.campaigns is not a list .* add 'thanks'"):
        list_campaign(text, "thanks")
