"""The tables that people maintain, `dbt_project/seeds/*.csv`: one strict row model per file.

A new seed needs a module here that declares its `SEED`, and an entry in `check.SEEDS`.
"""
