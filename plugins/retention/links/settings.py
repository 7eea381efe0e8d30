"""The public URL and the signing key, from the environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

URL_VARIABLE = "PALUU_PUBLIC_URL"
KEY_VARIABLE = "PALUU_UNSUBSCRIBE_KEY"
LEAST_KEY_CHARACTERS = 32
UNFIT = re.compile(r"[^!-~]|[<>,\"']")


class PublicSettingsError(ValueError):
    """The public URL or the signing key in the environment is invalid."""


@dataclass(frozen=True, repr=False)
class PublicSettings:
    """Settings of the public endpoints.

    Attributes:
        url: URL of `retention_ui.public`, including `/retention/public`.
        unsubscribe_key: signs the unsubscribe links; secret.
    """

    url: str
    unsubscribe_key: str


def read_public_settings() -> PublicSettings | None:
    """Return the public settings from `PALUU_PUBLIC_URL` and `PALUU_UNSUBSCRIBE_KEY`.

    Returns:
        None when no URL is set: the public endpoints cannot be reached, so no link must be sent.

    Raises:
        PublicSettingsError: the URL or the key is invalid.
    """
    url = os.environ.get(URL_VARIABLE, "").strip().rstrip("/")
    if not url:
        return None
    if not _is_usable(url):
        message = f"{URL_VARIABLE} is '{url}': it must be a URL such as https://shop.example/retention/public"
        raise PublicSettingsError(message)
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if len(key) < LEAST_KEY_CHARACTERS:
        message = f"{KEY_VARIABLE} is missing or shorter than {LEAST_KEY_CHARACTERS} characters"
        raise PublicSettingsError(message)
    return PublicSettings(url, key)


def _is_usable(url: str) -> bool:
    """Return whether links can begin with the URL; in a mail header `>` and `,` end a link."""
    parts = urlsplit(url)
    is_whole = parts.scheme in {"https", "http"} and bool(parts.hostname)
    return is_whole and not (parts.query or parts.fragment) and not UNFIT.search(url)
