"""The wire has no tables, only functions (functions.sql)."""
