"""The HTTP interface: the app, its routes, and what guards them."""
