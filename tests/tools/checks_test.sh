#!/usr/bin/env bash
# The linters of our own see what they are there to see: each is shown a small tree that is right, then trees that
# are wrong in one place.
set -u
cd "$(dirname "$0")/../.." || exit 1
tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
number=0

# case NAME EXIT PATTERN command...: ends with EXIT, and says PATTERN ("" for nothing at all)
case_is() {
	local name=$1 status=$2 pattern=$3 said
	number=$((number + 1))
	said=$("${@:4}" 2>&1)
	if [ $? -eq "$status" ] && { [ -z "$pattern$said" ] || { [ -n "$pattern" ] && grep -q -- "$pattern" <<<"$said"; }; }; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		printf '%s\n' "$said" | sed 's/^/# /'
	fi
}

# A small tree that is right.
fresh() {
	rm -rf "$tree" && mkdir -p "$tree"/{base,inventory,couch,airtable,sandbox,bridge/{plan,mapping,index,endpoints},tests/unit}
	echo '#include <stdio.h>' >"$tree/base/text.c"
	echo '#include "base/text.h"' >"$tree/couch/client.c"
	echo '#include "inventory/document.h"' >"$tree/bridge/plan/plan.c"
	echo '#include "airtable/records.h"' >"$tree/bridge/endpoints/airtable_endpoint.c"
	echo '#include "bridge/plan/plan.c"' >"$tree/tests/unit/plan_test.c"
	printf '%s\n' '	{ "COUCHDB_URL", SETTING_URL, offsetof(struct settings, url), NULL, 0, 0, "the server" },' \
		'	{"POLL_SECONDS", SETTING_SECONDS,' '	 offsetof(struct settings, poll_s), "30", 1, 3600,' \
		'	 "between looks" },' '	{ "TOKEN_*", SETTING_SECRET, offsetof(struct settings, tokens), NULL, 0, 0, "" },' \
		>"$tree/bridge/settings.c"
	# shellcheck disable=SC2016 # backquotes of Markdown
	printf '%s\n' '| setting | default | |' '|---|---|---|' '| `COUCHDB_URL` | | the server |' \
		'| `POLL_SECONDS` | `30` | looks |' '| `TOKEN_<base id>` | | one |' >"$tree/README.md"
	mkdir -p "$tree"/docs "$tree"/tests/worlds/kept "$tree"/tests/mutants
	printf '%s\n' '# The rules.' '' 'rule 1: text is standard' 'in base/text.c' '- #include <stdio.h>' '+ #include <math.h>' \
		'by unit/text_test' >"$tree/tests/mutants/list"
	echo 'bool plan_field(struct cell *cell_now);' >"$tree/bridge/plan/plan.h"
	echo '	{ "losing-leaf-arrives", one, other },' >"$tree/tests/worlds/named_leaves.c"
	echo 'bridge' >"$tree/tests/worlds/kept/told-twice.history"
	# shellcheck disable=SC2016 # backquotes of Markdown
	printf '%s\n' 'See [the settings](../README.md), [elsewhere](https://example.org/none) and [below](#below).' \
		'Rooms: `bridge/plan/`, `bridge/mapping/`, `bridge/endpoints/`.' \
		'`plan_field()` in `bridge/plan/plan.h`, `plan_test.c` and `bridge/*/plan.c` take `cell_now`.' '```' '`not looked at' '```' \
		'Worlds: `losing-leaf-arrives`, `told-twice`; `davenport sync --held`, `<database>-davenport`, `ID`.' >"$tree/docs/tour.md"
	git -C "$tree" init -q . && git -C "$tree" add -A
}

# wrong FILE LINE: a fresh tree in which FILE has one line more
wrong() {
	fresh
	mkdir -p "$(dirname "$tree/$1")"
	echo "$2" >>"$tree/$1"
	git -C "$tree" add -A
}

fresh
case_is "layers: a right tree passes" 0 "" tools/check-layers "$tree"
case_is "settings: a right tree passes" 0 "" tools/check-settings "$tree"
case_is "words: a right tree passes" 0 "" tools/check-words "$tree"
case_is "docs: a right tree passes" 0 "" tools/check-docs "$tree"
case_is "mutants: a right tree passes" 0 "" tools/check-mutants "$tree"

while IFS='|' read -r file line what; do
	wrong "$file" "$line"
	case_is "layers: $what" 1 "^$file:" tools/check-layers "$tree"
done <<'END'
base/text.c|#include "couch/client.h"|base knows no CouchDB
couch/client.c|#include "airtable/client.h"|couch knows no Airtable
web/rate.c|#include "couch/client.h"|web knows no CouchDB
public-images/link.c|#include "inventory/document.h"|public-images knows no inventory
public-images/link.c|#include "bridge/plan/plan.h"|public-images knows no bridge
couch/client.c|  #  include "inventory/document.h"|spaces hide nothing
inventory/document.c|#include "couch/client.h"|inventory knows no CouchDB
inventory/document.c|#include "base/http.h"|inventory does no I/O
sandbox/store.h|#include "inventory/document.h"|the sandbox knows no inventory, in headers too
bridge/plan/plan.c|#include "couch/documents.h"|the plan knows no side
bridge/mapping/mapping.h|#include "airtable/records.h"|the mapping knows no side
bridge/index/pairs.h|#include "couch/client.h"|the index knows no side
bridge/index/pairs.h|#include "bridge/endpoints/couch_endpoint.h"|the engine knows its endpoints by their interface
bridge/plan/plan.h|#include "bridge/index/pairs.h"|a room knows none above it
bridge/settings.h|#include "bridge/plan/plan.h"|the settings lie below all rooms
bridge/main.c|#include "sandbox/store.h"|the bridge knows no sandbox
couch/client.c|#include "tests/fakes/fake.h"|no room includes tests
bridge/main.c|#include "couch/client.c"|nobody includes another room's .c
bridge/main.c|#include "plan.h"|includes start at the root
bridge/plan/plan.c|n = json_object_array_length(a);|json-c is base/json's alone
bridge/main.c|#include "../base/text.h"|includes do not climb
couch/client.c|#include <curl/curl.h>|curl stays inside base
END

