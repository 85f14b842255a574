"""A member, from a decision to what is remembered of it: claim, act, record."""
