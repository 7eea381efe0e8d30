"""What every part of the running sandbox shares: its database, contract, clock, key and faults."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from sandbox.clock import Clock
from sandbox.contract import Contract
from sandbox.database import Database
from sandbox.faults import FaultPlan
from sandbox.posting import Postman

log = logging.getLogger("sandbox")


@dataclass(frozen=True)
class Sandbox:
    """The state of one running sandbox.

    Attributes:
        database: everything that was accepted or rejected, and the account's templates and groups.
        contract: the compiled validators.
        api_key: the one key that is let in.
        clock: the only clock of the sandbox.
        timezone: the zone in which pages show times.
        faults: what goes wrong on purpose; gone with the process.
        postman: carries events to the webhooks.
    """

    database: Database
    contract: Contract
    api_key: str
    clock: Clock
    timezone: tzinfo = UTC
    faults: FaultPlan = field(default_factory=FaultPlan)
    postman: Postman = field(init=False)

    def __post_init__(self) -> None:
        """Hire the postman of this database."""
        object.__setattr__(self, "postman", Postman(self.database))

    def close(self) -> None:
        """Close connections and database; call it when nothing runs any more."""
        self.postman.close()
        self.database.close()

    def now(self) -> datetime:
        """Return the present as an aware time."""
        return self.clock.now()

    def now_ms(self) -> int:
        """Return the present in milliseconds since 1970 UTC, as the database keeps it."""
        return round(self.now().timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Return an aware UTC time from the database's milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
