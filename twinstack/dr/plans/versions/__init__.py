"""Engine versions of global databases: what a plan changes, in which order, and what AWS would not take."""
