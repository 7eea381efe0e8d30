"""The raw contract: the shop's tables as Paluu expects to find them."""
