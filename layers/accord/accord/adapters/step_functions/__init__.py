"""State machines: how they are begun, and what their steps are told and answer."""
