package tests

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A hall's Wi-Fi is on the second screen and, for moderators and owners, on
// the poster; also over a restart. Nothing else has the password: no event, no audit,
// no log, no page of the audience, no file as plain text.
func TestWiFi(t *testing.T) {
	const password = "pass;word <b>42"
	dir := t.TempDir()
	p := start(t, dir, "--log-level", "debug", "--access-log")
	owner, mod, stranger := p.console(), p.moderator(), p.browser()
	phone, desk := p.phone().open("audience", ""), owner.open("console", "")
	phone.next("hello")
	desk.next("hello")
	pages := func(who *browser) (screen, poster string) {
		_, screen = who.do("GET", "/screen/live?key="+p.overlay, nil, nil)
		_, poster = who.do("GET", "/poster/live", nil, nil)
		return screen, poster
	}
	if screen, poster := pages(owner); strings.Contains(screen, `id="network"`) || strings.Contains(poster, `class="network"`) {
		t.Error("a page shows a network before there is one")
	}
	mod.call("PUT", "/api/rooms/live/wifi", map[string]any{"name": "Hall", "password": password}, 200)
	if status, body := mod.do("PUT", "/api/rooms/live/wifi", map[string]any{"name": "Hall", "password": "short"}, ours); status != 422 || strings.Contains(body, "short") {
		t.Errorf("a password that is too short: %d %s", status, body)
	}
	check := func() {
		t.Helper()
		screen, poster := pages(owner)
		for name, page := range map[string]string{"screen": screen, "poster": poster} {
			if !strings.Contains(page, "Hall") || !strings.Contains(page, "pass;word &lt;b&gt;42") || !strings.Contains(page, "data:image/svg") {
				t.Errorf("the %s lacks the network:\n%s", name, page)
			}
		}
		if screen, poster := pages(stranger); !strings.Contains(screen, "pass;word") || strings.Contains(poster, "Hall") {
			t.Error("the projector with the overlay's key lacks the code, or a stranger's poster shows it")
		}
	}
	check()
	for _, path := range []string{"/r/live", "/api/rooms/live", "/api/rooms/live/audit", "/api/rooms/live/addresses"} {
		if _, body := owner.do("GET", path, nil, nil); strings.Contains(body, "pass;word") {
			t.Errorf("%s has the password:\n%s", path, body)
		}
	}
	if _, body := owner.do("GET", "/api/rooms/live/audit", nil, nil); !strings.Contains(body, `"wifi"`) || !strings.Contains(body, "Hall") {
		t.Errorf("the audit does not name the author of the change:\n%s", body)
	}
	// An event informs everybody of a later change.
	owner.call("PATCH", "/api/rooms/live", map[string]any{"title": "after"}, 200)
	for _, who := range []*socket{phone, desk} {
		for said := ""; !strings.Contains(said, `"after"`); {
			if said = string(who.next("events").raw); strings.Contains(said, "pass;word") {
				t.Errorf("an event: %s", said)
			}
		}
	}
	p.stop()
	if strings.Contains(p.logs.String(), "pass;word") || strings.Contains(p.output(), "pass;word") {
		t.Error("the log has the password")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil && bytes.Contains(b, []byte("pass;word")) {
			t.Errorf("%s has the password as plain text", file)
		}
	}
	p = start(t, dir)
	owner, mod, stranger = p.console(), p.moderator(), p.browser()
	check()
	mod.call("PUT", "/api/rooms/live/wifi", map[string]any{"name": ""}, 200)
	if screen, poster := pages(owner); strings.Contains(screen+poster, "Hall") {
		t.Error("a removed network is shown")
	}
}
