"""What is refused so that no data is lost and no stack is met half way."""
