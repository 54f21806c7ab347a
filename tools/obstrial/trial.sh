#!/usr/bin/env bash
# Tries `danmaku obs add` on a real OBS, in its own display and network, and keeps the pictures
# of docs/obs.md in the given folder. It prints danmaku's output; the first failure ends it.
#
#   tools/obstrial/trial.sh docs/pictures
#
# Debian, as root: apt-get install obs-studio libobs-dev gcc xvfb openbox xdotool imagemagick
# An OBS without browser sources, as Debian's is, gets standin.c in their place.
set -euo pipefail
cd "$(dirname "$0")/../.."
for program in obs Xvfb openbox xdotool import convert gcc go unshare; do
	command -v "$program" >/dev/null || {
		echo "obstrial: $program is missing; on Debian: apt-get install obs-studio libobs-dev gcc xvfb openbox xdotool imagemagick" >&2
		exit 1
	}
done
# OBS asks its maker for news at every start: the namespace contains only this machine.
if [ "${OBSTRIAL_ALONE:-}" != yes ]; then
	pictures=$(realpath "${1:?name the folder for the pictures}")
	go build -o /dev/null . # fetches dependencies while there is a network
	OBSTRIAL_ALONE=yes exec timeout 300 unshare --net -- "$0" "$pictures"
fi
ip link set lo up
pictures=$1

home=$(mktemp -d)
children=()
finish() {
	for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$home"
}
trap finish EXIT

# must COMMAND...: waits at most a minute until it succeeds
must() {
	for _ in $(seq 300); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.2
	done
	echo "obstrial: this never came true: $*" >&2
	tail -n 20 "$home/obs.log" >&2
	exit 1
}

# must_say TEXT COMMAND...: runs danmaku and searches its output for a text
must_say() {
	local text=$1 said
	shift
	said=$(timeout 30 "$home/danmaku" "$@" 2>&1 </dev/null || true)
	printf '\n$ danmaku %s\n%s\n' "$*" "$said"
	grep -qF -- "$text" <<<"$said" || {
		echo "obstrial: it does not say: $text" >&2
		exit 1
	}
}

# OBS as on a used machine: a scene with a picture, and its WebSocket server with a password.
obs_home=$home/.config/obs-studio
mkdir -p "$obs_home"/basic/{profiles,scenes} "$obs_home/basic/profiles/Untitled" "$obs_home/plugins/standin/bin/64bit"
cat >"$obs_home/global.ini" <<'END'
[General]
FirstRun=true
LastVersion=486539266
EnableAutoUpdates=false
[OBSWebSocket]
FirstLoad=false
ServerEnabled=true
ServerPort=4455
AlertsEnabled=false
AuthRequired=true
ServerPassword=käse 密码
END
cat >"$obs_home/basic/profiles/Untitled/basic.ini" <<'END'
[General]
Name=Untitled
[Video]
BaseCX=1920
BaseCY=1080
FPSType=0
FPSCommon=60
END
cat >"$obs_home/basic/scenes/Untitled.json" <<'END'
{"name": "Untitled", "current_scene": "Scene", "current_program_scene": "Scene", "scene_order": [{"name": "Scene"}],
 "sources": [
  {"id": "color_source", "versioned_id": "color_source_v3", "name": "Game", "settings": {"color": 4286205744, "width": 1920, "height": 1080}},
  {"id": "scene", "name": "Scene", "settings": {"id_counter": 1, "items": [{"id": 1, "name": "Game", "visible": true, "locked": false,
   "align": 5, "bounds_type": 0, "pos": {"x": 0.0, "y": 0.0}, "scale": {"x": 1.0, "y": 1.0}, "rot": 0.0}]}}
 ]}
END
gcc -shared -fPIC -O1 -Wall -I/usr/include/obs tools/obstrial/standin.c -o "$obs_home/plugins/standin/bin/64bit/standin.so" -lobs
go build -o "$home/danmaku" .

export HOME=$home XDG_CONFIG_HOME=$home/.config XDG_RUNTIME_DIR=$home/run LIBGL_ALWAYS_SOFTWARE=1 LC_ALL=C.UTF-8
mkdir -m 700 "$XDG_RUNTIME_DIR"
Xvfb -displayfd 3 -screen 0 1280x860x24 3>"$home/display" >"$home/xvfb.log" 2>&1 &
children+=($!)
must test -s "$home/display"
DISPLAY=:$(cat "$home/display")
export DISPLAY
openbox >"$home/openbox.log" 2>&1 &
children+=($!)
obs --multi --disable-updater >"$home/obs.log" 2>&1 &
children+=($!)
must grep -q 'Server started successfully' "$home/obs.log"
window() { xdotool search --onlyvisible --name "$1" | tail -n 1; }
must window '^OBS 29'
main=$(window '^OBS [0-9]')
xdotool windowmove "$main" 0 0 windowsize "$main" 1280 840

(cd "$home" && exec ./danmaku --listen 127.0.0.1:2333) >"$home/danmaku.log" 2>&1 &
children+=($!)
must grep -q code= "$home/danmaku.log"
data=$home/danmaku-data

sources_plus=(274 796)
first_source=(322 640)

# picture NAME WINDOW: saves a screenshot of a window, or of the whole screen
picture() {
	sleep 1 # until it has been drawn
	import -window "$2" "$home/picture.png"
	convert "$home/picture.png" -crop 1280x840+0+0 +repage -strip "$pictures/$1"
}

xdotool mousemove "${sources_plus[@]}" click 1
sleep 0.5
xdotool key Down Down Down # to Browser
picture obs-add.png root
xdotool key Escape

must_say 'set DANMAKU_OBS_PASSWORD' obs add --data "$data"
export DANMAKU_OBS_PASSWORD=wrong
must_say 'OBS refuses the password' obs add --data "$data"
must_say 'OBS does not answer' obs add --data "$data" --obs 127.0.0.1:4466
export DANMAKU_OBS_PASSWORD='käse 密码'
must_say 'Added the source "danmaku" in the scene "Scene" of OBS' obs add --data "$data"
must grep -q 'loads http://127.0.0.1:2333/overlay/live?key=.* at 1920x1080' "$home/obs.log"
must_say 'Refreshed the source "danmaku"' obs add --data "$data" --dock
must grep -q 'is refreshed' "$home/obs.log"
must_say 'OBS has no scene "Nowhere"' obs add --data "$data" --name other --scene Nowhere
must_say 'OBS has something else of that name' obs add --data "$data" --name Scene

picture obs-source.png root
xdotool mousemove "${first_source[@]}" click --repeat 2 --delay 80 1
must window '^Properties for'
picture obs-properties.png "$(window '^Properties for')"
xdotool key Escape
sleep 0.5
xdotool windowactivate "$main" key alt+t
sleep 0.5
xdotool key Up Return # the last entry of the menu
must window '^WebSocket Server Settings'
picture obs-websocket.png "$(window '^WebSocket Server Settings')"
printf '\nobstrial: all as it must be\n'
