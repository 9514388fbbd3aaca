"""What is looked at before a deployment that makes Aurora clusters: see `twinstack/preflight` for any pair's."""
