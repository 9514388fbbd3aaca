"""What is refused before anything is executed, as processes on the local AWS."""
