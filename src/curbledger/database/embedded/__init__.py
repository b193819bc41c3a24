"""PostgreSQL from a wheel, started on demand in CURBLEDGER_HOME, stopped by its last user.

Of the wheel only the programs are used. Its own server class never restarts a killed server, takes a foreign
process with a reused number for one, never stops a server whose user was killed, and opens parent folders to
everybody where it runs as root.
"""

from curbledger.database.embedded.server import EmbeddedDatabase, of

__all__ = ["EmbeddedDatabase", "of"]
