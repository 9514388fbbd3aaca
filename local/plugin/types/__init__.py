"""The resource types: one concern a file, each with the handlers of the types it is about."""
