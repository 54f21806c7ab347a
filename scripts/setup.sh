#!/usr/bin/env bash
# Installs what `make test` needs and what is missing, by apt-get where that is
# allowed; with the argument release what `make release` and `make release-check`
# need. Without it the tests say what they skip; under CI=true that is a
# failure, so that a green run means that everything ran. Every download has a
# second try: mirrors and registries hiccup.
set -u
cd "$(dirname "$0")/.." || exit 1
what=${1:-test}

if ! command -v go >/dev/null; then
	echo "setup: Go is missing; install Go 1.26 or newer from https://go.dev/dl/" >&2
	exit 1
fi

# twice runs a download, and once more when it fails.
twice() {
	"$@" && return
	echo "setup: $* failed; once more in 10 s" >&2
	sleep 10
	"$@"
}

# install gets Debian packages. It waits for a system that is just installing
# its own updates.
install() {
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 &&
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 \
			--no-install-recommends "$@" >/dev/null
}

# what is missing, as lines "package: what it is for"
missing() {
	if [ "${what:-}" = release ]; then
		missing_for_release
	else
		missing_for_tests
	fi
}

missing_for_release() {
	command -v gcc >/dev/null || echo "gcc libc6-dev: the build for Linux on amd64"
	command -v aarch64-linux-gnu-gcc >/dev/null || echo "gcc-aarch64-linux-gnu libc6-dev-arm64-cross: the build for Linux on arm64"
	command -v x86_64-w64-mingw32-gcc >/dev/null || echo "gcc-mingw-w64-x86-64: the build for Windows on amd64"
	command -v qemu-aarch64-static >/dev/null || echo "qemu-user-static: trying the build for Linux on arm64"
	[ -x /usr/lib/wine/wine64 ] || command -v wine64 >/dev/null || echo "wine64: trying the build for Windows"
}

missing_for_tests() {
	local name
	command -v gcc >/dev/null || echo "gcc libc6-dev: the race detector and SQLite in C"
	command -v node >/dev/null || echo "nodejs: the JavaScript tests"
	command -v npm >/dev/null || echo "npm: the types of the JavaScript"
	command -v curl >/dev/null || echo "curl: the calls of docs/api.md"
	[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || echo "nginx-light: the proxy of docs/proxies.md"
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
		twice install $packages
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

# What these cannot get is missed, and told, by what needs it.
twice go mod download
if [ "$what" = test ] && command -v npm >/dev/null &&
	{ [ ! -x node_modules/.bin/tsc ] || [ package-lock.json -nt node_modules/.package-lock.json ]; }; then
	twice npm ci --no-audit --no-fund --loglevel=error
fi
exit 0
