"""The shared state of a running sandbox: database, contract, clock, key and faults."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from sandbox.clock import Clock
from sandbox.contract.specification import Contract
from sandbox.database import Database
from sandbox.faults.planned_faults import FaultPlan
from sandbox.webhook.posting import Postman

log = logging.getLogger("sandbox")


@dataclass(frozen=True)
class Sandbox:
    """The state of one running sandbox.

    Attributes:
        database: accepted and rejected requests, and the account's templates and groups.
        contract: the compiled validators.
        api_key: the accepted API key.
        clock: the only clock of the sandbox.
        timezone: the time zone of the pages.
        faults: the planned faults, which are not stored.
        postman: posts events to the webhooks.
    """

    database: Database
    contract: Contract
    api_key: str
    clock: Clock
    timezone: tzinfo = UTC
    faults: FaultPlan = field(default_factory=FaultPlan)
    postman: Postman = field(init=False)

    def __post_init__(self) -> None:
        """Create the postman for the database."""
        object.__setattr__(self, "postman", Postman(self.database))

    def close(self) -> None:
        """Close connections and database; call it after the server has stopped."""
        self.postman.close()
        self.database.close()

    def now(self) -> datetime:
        """Return the current time."""
        return self.clock.now()

    def now_ms(self) -> int:
        """Return the current time in milliseconds since 1970 UTC, as in the database."""
        return round(self.now().timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Return the UTC time of the database's milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
