"""Run work in worker processes that are replaced when they hang or crash."""
