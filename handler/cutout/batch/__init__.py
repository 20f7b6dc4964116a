"""Pictures put into the bucket's inbox come out at its outbox: the second way into the function."""
