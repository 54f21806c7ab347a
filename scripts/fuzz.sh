#!/usr/bin/env bash
# Runs fuzz targets for FUZZTIME each (10m): all of the project, or those whose name contains
# one of the arguments. FUZZLIST=1 lists them. For each target, up to FUZZKEEP (48) inputs that
# reach new code, of at most 4 KiB, are kept in testdata/fuzz beside its test, where every test
# run tries them; a failing input is always kept.
set -eu
cd "$(dirname "$0")/.."
cache=$(go env GOCACHE)/fuzz
keep=${FUZZKEEP:-48}
failed=()

wanted() { # TARGET
	[ "${#names[@]}" -gt 0 ] || return 0
	local n
	for n in "${names[@]}"; do case $1 in *"$n"*) return 0 ;; esac; done
	return 1
}

keep_corpus() { # FOLDER TARGET
	local found to=$1/testdata/fuzz/$2 have f
	found=$cache/$(go list "$1")/$2
	[ -d "$found" ] || return 0
	mkdir -p "$to"
	have=$(find "$to" -type f | wc -l)
	# The shortest ones first: they are the easiest to understand.
	find "$found" -type f -size -5 -printf '%s %p\n' | sort -n | cut -d' ' -f2- | while read -r f; do
		[ "$have" -lt "$keep" ] || break
		[ ! -e "$to/${f##*/}" ] || continue
		cp "$f" "$to/"
		have=$((have + 1))
	done
	rmdir --ignore-fail-on-non-empty "$to"
}

names=("$@")
n=0
while IFS=: read -r file target; do
	wanted "$target" || continue
	n=$((n + 1))
	folder=$(dirname "$file")
	if [ -n "${FUZZLIST:-}" ]; then
		printf '%s %s\n' "$folder" "$target"
		continue
	fi
	printf '== %s %s\n' "$folder" "$target"
	if ! go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-10m}" -fuzzminimizetime 100x "$folder" </dev/null; then
		failed+=("$folder $target")
	fi
	keep_corpus "$folder" "$target"
done < <(grep -roE '^func Fuzz[A-Za-z0-9_]*' --include='*_test.go' --exclude-dir=node_modules . | sed 's/:func /:/' | sort)

[ "$n" -gt 0 ] || { echo "fuzz: no target is named so" >&2; exit 2; }
[ -n "${FUZZLIST:-}" ] || printf '%d targets, %d failed\n' "$n" "${#failed[@]}"
for f in "${failed[@]}"; do printf 'failed: %s\n' "$f"; done
[ "${#failed[@]}" -eq 0 ]
