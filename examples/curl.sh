#!/bin/sh
# sh curl.sh https://HOST PICTURE|URL CUT-OUT.png [MODE]    (the key in CUTOUT_KEY)
set -eu
[ $# -ge 3 ] || { sed -n 's/^# \(sh .*\)/usage: \1/p' "$0" >&2; exit 2; }
api=$1 source=$2 target=$3 mode=${4:-fg-image}
# a name in quotes, since a comma or semicolon would end it; a URL as it is, for the same reason
case $source in
*://*) set -- --form-string "url=$source" ;;
*) set -- -F "image=@\"$(printf %s "$source" | sed 's/[\\"]/\\&/g')\"" ;;
esac
# -L follows a 303; without -X POST, which would make curl post again
curl -sSL --fail-with-body -o "$target.json" -H "X-API-KEY: ${CUTOUT_KEY:-}" "$@" \
    "$api/v1/results?mode=$mode" || {
    [ ! -f "$target.json" ] || cat "$target.json" >&2
    rm -f "$target.json"
    exit 1
}
python3 -c '
import base64, json, sys
result = json.load(open(sys.argv[1]))["results"][0]
if result["status"]["code"] != "ok":
    sys.exit(result["status"]["message"])
open(sys.argv[2], "wb").write(base64.b64decode(result["entities"][0]["image"]))
' "$target.json" "$target" || { rm -f "$target.json"; exit 1; }
rm "$target.json"
