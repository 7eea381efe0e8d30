"""A made-up Nordic online shop in the raw contract, with planted truths in schema `truth`."""
