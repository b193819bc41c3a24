"""Curbledger: a parking controller that anyone can host."""

__version__ = "0.1.0"
