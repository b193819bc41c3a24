"""The product's settings, in a home of the tests' own: one embedded database for all parallel test processes."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

HOME = "CURBLEDGER_TEST_HOME"

if HOME not in os.environ:
    # The first process: those it starts for parallel tests inherit the home.
    os.environ[HOME] = tempfile.mkdtemp(prefix="curbledger-tests-")
    atexit.register(shutil.rmtree, os.environ[HOME], ignore_errors=True)

for name in [name for name in os.environ if name.startswith("CURBLEDGER_") and name != HOME]:
    del os.environ[name]
os.environ.pop("DATABASE_URL", None)
os.environ["CURBLEDGER_HOME"] = str(Path(os.environ[HOME]) / "home")
# Signs of life are written once and stay fresh: a test that wants a dead server process makes its row old.
os.environ["CURBLEDGER_DELIVERER_BEAT"] = "86400"
os.environ["CURBLEDGER_DELIVERER_STALE"] = "86400"

from curbledger.settings import *  # noqa: E402, F403 - the environment must stand before it is read.

# A sign-in takes as long as a password is to be guessed, on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
