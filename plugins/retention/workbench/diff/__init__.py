"""What an edited campaign would have done, against what the last night did."""
