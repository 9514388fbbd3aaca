"""Tables of what a run comes to when something happens at one of its calls: a signal, or a fault."""
