#!/bin/sh
# tests/with-couch gives its command a server, and leaves nothing behind.
set -u
cd "$(dirname "$0")/../.." || exit 1
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
unset TEST_COUCHDB_URL
number=0

# case NAME: passes when the last command did
case_is() {
	passed=$?
	number=$((number + 1))
	if [ "$passed" -eq 0 ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# /' "$here"/said 2>/dev/null
	fi
}

# Its temporary folders go where we can look.
with_couch() { TMPDIR=$here tests/with-couch "$@"; }
# Prints the names of all databases, when the server at $1 lets us in.
cat >"$here/ask.js" <<'END'
require('http').get(`${process.argv[2]}/_all_dbs`, (answer) => {
	answer.pipe(process.stdout);
	process.exitCode = answer.statusCode === 200 ? 0 : 1;
}).on('error', () => { process.exitCode = 1; });
END
nothing_left() {
	[ -z "$(find "$here" -mindepth 1 -name 'davenport-couch-*')" ] &&
		! node "$here/ask.js" "$(cat "$here/url")" >"$here/said"
}
# shellcheck disable=SC2016 # for the inner shell
note_url='echo "$TEST_COUCHDB_URL" >"$HERE/url"; echo $$ >"$HERE/pid"'
export HERE="$here"

# shellcheck disable=SC2016
with_couch sh -c "$note_url"'; node "$HERE/ask.js" "$TEST_COUCHDB_URL"' >"$here/said" 2>&1 &&
	grep -q '^\["_replicator","_users"\]$' "$here/said"
case_is "the command finds a server that lets it in"

nothing_left
case_is "afterwards server and folder are gone"

with_couch sh -c "$note_url; exit 7" >"$here/said" 2>&1
[ $? -eq 7 ] && nothing_left
case_is "the exit status is the command's"

# shellcheck disable=SC2016
echo "some words" | with_couch sh -c 'read -r words; [ "$words" = "some words" ]' >"$here/said" 2>&1
case_is "the command reads our stdin"

[ "$(TEST_COUCHDB_URL=http://a:b@127.0.0.1:1 with_couch printenv TEST_COUCHDB_URL)" = http://a:b@127.0.0.1:1 ]
case_is "a server that is named is used as it is"

rm -f "$here/pid"
TMPDIR=$here tests/with-couch sh -c "$note_url; exec sleep 600" >"$here/said" 2>&1 &
runner=$!
until [ -s "$here/pid" ]; do
	kill -0 "$runner" 2>/dev/null || break
	sleep 0.1
done
kill -TERM "$runner"
wait "$runner"
[ $? -eq 143 ] && ! kill -0 "$(cat "$here/pid")" 2>/dev/null && nothing_left
case_is "a signal ends the command and the server"

with_couch >"$here/said" 2>&1
[ $? -eq 2 ] && grep -q '^usage: ' "$here/said"
case_is "without a command it says how it is used"
