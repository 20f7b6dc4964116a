"""Serve the HTTP API: the app, its routes, and what guards them."""
