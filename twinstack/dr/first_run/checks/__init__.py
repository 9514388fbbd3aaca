"""The checks, a module for each stage: one small function for each row of the page that AWS can answer."""
