"""dbt in Airflow: changes Cosmos to run one `dbt build` per task group."""
