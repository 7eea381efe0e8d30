"""dbt inside Airflow: what bends Cosmos to one `dbt build` per task group."""
