"""Changes of the roles in a global database: switchover, failover, and the way back."""
