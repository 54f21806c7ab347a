#!/usr/bin/env bash
# Installs what `make test` needs and what is missing, by apt-get where that is
# allowed. Without it the tests say what they skip; under CI=true that is a
# failure, so that a green run means that everything ran.
set -u
cd "$(dirname "$0")/.." || exit 1

if ! command -v go >/dev/null; then
	echo "setup: Go is missing; install Go 1.26 or newer from https://go.dev/dl/" >&2
	exit 1
fi

# what is missing, as lines "package: what it is for"
missing() {
	local name
	command -v gcc >/dev/null || echo "gcc libc6-dev: the race detector and SQLite in C"
	command -v node >/dev/null || echo "nodejs: the JavaScript tests"
	command -v npm >/dev/null || echo "npm: the types of the JavaScript"
	if [ -z "${CHROMIUM:-}" ]; then
		for name in chromium chromium-browser google-chrome-stable google-chrome chrome ""; do
			[ -n "$name" ] && command -v "$name" >/dev/null && break
		done
		[ -n "$name" ] || echo "chromium: the browser tests"
	fi
	if command -v dpkg-query >/dev/null; then
		for name in fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji; do
			dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed ||
				echo "$name: the letters in the pictures"
		done
	fi
}

list=$(missing)
if [ -n "$list" ] && command -v apt-get >/dev/null; then
	if [ "$(id -u)" = 0 ]; then
		root=()
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		root=(sudo -n)
	else
		root=(false)
	fi
	if [ "${root[*]:-}" != false ]; then
		packages=$(cut -d: -f1 <<<"$list" | tr '\n' ' ')
		echo "setup: installing $packages"
		# shellcheck disable=SC2086 # a list of words
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
			"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
		list=$(missing)
	fi
fi

if [ -n "$list" ]; then
	{
		echo "setup: missing, and not to be installed from here:"
		sed 's/^/  /' <<<"$list"
		echo "On Debian: sudo apt-get install $(cut -d: -f1 <<<"$list" | tr '\n' ' ')"
	} >&2
	if [ "${CI:-}" = true ]; then
		exit 1
	fi
	echo "setup: going on without; what needs it is skipped and says so" >&2
fi
exit 0
