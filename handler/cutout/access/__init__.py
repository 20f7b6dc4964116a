"""Who may ask: API keys, if there are any."""
