"""Where the ports meet the world: a package or a module for each technology."""
