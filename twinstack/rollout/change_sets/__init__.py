"""Change sets: made, waited for, looked into and put away."""
