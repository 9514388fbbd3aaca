"""The calls to AWS beyond those of the deployer: what the checks, the looks and the operations of a database ask."""
