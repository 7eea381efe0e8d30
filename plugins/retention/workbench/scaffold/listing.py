"""Adds campaigns to the list in `dbt_project.yml`, in place: comments are kept."""

from __future__ import annotations

import yaml

from retention.project.shop import ShopSettingsError

PROJECT_FILE = "dbt_project.yml"


def list_campaign(text: str, name: str, after: str | None = None) -> str:
    """Return the text of `dbt_project.yml` with one more campaign in the list.

    Args:
        text: text of the file.
        name: name of the campaign.
        after: the campaign to insert it after; None appends it.

    Raises:
        ShopSettingsError: the file has no list of campaigns, or an empty one.
    """
    names = _find_list(yaml.compose(text, Loader=yaml.SafeLoader))
    if names is None or not names.value:
        message = (
            f"{PROJECT_FILE}: vars.campaigns is not a list of campaigns; add '{name}' there by hand"
        )
        raise ShopSettingsError(message)
    last = next((node for node in names.value if node.value == after), names.value[-1])
    end = last.end_mark.index
    if names.flow_style:
        return f"{text[:end]}, {name}{text[end:]}"
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    begin = text.rfind("\n", 0, last.start_mark.index) + 1
    dash = text[begin : last.start_mark.index]
    return f"{text[:line_end]}\n{dash}{name}{text[line_end:]}"


def _find_list(node: yaml.Node | None) -> yaml.SequenceNode | None:
    for key in ("vars", "campaigns"):
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        node = next((value for name, value in pairs if name.value == key), None)
    return node if isinstance(node, yaml.SequenceNode) else None
