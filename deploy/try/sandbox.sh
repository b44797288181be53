#!/bin/sh
# The base as it was left; a new one the first time.
set -eu
file=/data/base.json
if [ -s "$file" ]; then
	set -- --load "$file"
else
	set -- --template appDemo0000000001
fi
exec airtable-sandbox --listen 0.0.0.0:8792 --published --save "$file" --save-always "$@"
