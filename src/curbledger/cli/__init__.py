"""The command line: every command parses, calls one domain verb, and prints. One file a command."""

from __future__ import annotations

import os
import sys

# Exit codes: 1, it could not be done; 2, it was typed wrongly.
FAILED, MISTYPED = 1, 2


def main() -> None:
    """The entry point `curbledger`. Prints one clear line for an error, and exits with 1; 2 is for wrong usage."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curbledger.settings")
    _check_arguments()
    import django

    from curbledger.errors import CurbledgerError

    try:
        django.setup()
        from curbledger.cli.app import app

        app()
    except CurbledgerError as error:
        # Before any command runs: a setting that cannot be used. What commands raise ends in the app itself.
        _end(error.message, FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


def _check_arguments() -> None:
    """Refuse bytes that are no text: nothing they could name is in the database."""
    for argument in sys.argv[1:]:
        try:
            argument.encode()
        except UnicodeEncodeError:
            _end(f"{argument!a} is not UTF-8.", MISTYPED)


def _end(message: str, code: int) -> None:
    sys.stderr.write(f"Error: {message}\n")
    sys.exit(code)
