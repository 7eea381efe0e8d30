"""The sandbox's clock: real time plus a shift that can be changed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.database import Database

SAVE_SHIFT = """
    insert into settings (name, value) values ('clock_shift_seconds', ?)
    on conflict (name) do update set value = excluded.value
"""


class Clock:
    """Real time plus a shift; the database stores the shift, so that a restart keeps it.

    The sandbox takes every time that it stores, compares or returns from this clock.
    """

    def __init__(self, database: Database, real: Callable[[], datetime]) -> None:
        """Load the shift from ``database``; ``real`` returns the current real time."""
        self._database = database
        self._real = real
        saved = database.value("select value from settings where name = 'clock_shift_seconds'")
        self._shift = timedelta(seconds=float(saved or 0))

    def now(self) -> datetime:
        """Return the sandbox's current time."""
        return self._real() + self._shift

    def real(self) -> datetime:
        """Return the real time."""
        return self._real()

    @property
    def shift(self) -> timedelta:
        """The time by which the sandbox is ahead of real time; negative when it is behind."""
        return self._shift

    def set(self, now: datetime) -> None:
        """Set the sandbox's current time to ``now``; it continues from there."""
        self._save(now - self._real())

    def advance(self, by: timedelta) -> None:
        """Advance the clock by ``by``."""
        self._save(self._shift + by)

    def _save(self, shift: timedelta) -> None:
        with self._database.transaction() as connection:
            connection.execute(SAVE_SHIFT, (str(shift.total_seconds()),))
        self._shift = shift
