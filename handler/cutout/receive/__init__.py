"""Room one: a request becomes a form and a mode."""
