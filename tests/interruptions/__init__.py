"""Commands that are cut short: by signals, by a terminal or a pipe that closes."""
