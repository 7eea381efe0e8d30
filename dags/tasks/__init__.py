"""Task bodies: one-line calls of `retention.jobs`, a module per subject."""
