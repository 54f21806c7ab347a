package tests

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/config"
)

// startSecond starts danmaku again on the folder of p.
func startSecond(t *testing.T, p *program, clicked bool, args ...string) (code int, out, errs, opened string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), environment{
		args: append(args, "--data", p.data), in: strings.NewReader(""), out: &o, err: &e,
		clicked: clicked, open: func(address string) error { opened = address; return nil },
	})
	return code, o.String(), e.String(), opened
}

// A second double-click opens the console of the running server; in a terminal a second start
// is an error that says how to open it.
func TestASecondStartOpensTheConsoleOfTheFirst(t *testing.T) {
	p := start(t, t.TempDir())
	for _, row := range []struct {
		name    string
		clicked bool
		args    []string
	}{{"double-click", true, nil}, {"asked for", false, []string{"--open", "always"}}, {"command", false, []string{"open"}}} {
		t.Run(row.name, func(t *testing.T) {
			code, out, errs, opened := startSecond(t, p, row.clicked, row.args...)
			path, ours := strings.CutPrefix(opened, p.base+"/console")
			if code != exitDone || errs != "" || !ours || !strings.Contains(out, "Console   "+opened) {
				t.Fatalf("ended with %d, opened %q: %s%s", code, opened, out, errs)
			}
			b := p.browser()
			if status, page := b.do("GET", "/console"+path, nil, nil); status != 200 || !strings.Contains(page, `data-room="live"`) {
				t.Errorf("the console answers %d", status)
			}
			if status, _ := p.browser().do("GET", "/console"+path, nil, nil); status != 401 {
				t.Errorf("its code works twice: %d", status)
			}
		})
	}
	code, out, errs, opened := startSecond(t, p, false)
	if code != exitFailed || out != "" || opened != "" || !strings.Contains(errs, "danmaku open shows its console") {
		t.Errorf("in a terminal: %d, %q, %s%s", code, opened, out, errs)
	}
	if code, _, _, opened = startSecond(t, p, true, "--open", "never"); code != exitFailed || opened != "" {
		t.Errorf("told not to open: %d, %q", code, opened)
	}
}

// If no browser can be opened, the URL stays on the terminal.
func TestOpenWithoutABrowser(t *testing.T) {
	p := start(t, t.TempDir())
	var out, errs bytes.Buffer
	code := run(t.Context(), environment{
		args: []string{"open", "--data", p.data}, out: &out, err: &errs, open: func(string) error { return errors.New("no xdg-open") },
	})
	if code != exitDone || !strings.Contains(out.String(), p.base+"/console?code=") || !strings.Contains(errs.String(), "no xdg-open") {
		t.Errorf("ended with %d: %s%s", code, &out, &errs)
	}
}

func TestOpenWithoutAServer(t *testing.T) {
	p := start(t, t.TempDir())
	p.stop()
	// A killed server leaves its URL behind.
	if err := os.WriteFile(filepath.Join(p.data, "address"), []byte(p.base+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"open"}, {"open", "--data", t.TempDir()}} {
		code, out, errs, opened := startSecond(t, p, false, args...)
		if code != exitFailed || out != "" || opened != "" || !strings.Contains(errs, "no running danmaku answers") {
			t.Errorf("%v: ended with %d: %s%s", args, code, out, errs)
		}
	}
}

// The error for a port in use can be followed by a user without a terminal: it says what to
// write into which file.
func TestAPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	data := t.TempDir()
	var out, errs bytes.Buffer
	code := run(t.Context(), environment{args: []string{"--listen", taken.Addr().String(), "--data", data}, out: &out, err: &errs})
	for _, want := range []string{
		"is in use by another program", "write the line `listen = \"127.0.0.1:", "into the file " + filepath.Join(data, config.FileName),
	} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, &errs)
		}
	}
	if code != exitFailed || out.Len() > 0 {
		t.Errorf("ended with %d: %s", code, &out)
	}
	if p := start(t, data); !strings.Contains(p.banner, "/welcome/live?code=") {
		t.Errorf("the first start that worked does not lead to the welcome:\n%s", p.banner)
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
		if !strings.Contains(out.String(), "keeps its data in "+data) || !strings.Contains(out.String(), "Close this window to stop it.") {
			t.Errorf("it says\n%s", &out)
		}
	}
}
