"""The tables that people own, `dbt_project/seeds/*.csv`: one strict row model a file.

A new seed is a module here that declares its `SEED`, and a line in `check.SEEDS`.
"""
