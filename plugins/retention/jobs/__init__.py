"""The work of each DAG's tasks, one module per DAG; `dags/tasks` calls these functions."""
