package tests

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/store"
)

type keeping struct {
	Days  int
	Asked bool
	SetBy string `json:"set_by"`
}

// The owner's choice is stored, applies at once and after a restart, and is shown on the
// phone; a flag, a variable and the file override it, and the answer says so.
func TestDurationOfAMuteIsChosen(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	p.stop()
	db, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for text, age := range map[string]time.Duration{"ten days old": 240 * time.Hour, "of yesterday": 24 * time.Hour} {
		at := time.Now().Add(-age)
		_, err = db.Append(t.Context(), room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: comment.Comment{ID: comment.NewID(at, 1), At: at, Text: text, User: "bot", Source: comment.FromAudience}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	p = start(t, dir)
	owner, mod := p.console(), p.moderator()
	ask := func(b *browser) keeping {
		t.Helper()
		status, body := b.do("GET", "/api/keep", nil, ours)
		if status != http.StatusOK {
			t.Fatalf("GET /api/keep: %d %s", status, body)
		}
		return decoded[keeping](t, body)
	}
	if k := ask(owner); k != (keeping{}) {
		t.Errorf("at first: %+v", k)
	}
	for _, days := range []any{-1, 36501, nil, "7"} {
		if status, body := owner.do("PUT", "/api/keep", map[string]any{"days": days}, ours); status != http.StatusBadRequest && status != http.StatusUnprocessableEntity || !strings.Contains(body, "days") {
			t.Errorf("days %v: %d %s", days, status, body)
		}
	}
	mod.call("PUT", "/api/keep", map[string]any{"days": 7}, 403)
	open := p.phone().open("audience", "")
	open.next("hello")
	owner.call("PUT", "/api/keep", map[string]any{"days": 7}, 200)
	if f := open.next("room"); !strings.Contains(string(f.raw), `"keep_days":7`) {
		t.Errorf("an open phone is told %s", f.raw)
	}
	gone := func() bool {
		_, body := owner.do("GET", "/api/rooms/live/comments", nil, ours)
		return !strings.Contains(body, "ten days old")
	}
	for end := time.Now().Add(patience); !gone(); {
		if time.Now().After(end) {
			t.Fatal("what is older than the choice is there")
		}
	}
	if h := p.phone().open("audience", "").next("hello"); !strings.Contains(string(h.raw), `"keep_days":7`) {
		t.Errorf("hello: %s", h.raw)
	}
	for lang, words := range map[string]string{"en": "Kept for 7 days", "zh-CN": "保留 7 天", "ja": "7日間保存"} {
		if _, body := p.browser().do("GET", "/r/live?lang="+lang, nil, nil); !strings.Contains(body, words) || !strings.Contains(body, `href="/r/live/privacy`) {
			t.Errorf("the phone in %s does not say %q", lang, words)
		}
	}
	for lang, words := range map[string]string{"en": "after 7 days", "zh-CN": "7 天后彻底删除", "ja": "7日後に完全に削除"} {
		if _, body := p.browser().do("GET", "/r/live/privacy?lang="+lang, nil, nil); !strings.Contains(body, words) {
			t.Errorf("the page behind it in %s does not say %q: %s", lang, words, body)
		}
	}
	p.stop()
	p = start(t, dir)
	if k := ask(p.console()); k != (keeping{Days: 7, Asked: true}) {
		t.Errorf("after a restart: %+v", k)
	}
	p.stop()
	p = startIn(t, environment{environ: []string{"DANMAKU_KEEP_DAYS=3"}}, dir)
	owner = p.console()
	if k := ask(owner); k != (keeping{3, true, "DANMAKU_KEEP_DAYS"}) {
		t.Errorf("with a variable: %+v", k)
	}
	if status, body := owner.do("PUT", "/api/keep", map[string]any{"days": 5}, ours); status < 400 || !strings.Contains(body, "DANMAKU_KEEP_DAYS") {
		t.Errorf("against a variable: %d %s", status, body)
	}
	p.stop()
	p = start(t, dir, "--keep-days", "0")
	if k := ask(p.console()); k != (keeping{0, true, "--keep-days"}) {
		t.Errorf("with a flag: %+v", k)
	}
}

// The page behind the phone's line lets people get and delete their data without a script, and
// says if text leaves the server.
func TestPrivacyPageWithoutScripts(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	phone := p.phone()
	if _, body := phone.do("GET", "/r/live/privacy", nil, nil); !strings.Contains(body, "Only to the phones and screens") {
		t.Errorf("without a second opinion: %s", body)
	}
	phone.post("mine")
	form := func(fields string) (int, string) {
		t.Helper()
		req, err := http.NewRequest("POST", p.base+"/r/live/privacy", strings.NewReader(fields))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := phone.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b strings.Builder
		_, _ = fmt.Fprint(&b, resp.Request.URL.RawQuery)
		return resp.StatusCode, b.String()
	}
	if status, _ := form(""); status < 400 {
		t.Errorf("without the tick: %d", status)
	}
	if status, query := form("sure=yes"); status != http.StatusOK || query != "erased=1" {
		t.Errorf("with it: %d %s", status, query)
	}
	if _, body := phone.do("GET", "/r/live/privacy?erased=1", nil, nil); !strings.Contains(body, "1 comment of yours was deleted") || !strings.Contains(body, "about/main.js") {
		t.Errorf("after it: %s", body)
	}
	if _, body := p.console().do("GET", "/api/rooms/live/comments", nil, ours); strings.Contains(body, "mine") {
		t.Errorf("it is there: %s", body)
	}
	asked := start(t, t.TempDir(), "--check-url", "http://127.0.0.1:1/check")
	if _, body := asked.phone().do("GET", "/r/live/privacy", nil, nil); !strings.Contains(body, "go to a service") {
		t.Errorf("with a second opinion: %s", body)
	}
	if h := asked.phone().open("audience", "").next("hello"); !strings.Contains(string(h.raw), `"text_leaves":true`) {
		t.Errorf("hello with a second opinion: %s", h.raw)
	}
	if _, body := asked.phone().do("GET", "/r/live", nil, nil); !strings.Contains(body, "also sent to another service") {
		t.Error("the phone does not say that text leaves")
	}
	for _, c := range []struct {
		p       *program
		opinion bool
	}{{p, false}, {asked, true}} {
		newHookReceiver(t).hook(c.p.console(), nil)
		_, page := c.p.phone().do("GET", "/r/live", nil, nil)
		if !strings.Contains(page, "also sent out by webhook") || strings.Contains(page, "also sent to another service") != c.opinion {
			t.Errorf("the phone of a room with a webhook, with a second opinion %v", c.opinion)
		}
		_, body := c.p.phone().do("GET", "/r/live/privacy", nil, nil)
		if !strings.Contains(body, "Yes, by webhook") || strings.Contains(body, "go to a service") != c.opinion || strings.Contains(body, "go to another service") {
			t.Errorf("the page behind it, with a second opinion %v: %s", c.opinion, body)
		}
	}
}
