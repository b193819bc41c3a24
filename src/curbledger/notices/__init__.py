"""Notices: telling people what they owe, by mail and letter, with evidence that it was done."""
