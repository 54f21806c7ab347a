package tests

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/store"
)

// danmaku runs a command on a data folder.
func danmaku(t *testing.T, data string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), environment{args: append(args, "--data", data), in: strings.NewReader(""), out: &o, err: &e})
	return code, o.String(), e.String()
}

// linkID returns the ID of the newest link in the output of link list.
func linkID(list string) string {
	lines := strings.Split(strings.TrimSpace(list), "\n")
	return strings.Fields(lines[len(lines)-1])[0]
}

// Commands do the same with and without a server, with the same output; with a server, their
// effect is in force when they end.
func TestCommandsWithAndWithoutAServer(t *testing.T) {
	data := t.TempDir()
	p := start(t, data, "--trusted-proxy", "127.0.0.1")
	var said [2][]string
	for i, running := range []bool{true, false} {
		if !running {
			p.stop()
		}
		tell := func(args ...string) string {
			t.Helper()
			code, out, errs := danmaku(t, data, args...)
			said[i] = append(said[i], strings.Join(args[:2], " ")+" "+string(rune('0'+code))+" "+errs)
			return out
		}
		made := tell("link", "new", "--role", "sender", "--label", "bot")
		_, key, _ := strings.Cut(made, "Bearer ")
		key, _, _ = strings.Cut(key, "\n")
		send := func() int {
			status, _ := p.browser().do("POST", liveRoom+"/comments", map[string]any{"text": "hi"}, map[string]string{"Authorization": "Bearer " + key})
			return status
		}
		if running {
			if status := send(); status != http.StatusCreated {
				t.Errorf("a new key answers %d", status)
			}
		}
		list := tell("link", "list")
		id := linkID(list)
		if row := list[strings.LastIndex(strings.TrimSpace(list), "\n"):]; !strings.Contains(row, "bot") || strings.Contains(row, "never") != !running {
			t.Errorf("with a server %v the list ends with %q", running, row)
		}
		tell("link", "revoke", id)
		if running {
			if status := send(); status != http.StatusUnauthorized {
				t.Errorf("a revoked key answers %d", status)
			}
		}
		if list := tell("link", "list"); strings.HasSuffix(strings.TrimSpace(list), " -") {
			t.Errorf("the link is not revoked:\n%s", list)
		}
		tell("link", "revoke", id)
		tell("link", "revoke", "4711")
		tell("link", "new", "--role", "sender", "--room", "nowhere")
		tell("link", "new", "--role", "sender", "--label", strings.Repeat("x", 61))
	}
	if with, without := strings.Join(said[0], ""), strings.Join(said[1], ""); with != without || !strings.Contains(with, "no link 4711") || !strings.Contains(with, "60 characters") {
		t.Errorf("with a server:\n%s\nwithout:\n%s", with, without)
	}
}

// The last owner's link cannot be revoked, with and without a running server.
func TestTheLastOwnerStaysWithAndWithoutAServer(t *testing.T) {
	data := t.TempDir()
	p := start(t, data)
	var said []string
	for range 2 {
		code, _, errs := danmaku(t, data, "link", "revoke", "1")
		if code != exitFailed {
			t.Errorf("it ends with %d", code)
		}
		said = append(said, errs)
		p.stop()
	}
	if said[0] != said[1] {
		t.Errorf("with a server %q, without one %q", said[0], said[1])
	}
}

// networkIP returns an IPv4 address of this machine that is not loopback.
func networkIP(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	t.Skip("this machine is in no network")
	return ""
}

// Commands reach a server that listens only on a network address.
func TestCommandsReachAServerOnTheNetwork(t *testing.T) {
	ip := networkIP(t)
	p := start(t, t.TempDir(), "--listen", ip+":0")
	if code, out, errs := danmaku(t, p.data, "link", "new", "--role", "sender"); code != exitDone || !strings.Contains(out, ip) {
		t.Errorf("%d %s%s", code, out, errs)
	}
}

// A command reports at once, in every language, that a server accepts no commands.
func TestServersThatTakeNoCommands(t *testing.T) {
	data := t.TempDir()
	start(t, data).stop()
	unlock, err := store.Lock(data)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	for _, tt := range []struct {
		status int
		lang   string
		want   string
	}{
		{http.StatusNotFound, "en", "is of an older version than this program"},
		{http.StatusNotFound, "zh-CN", "版本旧"},
		{http.StatusNotFound, "ja", "古いバージョン"},
		{http.StatusForbidden, "en", "accepts commands only from its own machine"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status) }))
		if err := os.WriteFile(filepath.Join(data, "address"), []byte(s.URL+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		code := run(t.Context(), environment{args: []string{"link", "list", "--data", data}, environ: []string{"DANMAKU_LANG=" + tt.lang}, out: &out, err: &errs})
		if code != exitFailed || !strings.Contains(errs.String(), tt.want) || !strings.Contains(errs.String(), data) {
			t.Errorf("%d in %s: %d %s", tt.status, tt.lang, code, &errs)
		}
		s.Close()
	}
}

// Chats are connected, listed with masked keys and disconnected in the same way with and
// without a server; a running server has them when the command ends.
func TestChatCommandsWithAndWithoutAServer(t *testing.T) {
	data := t.TempDir()
	p := start(t, data)
	var said [2]string
	for i, running := range []bool{true, false} {
		if !running {
			p.stop()
		}
		tell := func(want int, args ...string) string {
			t.Helper()
			code, out, errs := danmaku(t, data, args...)
			if code != want {
				t.Errorf("%v with a server %v ends with %d: %s%s", args, running, code, out, errs)
			}
			said[i] += errs
			return out
		}
		made := tell(exitDone, "chats", "add", "--secret", "password=correct horse battery", "--hold-all", "streamerbot:ws://127.0.0.1:1")
		id := chatLine.FindStringSubmatch(made)[1]
		said[i] += strings.ReplaceAll(made+tell(exitDone, "chats", "list"), id, "ID")
		tell(exitFailed, "chats", "add", "--secret", "password=correct horse battery", "streamerbot:ws://127.0.0.1:1") // again
		tell(exitFailed, "chats", "add", "--room", "nowhere", "--secret", "password=x", "streamerbot:ws://127.0.0.1:1")
		if running {
			if _, body := p.console().do("GET", liveRoom+"/chats", nil, nil); !strings.Contains(body, id) || !strings.Contains(body, `"hold_all":true`) {
				t.Errorf("the server has %s", body)
			}
		}
		said[i] += strings.ReplaceAll(tell(exitDone, "chats", "remove", id), id, "ID")
		tell(exitFailed, "chats", "remove", "nothing")
	}
	if said[0] != said[1] || !strings.Contains(said[0], "password=***ery") || strings.Contains(said[0], "horse") {
		t.Errorf("with a server:\n%s\nwithout:\n%s", said[0], said[1])
	}
}
