package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"danmaku/config"
)

// second starts danmaku once more on the folder of p.
func second(t *testing.T, p *program, clicked bool, args ...string) (code int, out, errs, opened string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), environment{
		args: append(args, "--data", p.data), in: strings.NewReader(""), out: &o, err: &e,
		clicked: clicked, open: func(address string) error { opened = address; return nil },
	})
	return code, o.String(), e.String(), opened
}

// Whoever double-clicks again wants the console of the server that runs; in a
// terminal a second start is a fault that says how to get it.
func TestASecondStartOpensTheConsoleOfTheFirst(t *testing.T) {
	p := start(t, t.TempDir())
	for _, row := range []struct {
		name    string
		clicked bool
		args    []string
	}{{"double-click", true, nil}, {"asked for", false, []string{"--open", "always"}}, {"command", false, []string{"open"}}} {
		t.Run(row.name, func(t *testing.T) {
			code, out, errs, opened := second(t, p, row.clicked, row.args...)
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
	code, out, errs, opened := second(t, p, false)
	if code != exitFailed || out != "" || opened != "" || !strings.Contains(errs, "danmaku open shows its console") {
		t.Errorf("in a terminal: %d, %q, %s%s", code, opened, out, errs)
	}
	if code, _, _, opened = second(t, p, true, "--open", "never"); code != exitFailed || opened != "" {
		t.Errorf("told not to open: %d, %q", code, opened)
	}
}

// That no browser can be asked leaves the address on the terminal.
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
	// A server that was killed leaves its address behind.
	if err := os.WriteFile(filepath.Join(p.data, addressFile), []byte(p.base+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"open"}, {"open", "--data", t.TempDir()}} {
		code, out, errs, opened := second(t, p, false, args...)
		if code != exitFailed || out != "" || opened != "" || !strings.Contains(errs, "no running danmaku answers") {
			t.Errorf("%v: ended with %d: %s%s", args, code, out, errs)
		}
	}
}

// A port that is taken is told in words that somebody without a terminal can
// follow: what to write into which file.
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

// The advice is followed as it stands.
func TestTheAdviceForAPortWorks(t *testing.T) {
	data := t.TempDir()
	told := explainListen(config.Config{Listen: "127.0.0.1:2333", Data: data}, syscall.EADDRINUSE).Error()
	_, rest, _ := strings.Cut(told, "`")
	line, _, _ := strings.Cut(rest, "`")
	file := filepath.Join(data, config.FileName)
	if !strings.Contains(told, file) {
		t.Fatalf("it names no file: %s", told)
	}
	if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load([]string{"--data", data}, nil)
	if err != nil || cfg.Listen != "127.0.0.1:2334" {
		t.Errorf("listens on %q, %v", cfg.Listen, err)
	}
}

func TestExplainListen(t *testing.T) {
	for _, row := range []struct {
		fault  syscall.Errno
		listen string
		want   string
	}{
		{syscall.EADDRINUSE, ":2333", "start with --listen :2334"},
		{10048, ":2333", "is in use"}, // as Windows says it
		{syscall.EACCES, ":80", "start with --listen :2333"},
		{10013, ":80", "may not be listened on"},
		{syscall.EADDRNOTAVAIL, "10.9.8.7:2333", "no address of this machine"},
		{10049, "10.9.8.7:2333", "no address of this machine"},
		{syscall.EINVAL, ":2333", "cannot listen on :2333: "},
	} {
		err := fmt.Errorf("listen tcp: %w", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", row.fault)})
		if got := explainListen(config.Config{Listen: row.listen, Data: "d"}, err).Error(); !strings.Contains(got, row.want) {
			t.Errorf("%d: %q, want %q", row.fault, got, row.want)
		}
	}
}

func TestOnThisMachine(t *testing.T) {
	for address, want := range map[string]bool{
		"ws://127.0.0.1:4455": true, "ws://127.8.0.1:4455": true, "ws://[::1]:4455": true, "ws://localhost:4455": true,
		"ws://192.168.1.20:4455": false, "ws://studio.local:4455": false, "http://[2001:db8::1]:2333": false,
	} {
		if got := onThisMachine(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// An OBS on another machine is given an address that it can reach.
func TestTheServersAddressForOBS(t *testing.T) {
	lan := []netip.Addr{netip.MustParseAddr("192.168.1.5")}
	public, err := url.Parse("https://live.example.org")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		obs    string
		public *url.URL
		want   string
	}{
		{"ws://127.0.0.1:4455", nil, ""},
		{"ws://127.0.0.1:4455", public, ""},
		{"ws://192.168.1.20:4455", nil, "http://192.168.1.5:2333"},
		{"ws://192.168.1.20:4455", public, "https://live.example.org"},
	} {
		cfg := config.Config{OBS: row.obs, PublicURL: row.public}
		if got := studioBase(cfg, netip.MustParseAddrPort("[::]:2333"), lan); got != row.want {
			t.Errorf("%s with %v: %q, want %q", row.obs, row.public, got, row.want)
		}
	}
}

// Every command says on its own how it is used, and that is no fault.
func TestEveryCommandHasHelp(t *testing.T) {
	for _, name := range commands {
		for _, args := range [][]string{{name, "--help"}, {name, "-h"}, {"help", name}} {
			var out, errs bytes.Buffer
			code := run(t.Context(), environment{args: args, environ: nil, in: strings.NewReader(""), out: &out, err: &errs})
			want := "Usage: danmaku " + name
			if name == "serve" || name == "help" {
				want = "Flags of the server:"
			}
			if code != exitDone || errs.Len() > 0 || !strings.Contains(out.String(), want) {
				t.Errorf("danmaku %s ends with %d, says %q and %q", strings.Join(args, " "), code, firstLine(out.String()), errs.String())
			}
		}
	}
	for _, args := range [][]string{{"link", "new", "--help"}, {"link", "revoke", "-h"}, {"obs", "add", "--help"}} {
		var out, errs bytes.Buffer
		code := run(t.Context(), environment{args: args, out: &out, err: &errs})
		if code != exitDone || !strings.HasPrefix(out.String(), "Usage: danmaku "+args[0]) {
			t.Errorf("danmaku %s ends with %d, says %q", strings.Join(args, " "), code, firstLine(out.String()))
		}
	}
	for _, args := range [][]string{{"sevre"}, {"help", "sevre"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), environment{args: args, out: &out, err: &errs}); code != exitUsage || !strings.Contains(errs.String(), `"sevre" is not a command`) {
			t.Errorf("danmaku %s ends with %d: %s", strings.Join(args, " "), code, &errs)
		}
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
