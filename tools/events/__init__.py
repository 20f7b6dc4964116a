"""Sample API Gateway events: `gateway` shapes an event, `samples` says which there are, and
`python -m tools.events` writes them to `events/`."""
