"""The environment file: which stacks in which regions, with which parameters; read and checked before any AWS call."""
