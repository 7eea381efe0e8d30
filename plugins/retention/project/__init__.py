"""The dbt project as the engine reads it: the shop, the campaigns, the manifest, the seeds."""
