"""Great Expectations: the suites, the nightly check, and its Data Docs."""
