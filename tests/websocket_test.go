package tests

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// Other implementations of WebSockets send messages in fragments, compressed and binary ones,
// and read the frames; connections end as docs/dev/protocol.md describes.
func TestOtherImplementations(t *testing.T) {
	t.Run("npm ws", func(t *testing.T) {
		node, err := exec.LookPath("node")
		if err != nil {
			t.Skip("Node.js is not installed")
		}
		if _, err := os.Stat(filepath.Join("node_modules", "ws")); err != nil {
			t.Skip("the package ws is missing; npm ci installs it")
		}
		otherImplementation(t, node, "ws-client.mjs")
	})
	t.Run("Python websockets", func(t *testing.T) {
		for _, python := range []string{"/usr/bin/python3", "python3"} { // Debian's packages are for its own Python
			if exec.Command(python, "-c", "import websockets.legacy.client").Run() == nil {
				otherImplementation(t, python, "ws-client.py")
				return
			}
		}
		t.Skip("no websockets for Python, which Debian has in its package python3-websockets")
	})
}

// otherImplementation runs a client of testdata against a room and checks what it received.
func otherImplementation(t *testing.T, program, file string) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	cmd := exec.CommandContext(t.Context(), program, filepath.Join("tests", "testdata", file), "ws"+strings.TrimPrefix(p.base, "http")+"/api/rooms/live/socket?role=audience")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	got := map[string][]any{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var line struct {
			Step  string
			Value any
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		got[line.Step] = append(got[line.Step], line.Value)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	sent := []any{"shown", true, true, false}
	want := map[string][]any{"another protocol": {400.0}}
	for name, extensions := range map[string]string{
		"plain": "", "packed": "permessage-deflate",
		"packed alone": "permessage-deflate",
	} {
		for step, value := range map[string]any{
			"agreed": []any{"danmaku.v1", extensions}, "pongs": true, "binary": "bad_frame", "binary in parts": "bad_frame", "empty": "bad_frame",
			"closed": 1000.0, "too big": 1009.0, "not UTF-8": 1007.0,
		} {
			want[name+": "+step] = []any{value}
		}
		want[name+": sent"] = []any{sent, sent, sent, sent, sent, sent}
	}
	for step := range want {
		if !reflect.DeepEqual(got[step], want[step]) {
			t.Errorf("%s: %v, want %v", step, got[step], want[step])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d steps, want %d: %v", len(got), len(want), got)
	}
}
