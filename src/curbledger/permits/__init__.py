"""Permits: who may park where and until when; zones, lots, and what an officer must know of a plate."""
