"""Apply AWS's published prices to measured times."""

from dataclasses import dataclass
from math import ceil

MB_PER_GB = 1024  # Lambda's GB
TRANSFER_GB = 1e9
SENT_PER_BYTE = 4 / 3 * 0.746
"""Bytes sent for one of a picture, as base64 in JSON and with gzip, which saves a quarter again."""
INCREMENT = 512 * 1024  # bytes that an HTTP API counts as one request


@dataclass(frozen=True)
class Prices:
    """Hold US dollars in us-east-1, first tier, without a savings plan.

    Of free tiers, only CloudFront's is used (`edge_`).
    """

    read: str = "November 2026"
    gb_second_x86: float = 0.0000166667
    gb_second_arm: float = 0.0000133334
    lambda_request: float = 0.20 / 1e6
    api_request: float = 1.00 / 1e6
    s3_put: float = 0.005 / 1000
    s3_get: float = 0.0004 / 1000
    gb_out: float = 0.09
    edge_gb_out: float = 0.085
    edge_request: float = 0.01 / 1e4
    edge_free_bytes: float = 1e12
    edge_free_requests: int = 10_000_000
    sources: tuple[tuple[str, str], ...] = (
        (
            "x86_64, requests, rounding (2020)",
            "https://aws.amazon.com/blogs/aws/new-for-aws-lambda-1ms-billing-granularity-adds-cost-savings/",
        ),
        ("arm64 (2024)", "https://cloudchipr.com/blog/aws-lambda-pricing"),
        (
            "HTTP API, traffic (May 2025)",
            "https://awsforengineers.com/blog/aws-api-gateway-pricing-explained",
        ),
        (
            "CloudFront's free part (2021)",
            "https://aws.amazon.com/blogs/aws/aws-free-tier-data-transfer-expansion-100-gb-from-regions-and-1-tb-from-amazon-cloudfront-per-month/",
        ),
        ("CloudFront", "https://aws.amazon.com/cloudfront/pricing/"),
        (
            "cold starts (August 2025)",
            "https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase",
        ),
    )


def billed(milliseconds: float) -> int:
    """Round up to whole milliseconds, as Lambda does."""
    return ceil(milliseconds)


def compute(milliseconds: float, memory_mb: int, gb_second: float) -> float:
    """Return dollars for the time of one invocation."""
    return billed(milliseconds) / 1000 * memory_mb / MB_PER_GB * gb_second


def lambda_per_thousand(
    milliseconds: float, memory_mb: int, prices: Prices, *, arm: bool = False
) -> float:
    """Return Lambda's dollars for a thousand warm pictures: time and requests."""
    gb_second = prices.gb_second_arm if arm else prices.gb_second_x86
    return 1000 * (compute(milliseconds, memory_mb, gb_second) + prices.lambda_request)


def api_per_thousand(request_bytes: int, answer_bytes: int, prices: Prices) -> float:
    """Return the HTTP API's dollars for a thousand pictures.

    The API counts in steps of 512 KB, here of the larger one of request and response.
    """
    return 1000 * ceil(max(request_bytes, answer_bytes, 1) / INCREMENT) * prices.api_request


def transfer_per_thousand(answer_bytes: int, prices: Prices) -> float:
    """Return dollars for a thousand answers sent to the internet."""
    return 1000 * answer_bytes / TRANSFER_GB * prices.gb_out
