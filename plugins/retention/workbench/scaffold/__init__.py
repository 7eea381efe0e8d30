"""New campaigns: a folder that parses, passes its tests and renders, and its list entry."""
