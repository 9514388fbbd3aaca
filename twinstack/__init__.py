"""Deploys CloudFormation stacks in several regions that need each other's outputs.

The package reads templates as files and knows nothing of what is in them.
"""
