"""A believable town from a seed: people, vehicles, tickets, and what became of them. Nobody in it exists."""
