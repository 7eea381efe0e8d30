"""The engine of Paluu: plain functions over PostgreSQL and SendGrid; knows nothing of Airflow."""
