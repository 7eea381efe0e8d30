"""The client: the only package that speaks HTTP to SendGrid."""
