"""The operator's command line: what people ask of Accord and tell it, over the operator API only."""
