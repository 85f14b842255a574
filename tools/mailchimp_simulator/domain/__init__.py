"""What Mailchimp knows and allows: pure state and rules, without HTTP, with the time passed in."""
