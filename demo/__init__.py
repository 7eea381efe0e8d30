"""The whole product on one machine: an embedded PostgreSQL, a sandbox for SendGrid, Airflow."""
