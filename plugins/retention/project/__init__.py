"""The dbt project as the engine reads it: shop settings, campaigns, manifest and seeds."""
