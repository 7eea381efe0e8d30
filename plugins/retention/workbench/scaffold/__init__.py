"""New campaigns: a folder that parses, passes its tests and renders, and its line on the list."""
