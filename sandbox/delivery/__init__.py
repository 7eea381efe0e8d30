"""What becomes of a mail: accepted, dropped, delivered, opened, clicked."""
