"""The Airflow plugin: pages behind Airflow's login, and public endpoints without one."""
