package cli

import (
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

// The advice in the message works as written.
func TestThePortSuggestedWhenOneIsInUseWorks(t *testing.T) {
	data := t.TempDir()
	message := explainListen(config.Config{Listen: "127.0.0.1:2333", Data: data}, syscall.EADDRINUSE).Error()
	_, rest, _ := strings.Cut(message, "`")
	line, _, _ := strings.Cut(rest, "`")
	file := filepath.Join(data, config.FileName)
	if !strings.Contains(message, file) {
		t.Fatalf("it names no file: %s", message)
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
		{10048, ":2333", "is in use"}, // the error number of Windows
		{syscall.EACCES, ":80", "start with --listen :2333"},
		{10013, ":80", "may not be listened on"},
		{syscall.EADDRNOTAVAIL, "10.9.8.7:2333", "is not an address of this machine"},
		{10049, "10.9.8.7:2333", "is not an address of this machine"},
		{syscall.EINVAL, ":2333", "cannot listen on :2333: "},
	} {
		err := fmt.Errorf("listen tcp: %w", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", row.fault)})
		if got := explainListen(config.Config{Listen: row.listen, Data: "d"}, err).Error(); !strings.Contains(got, row.want) {
			t.Errorf("%d: %q, want %q", row.fault, got, row.want)
		}
	}
}

func TestLoopbackAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"ws://127.0.0.1:4455": true, "ws://127.8.0.1:4455": true, "ws://[::1]:4455": true, "ws://localhost:4455": true,
		"ws://192.168.1.20:4455": false, "ws://studio.local:4455": false, "http://[2001:db8::1]:2333": false,
	} {
		if got := onThisMachine(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// An OBS on another machine gets a URL that it can reach.
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
		if got := obsBase(cfg, netip.MustParseAddrPort("[::]:2333"), lan); got != row.want {
			t.Errorf("%s with %v: %q, want %q", row.obs, row.public, got, row.want)
		}
	}
}
