"""The peak memory of a worker, measured in a separate process."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KILOBYTE = 1024


def peak_megabytes(url: str, how_many: int) -> float:
    """Run a worker that delivers all planned messages; return its peak resident set size in MB."""
    finished = subprocess.run(
        [sys.executable, "-m", __name__, url, str(how_many)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "plugins")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(finished.stdout)


def own_peak() -> float:
    """Return the peak resident set size of this process in MB.

    Linux's `getrusage` would also count the memory of the parent at the time of the fork.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / KILOBYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTE**2  # macOS: bytes


def main() -> None:
    """Deliver a number of messages to a URL, both from the command line, and print the peak."""
    from benchmarks.bench_delivery.ways import send_ours

    url, how_many = sys.argv[1:]
    send_ours(url, int(how_many))
    sys.stdout.write(f"{own_peak():.1f}")


if __name__ == "__main__":
    main()
