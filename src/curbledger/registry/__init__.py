"""Who and what is on the road: people, vehicles, their drivers, and the lists their fields are picked from."""
