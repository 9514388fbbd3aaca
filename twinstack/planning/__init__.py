"""What a run would do, and in which order: pure functions of templates, environment and world."""
