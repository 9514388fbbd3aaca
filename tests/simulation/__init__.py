"""A whole CloudFormation on a virtual clock, and worlds of deployers, faults and kills in it; see README.md."""
