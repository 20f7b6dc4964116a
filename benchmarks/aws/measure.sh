#!/bin/sh
# Print the Init Duration of cold starts of the deployed function, one per line, and the medians:
#   benchmarks/aws/measure.sh STACK [TIMES]
# Needs the AWS CLI. Changing the description forces a cold start at the next invocation.
set -eu
stack=${1:?name the stack}
times=${2:-10}
folder=$(cd "$(dirname "$0")/../.." && pwd)

output() {
    aws cloudformation describe-stacks --stack-name "$stack" --output text \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
function=$(output FunctionName)

once() { # event
    aws lambda update-function-configuration --function-name "$function" \
        --description "cold $(date +%s%N)" --query LastUpdateStatus --output text >/dev/null
    aws lambda wait function-updated --function-name "$function"
    aws lambda invoke --function-name "$function" --cli-binary-format raw-in-base64-out \
        --payload "fileb://$folder/events/$1.json" --log-type Tail --query LogResult --output text \
        /dev/null | base64 -d | grep '^REPORT' | tr '\t' '\n' |
        awk -F': ' '/^Duration/ { call = $2 } /^Init Duration/ { init = $2 } /^Max Memory/ { memory = $2 }
            END { printf "%d %d %d\n", init, call, memory }'
}

for event in version results-fg-image; do
    i=0
    while [ "$i" -lt "$times" ]; do
        once "$event"
        i=$((i + 1))
    done | sort -n | awk -v name="$event" '
        { print name ": Init Duration " $1 " ms, Duration " $2 " ms, " $3 " MB"; init[NR] = $1 }
        END { print name ": median Init Duration " init[int((NR + 1) / 2)] " ms of " NR }'
done
