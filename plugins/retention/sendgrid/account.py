"""The settings of the account at SendGrid: templates, unsubscribe groups and event webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from retention.sendgrid.client import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retention.sendgrid.client import SendGrid

PAGE_SIZE = 200  # the most that GET /v3/templates gives


@dataclass(frozen=True)
class RemoteTemplate:
    """A dynamic template as SendGrid lists it; mails use its active version, if it has one."""

    template_id: str
    name: str
    active_version_id: str | None


@dataclass(frozen=True)
class RemoteWebhook:
    """An event webhook as SendGrid lists it.

    Attributes:
        webhook_id: SendGrid's id.
        public_key: the key that verifies its posts, base64; None if they are not signed.
        settings: the whole entry as SendGrid returns it.
    """

    webhook_id: str
    public_key: str | None
    settings: Mapping[str, Any]


class Account:
    """Reads and changes the account's settings."""

    def __init__(self, client: SendGrid) -> None:
        self._client = client

    def list_templates(self) -> list[RemoteTemplate]:
        """Return all dynamic templates of the account."""
        templates: list[RemoteTemplate] = []
        page = {"generations": "dynamic", "page_size": PAGE_SIZE}
        while page:
            get = partial(self._client.api.templates.get, query_params=page)
            with reading("GET templates"):
                answer = self._client.call("GET templates", get)
                templates += map(_read_template, answer["result"])
                token = _page_token(answer.get("_metadata", {}).get("next"))
            page = {**page, "page_token": token} if token else None
        return templates

    def create_template(self, name: str) -> str:
        """Create an empty dynamic template; return its id. Names have at most 100 characters."""
        body = {"name": name, "generation": "dynamic"}
        post = partial(self._client.api.templates.post, request_body=body)
        return cast("str", self._create(f"POST templates ({name})", post))

    def create_version(self, template_id: str, version: Mapping[str, Any]) -> str:
        """Add a version to a template; return its id."""
        versions = self._client.api.templates._(template_id).versions
        post = partial(versions.post, request_body=dict(version))
        return cast("str", self._create(f"POST version ({version['name']})", post))

    def update_version(self, template_id: str, version_id: str, version: Mapping[str, Any]) -> None:
        """Replace the content of a version."""
        versions = self._client.api.templates._(template_id).versions._(version_id)
        patch = partial(versions.patch, request_body=dict(version))
        self._client.call(f"PATCH version ({version['name']})", patch)

    def list_unsubscribe_groups(self) -> dict[str, int]:
        """Return the ids of the account's unsubscribe groups by name."""
        with reading("GET asm/groups"):
            groups = self._client.call("GET asm/groups", self._client.api.asm.groups.get)
            return {group["name"]: group["id"] for group in groups}

    def create_unsubscribe_group(self, name: str, description: str) -> int:
        """Create an unsubscribe group; return its id.

        Args:
            name: at most 30 characters; shown to recipients.
            description: at most 100 characters; shown to recipients.
        """
        body = {"name": name, "description": description}
        post = partial(self._client.api.asm.groups.post, request_body=body)
        return cast("int", self._create(f"POST asm/groups ({name})", post))

    def list_webhooks(self) -> list[RemoteWebhook]:
        """Return all event webhooks of the account."""
        settings = self._client.api.user.webhooks.event.settings
        with reading("GET event webhooks"):
            answer = self._client.call("GET event webhooks", settings.all.get)
            # In SendGrid's specification an account without webhooks has one empty entry.
            return [_read_webhook(entry) for entry in answer["webhooks"] if entry.get("id")]

    def create_webhook(self, settings: Mapping[str, Any]) -> str:
        """Create an event webhook; return its id."""
        webhooks = self._client.api.user.webhooks.event.settings
        post = partial(webhooks.post, request_body=dict(settings))
        return cast("str", self._create("POST event webhook", post))

    def update_webhook(self, webhook_id: str, settings: Mapping[str, Any]) -> None:
        """Replace the settings of an event webhook."""
        webhook = self._client.api.user.webhooks.event.settings._(webhook_id)
        patch = partial(webhook.patch, request_body=dict(settings))
        self._client.call(f"PATCH event webhook {webhook_id}", patch)

    def sign_webhook(self, webhook_id: str) -> str:
        """Have SendGrid sign an event webhook's posts; return the public key, base64."""
        signed = self._client.api.user.webhooks.event.settings.signed._(webhook_id)
        patch = partial(signed.patch, request_body={"enabled": True})
        name = f"PATCH signature of webhook {webhook_id}"
        with reading(name):
            return cast("str", self._client.call(name, patch)["public_key"])

    def _create(self, name: str, post: Callable[[], Any]) -> object:
        """Make a call that creates something; return its id."""
        with reading(name):
            return self._client.call(name, post)["id"]


def _read_webhook(answer: Mapping[str, Any]) -> RemoteWebhook:
    return RemoteWebhook(answer["id"], answer.get("public_key") or None, dict(answer))


def _read_template(answer: Mapping[str, Any]) -> RemoteTemplate:
    active = [version["id"] for version in answer.get("versions", ()) if version["active"]]
    return RemoteTemplate(answer["id"], answer["name"], active[0] if active else None)


def _page_token(following: str | None) -> str | None:
    tokens = parse_qs(urlsplit(following or "").query).get("page_token")
    return tokens[0] if tokens else None
