"""SendGrid's email logs API."""
