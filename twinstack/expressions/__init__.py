"""The one reader of templates' expressions: values, CloudFormation's functions, references, resolution."""
