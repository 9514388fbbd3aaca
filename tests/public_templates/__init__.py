"""How `lint` and `plan --offline` take templates that nobody here wrote.

    .venv/bin/python -m tests.public_templates FOLDER

downloads the packages of `packages.py` to FOLDER, the first time, and runs both commands on every template of
`templates.py`, each in an environment of its own. It prints the table of docs/other-peoples-templates.md, and exits
with 1 when something came out otherwise than the template says. With `--all` it plans every template that the packages
have, and prints those that are refused or differ, for a person to look at.

None of the templates is in this repository: they belong to others.
"""
