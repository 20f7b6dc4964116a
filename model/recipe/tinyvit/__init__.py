"""Fit the fourth expert: MobileSAM's image encoder with a small decoder of our own."""
