"""What the tasks of each DAG do, one module per DAG; `dags/tasks` calls them."""
