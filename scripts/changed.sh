#!/usr/bin/env bash
# Prints the slow parts (scripts/parts.txt) whose code differs from the commit BASE: continuous
# integration runs them after `make test`. Without BASE, or with one that is not in this clone,
# it prints all of them.
set -eu
cd "$(dirname "$0")/.."

all="pages details engines kills cluster"
if [ -z "${BASE:-}" ] || ! git rev-parse --quiet --verify "$BASE^{commit}" >/dev/null 2>&1; then
	echo "$all"
	exit
fi
# In a variable, so that a failing git ends this script.
files=$(git diff --name-only --no-renames "$BASE")
while read -r file; do
	case "$file" in
	'' | *.md | docs/*) ;;
	assets/* | e2e/*) echo pages details engines ;;
	server/*) echo pages details engines cluster ;;
	cluster/*) echo cluster ;;
	tests/*) echo kills cluster ;;
	cli/* | comment/* | connector/* | export/* | live/* | moderation/* | ratelimit/* | room/* | show/* | store/*) echo details kills cluster ;;
	*) echo "$all" ;; # modules, scripts, new files: any test may depend on them
	esac
done <<<"$files" | tr ' ' '\n' | sort -u | paste -sd ' '
