"""Values and decisions: pure, without clock, network or chance; pydantic and the standard library only."""
