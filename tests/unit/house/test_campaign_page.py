"""The page of the campaigns lists the active campaigns with their current settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retention.project.campaigns import read_campaigns
from retention.project.manifest import current_manifest
from retention.project.shop import read_shop

if TYPE_CHECKING:
    from pathlib import Path

ROW = re.compile(r"^\| `(\w+)` \| .+ \| (\w+) \| (\d+) \|$", re.MULTILINE)


def test_the_page_lists_the_campaigns_in_their_order_with_purpose_and_priority(
    root: Path,
) -> None:
    campaigns = read_campaigns(current_manifest())
    expected = [
        (name, campaigns[name].purpose, str(campaigns[name].priority))
        for name in read_shop().nights.campaigns
    ]
    assert ROW.findall((root / "docs/campaigns.md").read_text()) == expected
