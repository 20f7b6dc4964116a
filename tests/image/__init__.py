"""The image in real containers: `make image-test`. `make test` leaves these out, since they need an
engine and AWS's base image."""
