"""`python -m curbledger`: the command line."""

from curbledger.cli import main

main()
