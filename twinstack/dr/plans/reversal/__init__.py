"""What a plan or a deletion does to a global database whose roles may be other than its stacks take them for."""
