"""Steps of the pull of campaign activity."""
