"""The raw contract: the tables of the shop that Paluu reads."""
