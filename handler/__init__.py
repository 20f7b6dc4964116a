"""Background removal as an AWS Lambda container: receive → fetch → decode → segment → refine →
compose → encode → answer, a package for each step."""

__version__ = "1.0.0"
