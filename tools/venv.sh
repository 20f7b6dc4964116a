#!/bin/sh
# Makes a virtual environment from hash-pinned files alone:
#   PYTHON=python3 tools/venv.sh [--project] FOLDER REQUIREMENTS...
# --project adds this project as it lies here: the command `cutout`, and `import cutout` anywhere.
set -eu
project=
if [ "$1" = --project ]; then
    project=.
    shift
fi
folder=$1
shift
: "${PYTHON:=python3}"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

fail() {
    echo "$1" >&2
    exit 1
}

command -v "$PYTHON" >/dev/null || fail "Python 3.11 or newer is needed, and $PYTHON is not there."
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed, not $("$PYTHON" -V). Name it: make PYTHON=python3.13 ..."

# Debian ships Python without ensurepip, which a virtual environment needs, in a package of its own.
if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    wanted=$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    advice="$PYTHON cannot make virtual environments: install $wanted (apt-get install $wanted)."
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "$advice"
    echo "Installing $wanted"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq "$wanted" >/dev/null; } || fail "$advice"
fi

# One that was interrupted while it was made has no pip.
if ! { "$folder/bin/python" "$(dirname "$0")/usable.py" && "$folder/bin/python" -m pip --version; } >/dev/null 2>&1
then
    echo "Making $folder"
    "$PYTHON" -m venv --clear "$folder"
fi
set -- $(printf -- '-r %s ' "$@")
echo "Installing into $folder"
# Bytecode is left to the first import of each module: most of SAM CLI's are never imported.
"$folder/bin/python" -m pip install -qq --require-hashes --no-deps --only-binary :all: \
    --no-compile "$@"
[ -z "$project" ] || "$folder/bin/python" -m pip install -qq --no-index --no-deps \
    --no-build-isolation --no-compile --editable "$project"
"$folder/bin/python" -m pip check >/dev/null || fail "$folder misses a package: run make lock."
