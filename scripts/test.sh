#!/usr/bin/env bash
# Runs the parts named as arguments, or all of them, three jobs at a time, goes on
# after a failure, and ends with a line for each. A part that cannot run here is
# skipped with its reason; under CI=true that is a failure.
set -u
cd "$(dirname "$0")/.." || exit 1

all=(format tidy vet staticcheck js types purego go)
# What go consists of, to be run alone.
alone=(packages computing program browser)
summary=()
begun=()
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

# What go.mod says is what the code needs. Without a network nothing can be said.
part_tidy() {
	local out
	out=$(go mod tidy -diff 2>&1) || {
		case "$out" in
		diff*) printf 'go mod tidy is due:\n%s\n' "$out"; return 1 ;;
		*) printf '%s\n' "$out"; skip "the modules cannot be fetched"; return ;;
		esac
	}
}

part_vet() { go vet ./...; }

part_staticcheck() { go tool staticcheck ./...; }

part_js() {
	command -v node >/dev/null || { skip "no Node.js"; return; }
	# What browsers know comes from npm; without it that test says that it is skipped.
	# The files by name: what a folder means to --test differs by version of Node.
	local said
	said=$(node --test --test-reporter=tap assets/_test/*.test.js 2>&1) || {
		printf '%s\n' "$said"
		return 1
	}
	grep -E '^# (tests|pass|skipped|todo) ' <<<"$said"
}

# npm_packages gets what package-lock.json names, unless it is there.
npm_packages() {
	[ -x node_modules/.bin/tsc ] && [ ! package-lock.json -nt node_modules/.package-lock.json ] ||
		npm ci --no-audit --no-fund --loglevel=error
}

part_types() {
	command -v npm >/dev/null || { skip "no npm"; return; }
	[ "$npm" = 0 ] || { skip "npm ci failed; the types are not checked"; return; }
	node_modules/.bin/tsc --noEmit
}

# What a machine without a C compiler gets.
part_purego() {
	CGO_ENABLED=0 go build -o /dev/null . && CGO_ENABLED=0 go test ./store
}

# compile makes the two test binaries that run longest, and the program that their
# tests start, while the jobs run that need none of them: gcc takes a minute for
# SQLite, on one processor. The tests of e2e drive browsers and the built program, so
# that there is nothing of ours in their process for the race detector.
compile() {
	go build -o "$work/danmaku" . && go test -c -vet=off -ldflags=-w -o "$work/" ./e2e && CGO_ENABLED=1 go test -race -vet=off -ldflags=-w -c -o "$work/" ./tests
}

# third runs every third test of e2e, in a browser of its own.
third() {
	local tests
	tests=$("$work/e2e.test" -test.list '^Test' | awk -v rest="$1" 'NR % 3 == rest' | paste -sd '|') || return
	cd e2e && BUILT="$work/danmaku" "$work/e2e.test" -test.shuffle=on -test.timeout=30m -test.run "^($tests)\$"
}

whole_program() { cd tests && BUILT="$work/danmaku" "$work/tests.test" -test.shuffle=on -test.timeout=30m; }

# packages runs the tests of all other packages; vet is a part of its own. Without
# CI, what nobody has changed since it passed is not run again: Go keeps the results
# of tests that are not shuffled.
packages() {
	local names shuffled=
	[ "${CI:-}" != true ] || shuffled=-shuffle=on
	names=$(go list ./... | grep -Ev '^danmaku/(e2e|tests)$') || return
	# shellcheck disable=SC2086 # a list of words
	CGO_ENABLED=1 go test -race -vet=off $shuffled -p 1 -timeout=30m $names
}

# computing runs the packages without the race detector whose tests say that they
# gain nothing from it (package testrace).
computing() {
	local names
	names=$(go list -f '{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}} ' ./... | awk '/ danmaku\/testrace / { print $1 }') || return
	# shellcheck disable=SC2086 # a list of words
	go test -vet=off -p 1 -timeout=30m $names
}

# The tests of go with the race detector stand alone, each in a process of its own:
# the leak checks look at a whole process. Without a C compiler they are one job.
part_go() {
	CGO_ENABLED=0 go test -shuffle=on ./... || return
	skip "passed without the race detector: no C compiler"
}

# The parts of go, each alone.
part_packages() { packages; }
part_computing() { computing; }
part_program() { CGO_ENABLED=1 go test -race -shuffle=on -timeout=30m ./tests; }
part_browser() { go test -shuffle=on -timeout=30m ./e2e; }

# Each page in every engine; `go` runs the oldest ones that count alone.
part_browsers() {
	ENGINES=all go test -count=1 -timeout=30m -run 'Engine|EveryEngine|WhenTheMouseHasGone|WithoutFocus|WhatWasTyped|EveryCopyButton|IsOneSheet$|OldBrowser|DoesNotStart|OldAndNewOBS|FitTheWindow|OneFrame' ./e2e/browser/engine ./e2e
}

[ $# -gt 0 ] || set -- "${all[@]}"
work=$(mktemp -d) || exit 1
compiling=
trap 'kill $compiling 2>/dev/null; rm -rf "$work"' EXIT
for part in "$@"; do
	declare -F "part_$part" >/dev/null || {
		echo "test.sh: there is no part $part; parts: ${all[*]} ${alone[*]} browsers" >&2
		exit 2
	}
done
if [[ " $* " == *" go "* ]] && command -v "${CC:-gcc}" >/dev/null; then
	compile >"$work/compiled" 2>&1 &
	compiling=$!
fi
npm=0
if [[ " $* " == *" js "* || " $* " == *" types "* ]] && command -v npm >/dev/null; then
	npm_packages || npm=1 # once: two parts need them
fi

# What may run, in the order in which it is begun. Three at once, which is more than
# there are processors: most tests wait more than they compute. The first need nothing
# that is still compiled; the short ones at the end fill what the long ones leave.
order=(packages js staticcheck "third 0" "third 2" "third 1" whole_program computing purego vet types tidy format go program browser browsers)
declare -A wanted=()
for part in "$@"; do
	wanted[$part]=1
	[ "$part" != go ] || [ -z "$compiling" ] || {
		unset 'wanted[go]'
		for job in packages "third 0" "third 1" "third 2" whole_program computing; do wanted[$job]=1; done
	}
done
jobs=()
for job in "${order[@]}"; do
	[ -z "${wanted[$job]:-}" ] || jobs+=("$job")
done

# work_on runs one job, and leaves what it said, its code and its seconds in files.
work_on() {
	local begun=$SECONDS run=$1 code
	! declare -F "part_${1%% *}" >/dev/null || run=part_$1
	# shellcheck disable=SC2086 # a function and its argument
	if [ ${#jobs[@]} = 1 ]; then $run; else $run >"$work/$1.said" 2>&1; fi
	code=$?
	printf '%s\n' "$reason" >"$work/$1.reason"
	echo "$code $((SECONDS - begun))" >"$work/$1.end"
	[ ${#jobs[@]} = 1 ] || printf -- '-- %s: %d s\n' "$1" $((SECONDS - begun))
}

# A job that ends hands its turn to the next.
mkfifo "$work/turns" && exec 3<>"$work/turns" || exit 1
printf '...' >&3
untold=1
for job in "${jobs[@]}"; do
	case "$job" in third* | whole_program)
		wait "$compiling" || {
			[ $untold = 0 ] || cat "$work/compiled"
			untold=0
			continue # it has no result, which is a failure
		}
		;;
	esac
	read -r -n 1 -u 3
	{
		work_on "$job" 3>&-
		printf . >&3
	} &
	begun+=($!)
done
wait ${begun[@]+"${begun[@]}"}

for job in "${jobs[@]}"; do
	printf '== %s\n' "$job"
	[ ! -f "$work/$job.said" ] || cat "$work/$job.said"
	code=1 seconds=0
	[ ! -f "$work/$job.end" ] || read -r code seconds <"$work/$job.end"
	case $code in
	0) result=passed ;;
	3)
		result="skipped: $(cat "$work/$job.reason")"
		[ "${CI:-}" = true ] && failed=1
		;;
	*)
		result=FAILED
		failed=1
		;;
	esac
	summary+=("$(printf '%-13s %4d s  %s' "$job" "$seconds" "$result")")
done

printf '\n'
printf '%s\n' "${summary[@]}" "all $SECONDS s"
exit $failed
