"""Carries a plan out: change sets, review, execution, watching, wiring, and taking it all down again."""