# circle FILE INCLUDE...: a fresh tree with these pairs of a file and what it includes
circle() {
	fresh
	while [ $# -gt 0 ]; do
		echo "#include \"$2\"" >>"$tree/$1"
		shift 2
	done
}

circle couch/a.c couch/b.h couch/b.c couch/c.h couch/c.h couch/a.h
case_is "layers: three modules in a circle" 1 "^couch/: in a circle of includes: couch/a couch/b couch/c\$" \
	tools/check-layers "$tree"
circle base/a.h base/b.h base/b.c base/a.h
case_is "layers: a header and a .c in a circle" 1 "^base/: in a circle of includes: base/a base/b\$" tools/check-layers "$tree"
circle couch/a.c couch/a.h couch/a.c couch/b.h couch/c.c couch/b.h couch/c.c couch/a.h
case_is "layers: a module's own header, and one that two include, are no circle" 0 "" tools/check-layers "$tree"

while IFS='|' read -r old new what; do
	fresh
	sed -i "s/$old/$new/" "$tree/README.md"
	case_is "settings: $what" 1 "README.md" tools/check-settings "$tree"
done <<'END'
COUCHDB_URL|COUCHDB_URI|one that README.md lacks
`30`|`60`|another fallback
TOKEN_<base id>|TOKEN|a family is written as one
END
fresh && rm "$tree/bridge/settings.c"
case_is "settings: no table" 1 "settings.c" tools/check-settings "$tree"
fresh && sed -i 's/offsetof(struct settings, url), NULL/url/' "$tree/bridge/settings.c"
case_is "settings: a row that cannot be read" 1 "could be read" tools/check-settings "$tree"

while IFS='|' read -r file line what; do
	wrong "$file" "${line//@/}"
	case_is "words: $what" 1 "$file" tools/check-words "$tree"
done <<'END'
base/text.c|/* see /ho@me/someone/notes */|a home folder
tests/with|cd /wo@rk/tree|a folder of one machine
README.md|npm --registry https://regis@try.example.org/|a registry's host
tools/package-lock.json|  "resolved": "https://example.org/a.tgz",|a download address in a lock file
tools/.npmrc|audit=false|npm settings of one machine
END

while IFS='|' read -r line pattern what; do
	wrong docs/tour.md "$line"
	case_is "docs: $what" 1 "^docs/tour.md:8: $pattern" tools/check-docs "$tree"
done <<'END'
See `bridge/plan/planner.c`.|bridge/plan/planner.c: is not there|a file that is not there
See `bridge/place/` and `bridge/plan/`.|bridge/place/: is not there|a folder that is not there
See `tests/unit/*_play.c`.|tests/unit/\*_play.c: is not there|a pattern that fits nothing
See `planner.c`.|planner.c: no file|a name that no file has
Then `plan_cell()`.|plan_cell(): .* no such function|a function that is not there
Then `cell_now()`.|cell_now(): .* no such function|a function that is a variable
It has `cell_then`.|cell_then: .* no such word|a word that the sources lack
So in `losing-leaf-goes`.|losing-leaf-goes: no world|a world that is not there
See [the rules](rules.md).|docs/rules.md: is not there|a link to nothing
See `bridge/plan|a backquote has no partner|a word that goes over the end of its line
END
wrong bridge/lease/lease.c '#include "base/text.h"'
case_is "docs: a room that the tour does not name" 1 "^docs/tour.md: does not name bridge/lease/" tools/check-docs "$tree"
# shellcheck disable=SC2016 # backquotes of Markdown
wrong docs/tour.md 'See `plan_pair()`, `plan_field()` in
`bridge/plan/plan.c`.'
echo 'bool plan_pair(void);' >>"$tree/bridge/plan/plan.c"
case_is "docs: a function that is in another file" 1 "^docs/tour.md: plan_field() is not in bridge/plan/plan.c" tools/check-docs "$tree"
fresh && rm "$tree/docs/tour.md" "$tree/README.md" && git -C "$tree" add -A
case_is "docs: no documents" 1 "no documents" tools/check-docs "$tree"

while IFS='|' read -r line words pattern what; do
	wrong tests/mutants/list "$words"
	case_is "mutants: $what" 1 "^tests/mutants/list:$line: $pattern" tools/check-mutants "$tree"
done <<'END'
8|- #include <stdlib.h>|this stands 0 times in base/text.c: |a line that its file has not
8|+|this is no part of an entry: |a line that is none of an entry
8|in base/none.c|the entry above lacks a part: "rule 1|a place without a line
END
wrong base/text.c '	#include <stdio.h>'
case_is "mutants: a line that stands twice" 1 "^tests/mutants/list:5: this stands 2 times" tools/check-mutants "$tree"
wrong tests/mutants/list "
rule 2: nobody notices
in base/text.c"
case_is "mutants: an entry without a program" 1 "the entry above lacks a part: .rule 2" tools/check-mutants "$tree"
echo "1..$number"
