"""How a global database is now, every region side by side, and whether the roles could be moved."""
