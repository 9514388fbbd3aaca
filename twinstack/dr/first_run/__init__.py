"""The first run on a real account: walks docs/first-real-run.md and records what AWS answered."""
