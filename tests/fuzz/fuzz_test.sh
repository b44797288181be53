#!/usr/bin/env bash
# Every fuzz target for a short while: on its committed inputs, and on some thousands that the same seed makes of them.
# What a slow machine does not reach in the time is no failure. What faces the internet gets the whole of its time, and at least
# 100,000 inputs however long they take.
set -u
cd "$(dirname "$0")/../.." || exit 1
targets=(tests/fuzz/*.c)
if ! command -v clang >/dev/null || ! compgen -G 'build/fuzz/tests/fuzz/*' >/dev/null; then
	echo "1..1"
	echo "ok 1 - fuzz targets # SKIP clang or its libFuzzer is not there, ${#targets[@]} targets were not built"
	exit 0
fi
SECONDS_EACH=20 RUNS=20000 RUNS_PUBLIC=-1 LEAST_PUBLIC=100000 SEED=1 FOUND=$(mktemp -d build/fuzz/short-XXXXXX)
export SECONDS_EACH RUNS RUNS_PUBLIC LEAST_PUBLIC SEED FOUND
tests/fuzz/run
status=$?
[ "$status" -ne 0 ] || rm -rf "$FOUND"
exit "$status"
