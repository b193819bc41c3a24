"""Violations: what was issued, what is owed, what was paid, what holds it back, and when it is overdue."""
