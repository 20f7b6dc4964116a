"""From the start of a container to its first answers, beside a naive image of the same code."""
