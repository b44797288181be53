#!/usr/bin/env bash
# The runner counts cases, and counts as failed whatever did not say that it passed.
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
number=0

# expect NAME "N passed, N failed" script [script...]
expect() {
	local name=$1 count=$2 programs=() script said
	number=$((number + 1))
	for script in "${@:3}"; do
		printf '#!/bin/sh\n%s\n' "$script" >"$folder/program${#programs[@]}"
		chmod +x "$folder/program${#programs[@]}"
		programs+=("$folder/program${#programs[@]}")
	done
	said=$(TEST_LOGS=$folder/logs TEST_TIMEOUT=2 SAN=${san:-} tests/run "${programs[@]}" 2>&1)
	local status=$?
	if [ "$(tail -n 1 <<<"$said")" = "$count" ] && { [ "${count##*, }" = "0 failed" ] || [ $status -ne 0 ]; } &&
		{ [ "${count##*, }" != "0 failed" ] || [ $status -eq 0 ]; }; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		printf 'exit %s\n%s\n' "$status" "$said" | sed 's/^/# /'
	fi
}

expect "two programs are summed" "3 passed, 0 failed" "echo 'ok 1 - a'; echo 'ok 2 - b'" "echo 'ok 1 - c'"
expect "a failed case" "1 passed, 1 failed" "echo 'ok 1 - a'; echo 'not ok 2 - b'; exit 1"
expect "a failed case of a program that ends well" "1 passed, 1 failed" "echo 'ok 1 - a'; echo 'not ok 2 - b'"
expect "a crash after the cases" "1 passed, 1 failed" "echo 'ok 1 - a'; kill -SEGV \$\$"
expect "no case at all" "0 passed, 1 failed" "true"
expect "fewer cases than planned" "1 passed, 1 failed" "echo 1..2; echo 'ok 1 - a'"
expect "plans of several groups are summed" "2 passed, 0 failed" \
	"echo 1..1; echo 'ok 1 - a'; echo 1..1; echo 'ok 1 - b'"
expect "a skipped case is neither" "1 passed, 0 failed" "echo 1..2; echo 'ok 1 - a'; echo 'ok 2 # SKIP b'"
expect "only skipped cases pass nothing, fail nothing" "0 passed, 0 failed" "echo 'ok 1 # SKIP a'"
expect "words inside a line are no case" "1 passed, 0 failed" "echo 'ok 1 - a'; echo 'it is not ok '; echo ' ok 2'"
expect "what never ends is ended" "1 passed, 1 failed" "echo 'ok 1 - a'; sleep 60"
expect "a program that is not there" "0 passed, 1 failed" "rm -f \"\$0\"; exec \"\$0\""
san=1 expect "a sanitizer's report of a child whose end nobody asked for" "1 passed, 1 failed" \
	"echo 'ok 1 - a'; path=\${ASAN_OPTIONS#log_path=}; echo leak >\"\${path%%:*}.123\""
expect "nothing to run is a failure" "0 passed, 1 failed"
echo "1..$number"
