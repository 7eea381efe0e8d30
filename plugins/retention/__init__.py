"""The engine of Paluu: plain functions over PostgreSQL and SendGrid, independent of Airflow.

Conventions of all packages:

- Times are aware datetimes. `now` is the current time, passed in by the caller.
- A `night` and any other date is local to the shop unless its documentation says otherwise.
- A `connection` is open and commits each statement by itself, see `retention.database.connect`.
- Customer, order and product ids are the shop's own, as text.
- `project` is the folder of the dbt project.
"""
