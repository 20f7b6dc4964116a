"""A fourth expert: features of MobileSAM's image encoder, frozen, and a small decoder of ours."""
