"""What comes back from outside: SendGrid's events, and people who unsubscribe."""
