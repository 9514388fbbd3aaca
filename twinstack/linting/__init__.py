"""cfn-lint with our rules on every template, pair rules on all of them together, and the page of the rules."""
