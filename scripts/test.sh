#!/usr/bin/env bash
# Runs the parts named as arguments, or all of them, three jobs at a time, continues after a
# failure, and ends with a line for each. It skips a part that cannot run here and prints the
# reason; under CI=true that is a failure.
set -u
cd "$(dirname "$0")/.." || exit 1

all=(format tidy vet staticcheck js floor types purego go)
# The parts of go, to be run alone.
alone=(packages computing program browser)
# The slow parts, not in all: see scripts/parts.txt.
own=(pages details engines kills cluster nocluster)
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

# go.mod must match the code. Without a network that is unknown.
part_tidy() {
	local out
	out=$(go mod tidy -diff 2>&1) || {
		case "$out" in
		diff*) printf 'go mod tidy is due:\n%s\n' "$out"; return 1 ;;
		*) printf '%s\n' "$out"; skip "the modules cannot be fetched"; return ;;
		esac
	}
}

part_vet() { go vet ./... && go vet -tags nocluster ./...; }

# Tests the messages of a build without the cluster.
part_nocluster() { go test -tags nocluster -run Cluster ./cli; }

part_staticcheck() { go tool staticcheck ./...; }

# once runs a Node command unless it has passed with the same pages, documents and npm
# packages, as Go does with its test results. In CI it always runs.
once() {
	local key passed=node_modules/.cache/passed-$1
	shift
	key=$({
		node --version
		find assets docs package-lock.json tsconfig.json node_modules/.package-lock.json -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 sha256sum
	} | sha256sum)
	if [ "${CI:-}" != true ] && [ "$(cat "$passed" 2>/dev/null)" = "$key" ]; then
		echo 'unchanged since it passed'
		return
	fi
	"$@" || return
	[ ! -d node_modules ] || { mkdir -p node_modules/.cache && printf '%s\n' "$key" >"$passed"; }
}

