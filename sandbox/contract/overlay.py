"""Applies the corrections in ``spec/overlay.yaml`` to the vendored OpenAPI descriptions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import yaml

SPEC = Path(__file__).parent / "spec"


class OverlayError(ValueError):
    """An entry of the overlay has a pointer that does not exist in the vendored file."""


def corrected(file_name: str) -> dict[str, Any]:
    """Return the OpenAPI description ``file_name`` of ``spec/`` with the overlay applied.

    Raises:
        OverlayError: an entry's pointer does not exist in that file.
    """
    document = orjson.loads((SPEC / file_name).read_bytes())
    overlay = yaml.safe_load((SPEC / "overlay.yaml").read_text(encoding="utf-8"))
    for entry in overlay.get(file_name, []):
        tokens = [_unescaped(token) for token in entry["at"].split("/")[1:]]
        try:
            targets = list(_resolve(document, tokens))
        except KeyError as missing:
            message = (
                f"spec/overlay.yaml: {entry['at']} does not exist in {file_name} (no {missing}); "
                "correct the pointer"
            )
            raise OverlayError(message) from None
        for target in targets:
            _merge(target, entry["merge"])
    return document


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _resolve(node: dict[str, Any], tokens: list[str]) -> Iterator[dict[str, Any]]:
    if not tokens:
        yield node
    elif tokens[0] == "*":
        for child in node.values():
            yield from _resolve(child, tokens[1:])
    else:
        yield from _resolve(node[tokens[0]], tokens[1:])


def _merge(target: dict[str, Any], patch: dict[str, Any]) -> None:
    """Merge in place as in RFC 7396: null removes, objects merge, everything else replaces."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value
