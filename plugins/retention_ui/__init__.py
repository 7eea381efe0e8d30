"""The Airflow plugin: pages behind Airflow's login, and the public endpoints beside them."""
