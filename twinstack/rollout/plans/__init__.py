"""The plan of a run: what the world is, what is planned on it, and what of that is refused."""
