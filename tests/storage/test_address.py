"""`cutout.storage.address`: the bucket's name in its address."""

import pytest

from cutout.storage.address import bucket_name

ADDRESSES = {
    "https://photos.s3.eu-west-1.amazonaws.com": "photos",
    "https://photos.s3.amazonaws.com/": "photos",
    "https://photos.s3-us-west-2.amazonaws.com": "photos",
    "https://photos.s3.dualstack.us-west-2.amazonaws.com": "photos",
    "https://photos.s3.cn-north-1.amazonaws.com.cn": "photos",
    "https://our.s3.photos.s3.eu-west-1.amazonaws.com": "our.s3.photos",
    "https://s3.eu-west-1.amazonaws.com/our.photos": "our.photos",
    "https://photos.bucket.vpce-1a2b-3c.s3.us-east-1.vpce.amazonaws.com": "photos",
    "http://127.0.0.1:8333/photos/": "photos",
    "https://storage.example.com/s3/photos": "photos",
    "https://photos.example.com": None,
    "https://s3.eu-west-1.amazonaws.com": None,
    "": None,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_bucket_is_named_by_the_end_of_the_path_or_the_host(address: str) -> None:
    assert bucket_name(address) == ADDRESSES[address]
