"""What is looked at before a deployment: whether the account has room, and takes what the plan adds.

`needs.py` reads from a plan what it adds; pure. Each of `quotas.py`, `names.py`, `networks.py`, `zones.py` and
`permissions.py` makes looks of that: a question to AWS, and what each answer means. `looking.py` asks them side by
side. Nothing here changes anything, and nothing here knows Aurora: `twinstack/dr/preflight` does.
"""
