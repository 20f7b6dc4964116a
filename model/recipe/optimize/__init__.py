"""Optimise experts: passes that compute the same in fewer steps (see the recipe's README)."""
