"""The queues: what their messages look like, and how they are sent."""
