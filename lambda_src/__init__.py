"""Code that runs inside the stacks, one folder a package; `twinstack.packaging` makes a zip of each."""
