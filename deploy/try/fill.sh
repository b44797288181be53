#!/bin/sh
# Puts the demo's inventory into CouchDB, unless it is there.
set -eu
# A file for curl, so that the password is in no list of processes.
umask 077
config() { printf 'user = "%s:%s"\n' "$COUCHDB_USER" "$(cat /run/secrets/couchdb_password)"; }
ask() { config | curl --config - -sS -o /dev/null -w '%{http_code}' "$@"; }

made=$(ask -X PUT http://couchdb:5984/inventory)
case $made in
201) ;;
412) echo "the inventory is there" && exit 0 ;;
*) echo "CouchDB answers $made to the new database 'inventory'" >&2 && exit 1 ;;
esac
filled=$(ask -H 'Content-Type: application/json' --data-binary @/usr/share/davenport/inventory.json http://couchdb:5984/inventory/_bulk_docs)
[ "$filled" = 201 ] || { echo "CouchDB answers $filled to the inventory" >&2 && exit 1; }
echo "the inventory is put there: the grid at http://127.0.0.1:8792/ fills now, http://127.0.0.1:8791/ shows how it stands"
