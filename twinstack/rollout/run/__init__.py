"""What one run works with, and the lock that keeps other runs out."""
