#!/bin/sh
# Sees to what the demo page is tested with: Chromium, curl and jq (for the command that the page
# shows), and a font to look at.
#   tools/browser.sh          installs what is missing, on Debian and its kin
#   tools/browser.sh --hint   only says that something is missing
set -eu

missing() {
    for tool in curl jq; do
        command -v "$tool" >/dev/null || return 0
    done
    for browser in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        ! command -v "$browser" >/dev/null || return 1
    done
}

missing || exit 0
if [ "${1:-}" = --hint ]; then
    echo "Without Chromium, curl and jq the demo page's tests are skipped: tools/browser.sh installs them."
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Install Chromium, curl and jq: the demo page's tests need them." >&2
    exit 1
fi
echo "Installing Chromium, curl and jq"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# Where there is a package of Chromium without windows: a visit takes half the processor time.
browser=chromium-headless-shell
apt-cache show "$browser" >/dev/null 2>&1 || browser=chromium
apt-get install -y -qq --no-install-recommends "$browser" curl jq fonts-inter >/dev/null
