"""Accord: the members of a membership application and a Mailchimp audience, kept in agreement."""
