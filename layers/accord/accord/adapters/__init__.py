"""Where the ports meet the world: one module per technology."""
