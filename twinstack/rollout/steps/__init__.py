"""One step of a pass: its change set reviewed, protected, executed and concluded."""
