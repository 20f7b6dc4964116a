"""Make sample events of API Gateway, which `python -m tools.events` writes to `events/`.

`gateway` shapes an event, and `samples` lists them all.
"""
