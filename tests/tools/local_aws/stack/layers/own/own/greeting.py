"""The code of a layer of one's own."""


def greet(name: str) -> str:
    """A greeting."""
    return f"Bonjour {name}"
