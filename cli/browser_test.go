package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"danmaku/config"
)

func TestWantsBrowser(t *testing.T) {
	for _, row := range []struct {
		open    config.Open
		clicked bool
		want    bool
	}{
		{config.OpenAuto, false, false}, {config.OpenAuto, true, true},
		{config.OpenAlways, false, true}, {config.OpenAlways, true, true},
		{config.OpenNever, false, false}, {config.OpenNever, true, false},
	} {
		if got := wantsBrowser(row.open, row.clicked); got != row.want {
			t.Errorf("%s, clicked %v: %v", row.open, row.clicked, got)
		}
	}
}

func TestBrowserCommand(t *testing.T) {
	const address = "http://127.0.0.1:2333/welcome/live?code=a&b=c"
	for system, want := range map[string]string{
		"windows": "rundll32.exe url.dll,FileProtocolHandler", "darwin": "open", "linux": "xdg-open", "freebsd": "xdg-open",
	} {
		program, args := browserCommand(system, address)
		got := append([]string{program}, args...)
		if !slices.Equal(got, append(strings.Fields(want), address)) {
			t.Errorf("%s: %q", system, got)
		}
	}
}

func TestHoldWindow(t *testing.T) {
	in, out := strings.NewReader("\nrest"), &bytes.Buffer{}
	holdWindow(t.Context(), in, out)
	if !strings.Contains(out.String(), "Press Enter") {
		t.Errorf("it says %q", out)
	}
}
