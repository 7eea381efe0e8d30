"""Task bodies: one-line calls of `retention.jobs`, one module per subject."""
