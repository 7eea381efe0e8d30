"""SendGrid's published contract: its specification, our additions, and the texts of its errors."""
