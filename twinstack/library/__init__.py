"""TwinStack for a program: plan and deploy without the command line."""
