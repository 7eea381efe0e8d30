"""The ways to send the same messages, each as its own documentation shows it."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    Asm,
    Category,
    CustomArg,
    Email,
    GroupId,
    Mail,
    Personalization,
    TemplateId,
    To,
)

from benchmarks.bench_delivery.planned import GROUP, NOW, TEMPLATE
from demo import guard
from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.settings import DeliverySettings, Sender
from retention.sendgrid.client import SendGrid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

API_KEY = "SG.benchmark"
SENDER = Sender("shop@example.com", "Shop")
MOST_PERSONALIZATIONS = 1000
WORKERS = 2  # the same number as `DELIVERY_WORKERS` in dags/schedules.py
AIRFLOW_CONNECTION = {"AIRFLOW_CONN_SENDGRID_DEFAULT": f"sendgrid://:{API_KEY}@"}


def send_ours(url: str, how_many: int) -> None:
    """Claim from the ledger, submit and record, as one worker with a shop's usual settings."""
    settings = DeliverySettings(SENDER, limit=how_many)
    with SendGrid(API_KEY, url) as client:
        deliver(connect, client, settings, now=NOW, due_until=NOW)


@contextmanager
def our_workers() -> Iterator[Callable[[str, int], None]]:
    """Start as many workers as `send_messages` has; yield a function that sends with all of them.

    Each is its own process, like an Airflow task, and has imported what it needs.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, guard.end_with_parent) as processes:

        def send(url: str, how_many: int) -> None:
            for worker in [processes.submit(send_ours, url, how_many) for _ in range(WORKERS)]:
                worker.result()

        # The pool starts a process only while all others are busy.
        for started in [processes.submit(time.sleep, 2) for _ in range(WORKERS)]:
            started.result()
        for warmed in [processes.submit(send_nothing) for _ in range(WORKERS)]:
            warmed.result()
        yield send


def send_nothing() -> None:
    """Do nothing but import this module, so the worker is warm."""
    time.sleep(1)


def send_by_airflow(url: str, how_many: int) -> None:
    """Call the provider's `send_email` once per message.

    It has no option for another host than SendGrid's, so the SDK's default host is patched.
    """
    from airflow.providers.sendgrid.utils.emailer import send_email

    construct = SendGridAPIClient.__init__
    defaults = construct.__defaults__
    construct.__defaults__ = (None, url, None)
    try:
        for number in range(how_many):
            send_email(
                f"customer-{number}@example.com",
                "Coffee, dark roast, 500 g",
                "<p>Hi Aino</p>",
                from_email=SENDER.email,
                from_name=SENDER.name,
                personalization_custom_args={"paluu_message_id": str(number)},
                categories=["winback"],
            )
    finally:
        construct.__defaults__ = defaults


def send_by_sdk(url: str, how_many: int) -> None:
    """Send one message per request, with the SDK's own mail objects and one client."""
    client = SendGridAPIClient(api_key=API_KEY, host=url)
    for number in range(how_many):
        mail = _empty_mail()
        mail.add_personalization(_personalization(number))
        client.send(mail)


def send_by_sdk_in_batches(url: str, how_many: int) -> None:
    """Send 1,000 personalizations per request, with the SDK's own mail objects and one client."""
    client = SendGridAPIClient(api_key=API_KEY, host=url)
    for numbers in _batches(how_many):
        mail = _empty_mail()
        for number in numbers:
            mail.add_personalization(_personalization(number))
        client.send(mail)


def send_by_sdk_in_plain_batches(url: str, how_many: int) -> None:
    """Send 1,000 personalizations per request as plain dictionaries, without the SDK's objects."""
    client = SendGridAPIClient(api_key=API_KEY, host=url)
    for numbers in _batches(how_many):
        client.send(_plain_mail([_plain_personalization(number) for number in numbers]))


def _batches(how_many: int) -> Iterator[range]:
    for first in range(0, how_many, MOST_PERSONALIZATIONS):
        yield range(first, min(first + MOST_PERSONALIZATIONS, how_many))


def _empty_mail() -> Mail:
    mail = Mail(from_email=Email(SENDER.email, SENDER.name))
    mail.template_id = TemplateId(TEMPLATE)
    mail.asm = Asm(GroupId(GROUP))
    mail.add_category(Category("winback"))
    return mail


def _personalization(number: int) -> Personalization:
    personalization = Personalization()
    personalization.add_to(To(f"customer-{number}@example.com"))
    personalization.dynamic_template_data = _context(number)
    for name, value in _custom_args(number).items():
        personalization.add_custom_arg(CustomArg(name, value))
    return personalization


def _plain_mail(personalizations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "from": {"email": SENDER.email, "name": SENDER.name},
        "template_id": TEMPLATE,
        "asm": {"group_id": GROUP},
        "categories": ["winback"],
        "personalizations": personalizations,
    }


def _plain_personalization(number: int) -> dict[str, Any]:
    return {
        "to": [{"email": f"customer-{number}@example.com"}],
        "dynamic_template_data": _context(number),
        "custom_args": _custom_args(number),
    }


def _context(number: int) -> dict[str, Any]:
    return {
        "first_name": "Aino",
        "product": "Coffee, dark roast, 500 g",
        "product_url": f"https://shop.example.com/products/coffee-{number % 1000}",
        "days_since": number % 365,
    }


def _custom_args(number: int) -> dict[str, str]:
    message_id = f"00000000-0000-4000-8000-{number:012d}"
    return {
        "paluu_message_id": message_id,
        "paluu_request_id": "00000000-0000-4000-8000-000000000000",
        "paluu_attempt_id": f"{message_id}/1",
    }
