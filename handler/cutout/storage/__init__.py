"""Store files that are too large for a request or an answer, in a bucket or on the local disk."""
