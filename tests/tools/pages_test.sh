#!/usr/bin/env bash
# What bash completes behind "davenport" and the manual page, as bash and man take them.
set -u
cd "$(dirname "$0")/../.." || exit 1
davenport=${DAVENPORT:-build/plain/davenport}
number=0

# is NAME EXPECTED FOUND
is() {
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
	else
		printf 'not ok %s - %s\n# expected: %s\n# found:    %s\n' "$number" "$1" "$2" "$3"
	fi
}

# completed WORD...: what is offered for the last of them
completed() {
	COMP_WORDS=(davenport "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_davenport 2>/dev/null # compopt speaks to a completion that is under way
	echo "${COMPREPLY[*]}"
}

# shellcheck source=/dev/null
source <("$davenport" help completion)
is "a command" "status" "$(completed stat)"
is "an option of a command" "--full" "$(completed sync --fu)"
is "an option with a value" "--integration=" "$(completed status --int)"
is "an option that another command takes is not offered" "" "$(completed check --fu)"
is "words of a command" "list" "$(completed keys li)"
is "a command behind help" "revert" "$(completed help rev)"
if command -v man >/dev/null; then
	is "man has nothing to complain of" "" "$("$davenport" help man | MANWIDTH=100 man -l --warnings=all - 2>&1 >/dev/null)"
fi
is "no line of the page is man's own by accident" "" \
	"$("$davenport" help man | grep "^['.]" | grep -vE '^\.(TH|SH|TP|B|I|nf|fi)( |$)')"
echo "1..$number"
