"""The audience against the ledger: readings, plans, and what comes of them."""
