"""A drill: a switchover to the standby and back, written down for an auditor."""
