"""What knows Aurora global databases: the deployer itself never imports it."""
