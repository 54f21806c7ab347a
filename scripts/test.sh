#!/usr/bin/env bash
# Runs the parts named as arguments, or all of them, goes on after a failure,
# and ends with a line for each. A part that cannot run here is skipped with its
# reason; under CI=true that is a failure.
set -u
cd "$(dirname "$0")/.." || exit 1

all=(format vet staticcheck js types purego go)
summary=()
failed=0
reason=

# A part returns 0 passed, 3 skipped (with a reason), anything else failed.
skip() {
	reason=$1
	return 3
}

part_format() {
	local bad
	bad=$(gofmt -l . 2>&1)
	[ -z "$bad" ] || {
		printf 'gofmt -w is due for:\n%s\n' "$bad"
		return 1
	}
}

part_vet() { go vet ./...; }

part_staticcheck() { go tool staticcheck ./...; }

part_js() {
	command -v node >/dev/null || { skip "no Node.js"; return; }
	# The files by name: what a folder means to --test differs by version of Node.
	local said
	said=$(node --test --test-reporter=tap assets/_test/*.test.js 2>&1) || {
		printf '%s\n' "$said"
		return 1
	}
	grep -E '^# (tests|pass|skipped|todo) ' <<<"$said"
}

part_types() {
	command -v npm >/dev/null || { skip "no npm"; return; }
	if [ ! -x node_modules/.bin/tsc ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
		npm ci --no-audit --no-fund --loglevel=error || {
			skip "npm ci failed; the types are not checked"
			return
		}
	fi
	node_modules/.bin/tsc --noEmit
}

# What a machine without a C compiler gets.
part_purego() {
	CGO_ENABLED=0 go build -o /dev/null . && CGO_ENABLED=0 go test ./store
}

# compile makes the two test binaries that run longest, and warms the cache for
# the program that their tests build. It begins while the other parts run: gcc
# takes a minute for SQLite, on one processor.
compile() {
	CGO_ENABLED=1 go test -race -c -o "$work/" . ./e2e && go build -o /dev/null .
}

# third runs every third test of e2e, in a browser of its own.
third() {
	local tests
	tests=$("$work/e2e.test" -test.list '^Test' | awk -v rest="$1" 'NR % 3 == rest' | paste -sd '|') || return
	cd e2e && "$work/e2e.test" -test.shuffle=on -test.timeout=15m -test.run "^($tests)\$"
}

whole_program() { "$work/danmaku.test" -test.shuffle=on -test.timeout=15m; }

packages() {
	local names
	names=$(go list ./... | grep -Ev '^danmaku(/e2e)?$') || return
	# shellcheck disable=SC2086 # a list of words
	CGO_ENABLED=1 go test -race -shuffle=on -p 1 -timeout=15m $names
}

# These tests wait more than they compute, so more of them run at once than there
# are processors. Each stands alone: the leak checks look at a whole process.
part_go() {
	if ! command -v "${CC:-gcc}" >/dev/null; then
		CGO_ENABLED=0 go test -shuffle=on ./... || return
		skip "passed without the race detector: no C compiler"
		return
	fi
	local job code=0 running=0 jobs=("third 0" "third 1" "third 2" whole_program packages)
	if ! wait "$compiling"; then
		cat "$work/compiled"
		return 1
	fi
	for job in "${jobs[@]}"; do
		if [ $running = 3 ]; then
			wait -n || code=1
			running=$((running - 1))
		fi
		(
			begun=$SECONDS
			# shellcheck disable=SC2086 # a function and its argument
			($job) >"$work/$job" 2>&1
			code=$?
			echo "-- $job: $((SECONDS - begun)) s" >>"$work/$job"
			exit $code
		) &
		running=$((running + 1))
	done
	while [ $running -gt 0 ]; do
		wait -n || code=1
		running=$((running - 1))
	done
	for job in "${jobs[@]}"; do cat "$work/$job"; done
	return $code
}

[ $# -gt 0 ] || set -- "${all[@]}"
work=$(mktemp -d) || exit 1
trap 'kill $compiling 2>/dev/null; rm -rf "$work"' EXIT
compiling=
if [[ " $* " == *" go "* ]] && command -v "${CC:-gcc}" >/dev/null; then
	compile >"$work/compiled" 2>&1 &
	compiling=$!
fi
for part in "$@"; do
	declare -F "part_$part" >/dev/null || {
		echo "test.sh: there is no part $part; parts: ${all[*]}" >&2
		exit 2
	}
	printf '== %s\n' "$part"
	begun=$SECONDS
	"part_$part"
	code=$?
	case $code in
	0) result=passed ;;
	3)
		result="skipped: $reason"
		[ "${CI:-}" = true ] && failed=1
		;;
	*)
		result=FAILED
		failed=1
		;;
	esac
	summary+=("$(printf '%-12s %4d s  %s' "$part" $((SECONDS - begun)) "$result")")
done

printf '\n'
printf '%s\n' "${summary[@]}"
exit $failed
