"""What a run tells: typed events, drawn as text for a person or written as JSON lines for a program."""
