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

# Runs the tests of e2e in two halves side by side, each with a browser of its
# own: most of the time such a test waits.
browser_tests() {
	local dir code=0
	dir=$(mktemp -d) || return
	CGO_ENABLED=1 go test -race -c -o "$dir/e2e.test" ./e2e || { rm -rf "$dir"; return 1; }
	(
		cd e2e || exit
		half() {
			"$dir/e2e.test" -test.shuffle=on -test.timeout=10m \
				-test.run "^($("$dir/e2e.test" -test.list '^Test' | awk -v rest="$1" 'NR % 2 == rest' | paste -sd '|'))\$" >"$dir/$1" 2>&1
		}
		half 0 &
		half 1 || code=1
		wait $! || code=1
		cat "$dir/0" "$dir/1"
		exit $code
	) || code=1
	rm -rf "$dir"
	return $code
}

# What a machine without a C compiler gets.
part_purego() {
	CGO_ENABLED=0 go build -o /dev/null . && CGO_ENABLED=0 go test ./store
}

part_go() {
	if ! command -v "${CC:-gcc}" >/dev/null; then
		CGO_ENABLED=0 go test -shuffle=on ./... || return
		skip "passed without the race detector: no C compiler"
		return
	fi
	# The browser's tests come by themselves: beside others they would wait for a
	# processor more than for a page.
	local packages code=0
	packages=$(go list ./... | grep -v '/e2e$') || return
	CGO_ENABLED=1 go test -race -shuffle=on $packages || code=1
	browser_tests || code=1
	return $code
}

[ $# -gt 0 ] || set -- "${all[@]}"
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
