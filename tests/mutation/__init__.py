"""Which changes of the code no test notices: `make mutate`.

mutmut makes the changes ("mutants") and runs the tests of each. A mutant that no test notices is either a gap in the
tests or no defect; what is left is listed in docs/mutants.md, each with the reason why it is no defect.
"""
