"""Keys, tokens and signing secrets, in Secrets Manager."""