# The files by name: --test treats a folder differently in each version of Node. In CI each
# file has a process of its own, so none can rest on what another one left. Elsewhere one
# process runs all, which takes half of the processor's time.
# shellcheck disable=SC2086 # a list of names
part_js() {
	local files file
	files=$(printf '%s\n' assets/_test/*.test.js | grep -v /floor.test.js)
	if [ "${CI:-}" = true ]; then
		node_tests $files
		return
	fi
	for file in $files; do printf "import '%s/%s';\n" "$PWD" "$file"; done >"$work/js.mjs"
	node_tests "$work/js.mjs"
}

# Testing what the pages need of old browsers takes as long as all other Node tests. The data
# about browsers comes from npm; without it that test is skipped with a message.
part_floor() { once floor node_tests assets/_test/floor.test.js; }

node_tests() {
	command -v node >/dev/null || { skip "no Node.js"; return; }
	local said
	said=$(node --test --test-reporter=tap "$@" 2>&1) || {
		printf '%s\n' "$said"
		return 1
	}
	grep -E '^# (tests|pass|skipped|todo) ' <<<"$said"
}

# npm_packages installs the packages of package-lock.json, unless they are there.
npm_packages() {
	[ -x node_modules/.bin/tsc ] && [ ! package-lock.json -nt node_modules/.package-lock.json ] ||
		npm ci --no-audit --no-fund --loglevel=error
}

part_types() {
	command -v npm >/dev/null || { skip "no npm"; return; }
	[ "$npm" = 0 ] || { skip "npm ci failed; the types are not checked"; return; }
	once types node_modules/.bin/tsc --noEmit
}

# Tests the build for a machine without a C compiler.
part_purego() {
	CGO_ENABLED=0 go build -o /dev/null . && CGO_ENABLED=0 go test ./store
}

# kept runs a command of Go that builds the named program, and links or copies it into $work,
# where it stays while another run of this script replaces it. Go does not cache what it
# links, but leaves a file alone that is up to date. CI starts from nothing.
kept() {
	local name=$1 dir=node_modules/.cache/built
	shift
	[ "${CI:-}" != true ] && [ -d node_modules ] || dir=$work/built
	mkdir -p "$dir" && "$1" "$2" -o "$dir/$name" "${@:3}" || return
	ln -f "$dir/$name" "$work/$name" 2>/dev/null || cp "$dir/$name" "$work/$name"
}

# compile_program builds the program that tests start.
compile_program() { kept danmaku go build -ldflags='-s -w'; }

# compile_e2e builds the tests of the pages, which drive browsers and the built program: their
# process has none of our code for the race detector.
compile_e2e() { compile_program && kept e2e.test go test -c -vet=off -ldflags=-w ./e2e; }

# compile_tests builds the tests of the whole program. With an empty cache gcc takes a minute
# for SQLite.
compile_tests() { compile_program && CGO_ENABLED=1 kept tests.test go test -race -vet=off -ldflags=-w -c ./tests; }

# compile_machines builds the tests of package cluster that do not run with all others.
compile_machines() { CGO_ENABLED=1 kept cluster.test go test -race -vet=off -ldflags=-w -c ./cluster; }

# compile_caddy builds the Caddy that docs/cluster.md asks for, in continuous integration
# alone: it takes two minutes, and Debian's is too old. Without it its test is skipped.
compile_caddy() {
	local dir
	dir=$(go env GOPATH)/bin
	[ "${CI:-}" != true ] || [ -x "$dir/caddy" ] ||
		GOBIN=$dir CGO_ENABLED=0 go install github.com/caddyserver/caddy/v2/cmd/caddy@v2.11.9 ||
		echo 'test.sh: Caddy could not be built'
}

# share prints the tests of one share of a package's tests of a part, as a pattern: the longest
# first, each to the share with the least. Tests that scripts/parts.txt does not name belong to
# core.
share() {
	local package=$1 part=$2 nth=$3 of=$4
	"$work/$package.test" -test.list '^Test' |
		awk -v package="$package" -v wanted="$part" '
			FNR == NR { if ($1 == package) { part[$4] = $2; seconds[$4] = $3 } next }
			(($1 in part) ? part[$1] : "core") == wanted { print ($1 in seconds) ? seconds[$1] : (package == "tests") ? 0.5 : 3, $1 }
		' scripts/parts.txt - | sort -k 1,1nr -k 2 |
		awk -v nth="$nth" -v of="$of" '
			{ least = 1; for (i = 2; i <= of; i++) if (sum[i] < sum[least]) least = i; sum[least] += $1; if (least == nth) print $2 }
		' | paste -sd '|'
}

# run_share runs a share in its own process and its own browser.
run_share() {
	local tests
	tests=$(share "$@") || return
	[ -n "$tests" ] || { echo "no test of $1 is in the part $2"; return 1; }
	[ "$1 $2" != 'tests cluster' ] || compile_caddy
	cd "$1" && BUILT="$work/danmaku" "$work/$1.test" -test.shuffle=on -test.timeout=30m -test.run "^($tests)\$"
}

# packages runs the tests of all other packages; vet is a separate part. Without CI, tests that
# passed on unchanged code do not run again: Go caches the results of tests that are not
# shuffled. Tests that scripts/parts.txt assigns to another part are left out.
packages() {
	local names skipped shuffled=
	[ "${CI:-}" != true ] || shuffled=-shuffle=on
	names=$(go list ./... | grep -Ev '^danmaku/(e2e|tests)$') || return
	skipped=$(awk '$1 == "cluster" { print $4 }' scripts/parts.txt | paste -sd '|')
	# shellcheck disable=SC2086 # a list of words
	CGO_ENABLED=1 go test -race -vet=off $shuffled -skip "^($skipped)\$" -p 1 -timeout=30m $names
}

# computing runs the packages without the race detector whose tests declare that they gain
# nothing from it (package testrace).
computing() {
	local names
	names=$(go list -f '{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}} ' ./... | awk '/ danmaku\/testrace / { print $1 }') || return
	# shellcheck disable=SC2086 # a list of words
	go test -vet=off -p 1 -timeout=30m $names
}

# The go tests with the race detector run in separate processes, because the leak checks
# inspect a whole process. Without a C compiler they are one job.
part_go() {
	CGO_ENABLED=0 go test -shuffle=on ./... || return
	skip "passed without the race detector: no C compiler"
}

# Each page in every engine; `go` runs only the oldest supported ones.
part_browsers() {
	ENGINES=all go test -count=1 -timeout=30m -run 'Engine|EveryEngine|WhenTheMouseLeaves|WithoutFocus|TypedText|EveryCopyButton|IsOneSheet$|OldBrowser|FailsToStart|OldAndNewOBS|FitTheWindow|OneFrame' ./e2e/browser/engine ./e2e
}

[ $# -gt 0 ] || set -- "${all[@]}"
work=$(mktemp -d) || exit 1
compiling=
trap 'kill $compiling 2>/dev/null; rm -rf "$work"' EXIT

# add_jobs adds the jobs of a part. A share is "run_share", then the arguments of that
# function.
declare -A wanted=()
add_jobs() {
	local nth compiler=
	! command -v "${CC:-gcc}" >/dev/null || compiler=1
	case "$1" in
	go)
		if [ -n "$compiler" ]; then
			for nth in packages browser program computing; do add_jobs $nth; done
		else
			wanted[go]=1
		fi
		;;
	browser) for nth in 1 2 3; do wanted["run_share e2e core $nth 3"]=1; done ;;
	program) for nth in 1 2; do wanted["run_share tests core $nth 2"]=1; done ;;
	pages | details) for nth in 1 2; do wanted["run_share e2e $1 $nth 2"]=1; done ;;
	engines) wanted["run_share e2e engines 1 1"]=1 ;;
	kills) wanted["run_share tests kills 1 1"]=1 ;;
	cluster) for nth in e2e tests cluster; do wanted["run_share $nth cluster 1 1"]=1; done ;;
	packages | computing) wanted[$1]=1 ;;
	*)
		declare -F "part_$1" >/dev/null || {
			echo "test.sh: there is no part $1; parts: ${all[*]} ${alone[*]} ${own[*]} browsers" >&2
			exit 2
		}
		wanted[$1]=1
		;;
	esac
}
for part in "$@"; do add_jobs "$part"; done

# Compiled while jobs run that do not need it.
compile=()
[[ " ${!wanted[*]} " != *" run_share e2e "* ]] || compile+=(compile_e2e)
[[ " ${!wanted[*]} " != *" run_share tests "* ]] || compile+=(compile_tests)
[[ " ${!wanted[*]} " != *" run_share cluster "* ]] || compile+=(compile_machines)
if [ ${#compile[@]} -gt 0 ]; then
	for one in "${compile[@]}"; do "$one" || exit; done >"$work/compiled" 2>&1 &
	compiling=$!
fi
npm=0
if [[ -n "${wanted[floor]:-}${wanted[types]:-}" ]] && command -v npm >/dev/null; then
	npm_packages || npm=1 # once: two parts need them
fi

# The jobs in their order. Three run at once, more than there are processors, because most
# tests wait more than they compute. The first ones need nothing that is still being compiled;
# the short ones at the end fill the gaps of the long ones.
order=(packages js staticcheck floor
	"run_share tests core 1 2" "run_share tests core 2 2" "run_share e2e core 1 3" "run_share e2e core 2 3" "run_share e2e core 3 3"
	"run_share tests kills 1 1" "run_share tests cluster 1 1" "run_share cluster cluster 1 1" "run_share e2e cluster 1 1" "run_share e2e engines 1 1"
	"run_share e2e pages 1 2" "run_share e2e pages 2 2" "run_share e2e details 1 2" "run_share e2e details 2 2"
	computing purego nocluster vet types tidy format go browsers)
jobs=()
for job in "${order[@]}"; do
	[ -z "${wanted[$job]:-}" ] || jobs+=("$job")
done

# work_on runs one job, and stores its output, its exit code and its seconds in files.
work_on() {
	local begun=$SECONDS run=$1 code
	! declare -F "part_$1" >/dev/null || run=part_$1
	# shellcheck disable=SC2086 # a function and its argument
	if [ ${#jobs[@]} = 1 ]; then $run; else $run >"$work/$1.said" 2>&1; fi
	code=$?
	printf '%s\n' "$reason" >"$work/$1.reason"
	echo "$code $((SECONDS - begun))" >"$work/$1.end"
	[ ${#jobs[@]} = 1 ] || printf -- '-- %s: %d s\n' "$1" $((SECONDS - begun))
}

# A finished job passes its turn to the next.
mkfifo "$work/turns" && exec 3<>"$work/turns" || exit 1
printf '...' >&3
untold=1
for job in "${jobs[@]}"; do
	case "$job" in run_share*)
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
	summary+=("$(printf '%-15s %4d s  %s' "${job#run_share }" "$seconds" "$result")")
done

printf '\n'
printf '%s\n' "${summary[@]}" "all $SECONDS s"
exit $failed
