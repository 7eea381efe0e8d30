"""SendGrid's API: one module per resource."""
