"""The sandbox's clock: real time, moved by as much as somebody asked for."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.database import Database

SAVE_SHIFT = """
    insert into settings (name, value) values ('clock_shift_seconds', ?)
    on conflict (name) do update set value = excluded.value
"""


class Clock:
    """Real time plus a shift, which the database keeps, so that a restart does not travel in time.

    Every time the sandbox stores, compares or answers comes from here.
    """

    def __init__(self, database: Database, real: Callable[[], datetime]) -> None:
        """Go on with the shift of ``database``; ``real`` returns the present as an aware time."""
        self._database = database
        self._real = real
        saved = database.value("select value from settings where name = 'clock_shift_seconds'")
        self._shift = timedelta(seconds=float(saved or 0))

    def now(self) -> datetime:
        """Return the sandbox's present as an aware time."""
        return self._real() + self._shift

    def real(self) -> datetime:
        """Return the time outside the sandbox, aware."""
        return self._real()

    @property
    def shift(self) -> timedelta:
        """By how much the sandbox is ahead of real time; negative when it is behind."""
        return self._shift

    def set(self, now: datetime) -> None:
        """Make ``now`` (aware) the sandbox's present; real time goes on from there."""
        self._keep(now - self._real())

    def advance(self, by: timedelta) -> None:
        """Move the present by ``by``."""
        self._keep(self._shift + by)

    def _keep(self, shift: timedelta) -> None:
        with self._database.transaction() as connection:
            connection.execute(SAVE_SHIFT, (str(shift.total_seconds()),))
        self._shift = shift
