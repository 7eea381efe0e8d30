"""The Complete Journey: real purchases by 2,469 households, loaded into the raw tables."""
