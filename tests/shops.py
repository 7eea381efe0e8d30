"""Shops with settings of a test's own."""

from __future__ import annotations

from retention.project.shop import GROUPS, Shop, read_shop


def shop_that(**settings: object) -> Shop:
    """Return the project's own shop, except for these variables of `dbt_project.yml`."""
    groups = read_shop().model_dump()
    for name, model in GROUPS.items():
        groups[name] |= {key: settings.pop(key) for key in settings.keys() & model.model_fields}
    assert not settings, f"no such variables: {', '.join(settings)}"
    return Shop.model_validate(groups)
