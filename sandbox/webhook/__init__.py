"""Event webhooks: settings, signatures, and posts."""
