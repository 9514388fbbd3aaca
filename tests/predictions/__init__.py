"""Changes written by hand, each with what AWS does by its documentation.

`cases/` holds a file a change: the template before and after, what AWS's change set says, and who says so. The tests
hold what the plan says, and what the local AWS says, against that; `python -m tests.predictions.page FILE` writes it
for people.
"""
