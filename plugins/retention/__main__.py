"""`python -m retention` is the same as the `retention` command."""

from retention.commands import main

main()
