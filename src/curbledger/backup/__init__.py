"""Backup and restore of the database and the stored files, as the role that row-level security binds.

A plain pg_dump cannot do this: it turns row-level security off to be sure to see everything, and PostgreSQL refuses
that to a role that is bound. So pg_dump writes the tables' definitions, and the rows are copied out client by client,
all in one snapshot. Nobody needs a superuser, here or at a host of databases. The rows go back before the policies do.
"""
