"""The command line: every command parses, calls one domain verb, and prints. One file a command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """The entry point `curbledger`. Prints one clear line for an error, and exits with 1; 2 is for wrong usage."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curbledger.settings")
    import django

    from curbledger.errors import CurbledgerError

    try:
        django.setup()
        from curbledger.cli.app import run

        run()
    except CurbledgerError as error:
        fail(error.message)
    except KeyboardInterrupt:
        sys.exit(130)


def fail(message: str) -> None:
    """Print what went wrong where errors belong, and end."""
    sys.stderr.write(f"Error: {message}\n")
    sys.exit(1)
