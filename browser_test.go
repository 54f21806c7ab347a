package main

import (
	"bytes"
	"context"
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
	holdWindow(in, out)
	if !strings.Contains(out.String(), "Press Enter") {
		t.Errorf("it says %q", out)
	}
}

// The first start, double-clicked, opens the welcome in the browser and signs it
// in; a later one opens the console.
func TestAStartOpensTheBrowser(t *testing.T) {
	data := t.TempDir()
	for _, want := range []string{"/welcome/live?code=", "/console/live?code="} {
		opened := make(chan string, 1)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan int, 1)
		var out, errs bytes.Buffer
		go func() {
			ended <- run(ctx, environment{
				args: []string{"--listen", "127.0.0.1:0", "--data", data}, in: strings.NewReader(""), out: &out, err: &errs,
				clicked: true, open: func(address string) error { opened <- address; return nil },
			})
		}()
		select {
		case address := <-opened:
			base, path, _ := strings.Cut(address, want)
			p := &program{t: t, base: base}
			if status, page := p.browser().do("GET", want+path, nil, nil); status != 200 || !strings.Contains(page, `data-room="live"`) {
				t.Errorf("%s answers %d:\n%s", address, status, page)
			}
		case code := <-ended:
			t.Fatalf("it ended with %d: %s", code, &errs)
		}
		cancel()
		if code := <-ended; code != exitDone {
			t.Errorf("it ended with %d: %s", code, &errs)
		}
	}
}
