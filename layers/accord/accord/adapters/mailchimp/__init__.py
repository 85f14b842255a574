"""Mailchimp's Marketing API 3.0, and its webhooks."""
