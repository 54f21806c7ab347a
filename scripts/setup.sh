#!/usr/bin/env bash
# Installs what `make test` needs and is missing, with apt-get if permitted; with the argument
# release what `make release` and `make release-check` need, with browsers what `make
# test-browsers` needs. If something is missing, the tests print what they skip; under CI=true
# that is a failure, so that a green run means that everything ran. Every download is tried
# twice, because mirrors and registries fail at times.
set -u
cd "$(dirname "$0")/.." || exit 1
what=${1:-test}

if ! command -v go >/dev/null; then
	echo "setup: Go is missing; install Go 1.26 or newer from https://go.dev/dl/" >&2
	exit 1
fi

# twice runs a download, and retries it once.
twice() {
	"$@" && return
	echo "setup: $* failed; once more in 10 s" >&2
	sleep 10
	"$@"
}

# install installs Debian packages. It waits for a system that is installing its own updates.
install() {
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 &&
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 \
			--no-install-recommends "$@" >/dev/null
}

# missing prints lines "package: purpose"
missing() {
	case $what in
	release) missing_for_release ;;
	browsers)
		missing_for_tests
		missing_for_browsers
		;;
	*) missing_for_tests ;;
	esac
}

missing_for_release() {
	command -v gcc >/dev/null || echo "gcc libc6-dev: the build for Linux on amd64"
	command -v aarch64-linux-gnu-gcc >/dev/null || echo "gcc-aarch64-linux-gnu libc6-dev-arm64-cross: the build for Linux on arm64"
	command -v x86_64-w64-mingw32-gcc >/dev/null || echo "gcc-mingw-w64-x86-64: the build for Windows on amd64"
	command -v qemu-aarch64-static >/dev/null || echo "qemu-user-static: trying the build for Linux on arm64"
	command -v buildah >/dev/null || echo "buildah crun: trying the container's image"
	command -v cpio >/dev/null && command -v rpm2cpio >/dev/null || echo "cpio rpm2cpio: looking into the .rpm"
	[ -x /usr/lib/wine/wine64 ] || command -v wine64 >/dev/null || echo "wine64: trying the build for Windows"
}

missing_for_tests() {
	local name
	command -v gcc >/dev/null || echo "gcc libc6-dev: the race detector and SQLite in C"
	command -v node >/dev/null || echo "nodejs: the JavaScript tests"
	command -v npm >/dev/null || echo "npm: the types of the JavaScript"
	/usr/bin/python3 -c 'import websockets.legacy.client' 2>/dev/null || python3 -c 'import websockets.legacy.client' 2>/dev/null ||
		echo "python3-websockets: a second client of the sockets"
	command -v curl >/dev/null || echo "curl: the calls of docs/api.md"
	[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || echo "nginx-light: the proxy of docs/proxies.md"
	if [ -z "${CHROMIUM:-}" ]; then
		for name in chromium-headless-shell chromium chromium-browser google-chrome-stable google-chrome chrome ""; do
			[ -n "$name" ] && command -v "$name" >/dev/null && break
		done
		[ -n "$name" ] || echo "chromium-headless-shell: the browser tests"
	fi
	command -v WPEWebDriver >/dev/null || echo "wpewebkit-driver libwpewebkit-1.1-0: the audience page in WebKit"
	if command -v dpkg-query >/dev/null; then
		for name in fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji; do
			dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed ||
				echo "$name: the letters in the pictures"
		done
	fi
}

missing_for_browsers() {
	[ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || echo "chromium: the pages in today's Chromium"
	command -v firefox-esr >/dev/null || command -v firefox >/dev/null || echo "firefox-esr: the pages in Firefox"
	command -v WebKitWebDriver >/dev/null || echo "webkit2gtk-driver: the pages in WebKitGTK"
	command -v Xvfb >/dev/null || echo "xvfb: the display of WebKitGTK"
}

# may_install reports whether this user may install packages.
may_install() {
	command -v apt-get >/dev/null || return
	if [ "$(id -u)" = 0 ]; then
		root=()
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		root=(sudo -n)
	else
		return 1
	fi
}

list=$(missing)
if [ -n "$list" ] && may_install; then
	packages=$(cut -d: -f1 <<<"$list" | tr '\n' ' ')
	echo "setup: installing $packages"
	# shellcheck disable=SC2086 # a list of words
	twice install $packages
	list=$(missing)
fi
# If there is a Chromium already, the tests pass without its headless shell, in twice the time.
if [ "$what" = test ] && [ -z "${CHROMIUM:-}" ] && ! command -v chromium-headless-shell >/dev/null &&
	apt-cache show chromium-headless-shell >/dev/null 2>&1 && may_install; then
	echo "setup: installing chromium-headless-shell"
	install chromium-headless-shell || echo "setup: going on with the Chromium that is here" >&2
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

# If a download fails, whatever needs it reports that.
twice go mod download
# The old Chromiums of phones and OBS, also for the browsers' run of other programs.
case $what in
test) engines="chromium-79 chromium-90 chromium-103 chromium-127" ;;
browsers) engines="chromium-79 chromium-90 chromium-103 chromium-109 chromium-113 chromium-127" ;;
*) engines= ;;
esac
if [ -n "$engines" ] && command -v npm >/dev/null; then
	# shellcheck disable=SC2086 # a list of words
	twice go run ./tools/engines $engines || [ "${CI:-}" != true ] || exit 1
fi
if [ "$what" != release ] && command -v npm >/dev/null &&
	{ [ ! -x node_modules/.bin/tsc ] || [ package-lock.json -nt node_modules/.package-lock.json ]; }; then
	twice npm ci --no-audit --no-fund --loglevel=error
fi
exit 0
