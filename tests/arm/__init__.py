"""The service on arm64, beside this machine's processor: `make arm-test`."""
