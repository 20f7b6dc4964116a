"""Check API keys."""
