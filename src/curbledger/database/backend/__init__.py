"""Django's PostgreSQL backend, which starts the embedded database on demand."""
