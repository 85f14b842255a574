"""Where the simulator meets the network: one aiohttp server, its faults, its counts, its deliveries."""
