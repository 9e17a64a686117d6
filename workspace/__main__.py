"""`python -m workspace` is the `workspace` command."""

from workspace.cli import main

main()
