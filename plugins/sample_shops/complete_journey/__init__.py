"""The Complete Journey: real purchases of 2,469 households, loaded into the raw contract."""
