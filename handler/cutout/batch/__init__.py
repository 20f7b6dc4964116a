"""Process pictures from the bucket's inbox to its outbox: the image's second Lambda function."""
