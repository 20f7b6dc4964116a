"""Where a file waits that is too large for a request or an answer: a bucket, or the local disk."""
