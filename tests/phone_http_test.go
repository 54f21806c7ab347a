package tests

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The identity's cookie is bound to the host if the browser uses https,
// which only a trusted proxy may state, and plain on a LAN.
func TestIdentityCookie(t *testing.T) {
	for _, tt := range []struct {
		name   string
		args   []string
		https  bool
		secure bool
	}{
		{name: "plain on a LAN"},
		{name: "https by a trusted proxy", args: []string{"--trusted-proxy", "127.0.0.0/8"}, https: true, secure: true},
		{name: "http by a trusted proxy", args: []string{"--trusted-proxy", "127.0.0.0/8"}},
		{name: "https said by nobody trusted", args: []string{"--trusted-proxy", "203.0.113.7/32"}, https: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := start(t, t.TempDir(), tt.args...)
			get := func(cookie *http.Cookie) *http.Response {
				t.Helper()
				req, err := http.NewRequest("GET", p.base+"/r/live", nil)
				if err != nil {
					t.Fatal(err)
				}
				if tt.https {
					req.Header.Set("X-Forwarded-Proto", "https")
				}
				if cookie != nil {
					req.AddCookie(cookie)
				}
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				return resp
			}
			set := get(nil).Cookies()
			if len(set) != 1 {
				t.Fatalf("cookies: %v", set)
			}
			c := set[0]
			name := map[bool]string{true: "__Host-danmaku_id", false: "danmaku_id"}[tt.secure] + "_" + p.port()
			if c.Name != name || c.Secure != tt.secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("the cookie is %+v", c)
			}
			if again := get(c).Cookies(); len(again) != 0 {
				t.Errorf("a known person gets a new cookie: %v", again)
			}
			forged := *c
			forged.Value = "x" + c.Value
			if again := get(&forged).Cookies(); len(again) != 1 {
				t.Error("a forged cookie is accepted")
			}
		})
	}
}

var hiddenToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// Without cookies the identity comes as a token, and returns in an address, a
// header or a form.
func TestIdentityWithoutCookies(t *testing.T) {
	p := start(t, t.TempDir())
	bare := func() *browser { b := p.browser(); b.http.Jar = nil; return b }
	s := bare().open("audience", "")
	me := s.next("hello").User
	if me == nil || me.Token == "" {
		t.Fatalf("hello has no token: %+v", me)
	}
	if again := bare().open("audience", "&token="+url.QueryEscape(me.Token)).next("hello").User; again.ID != me.ID {
		t.Errorf("after a reconnect it is %s, not %s", again.ID, me.ID)
	}
	if other := bare().open("audience", "&token="+url.QueryEscape("x"+me.Token)).next("hello").User; other.ID == me.ID {
		t.Error("a forged token is accepted")
	}
	s.send("c1", "a slip")
	path := "/api/rooms/live/comments/" + s.next("ack").ID
	for _, tt := range []struct {
		token  string
		status int
	}{{"", 401}, {"x" + me.Token, 401}, {me.Token, 204}} {
		if status, body := bare().do("DELETE", path, nil, map[string]string{"X-Danmaku-Identity": tt.token, "X-Requested-With": "danmaku"}); status != tt.status {
			t.Errorf("with token %.8q the answer is %d %s", tt.token, status, body)
		}
	}

	// The form sends its token: its limit is that of one person.
	_, page := bare().do("GET", "/r/live", nil, nil)
	token := hiddenToken.FindStringSubmatch(page)
	if token == nil {
		t.Fatal("the form has no token")
	}
	var last int
	for i := range 4 {
		resp, err := http.PostForm(p.base+"/r/live", url.Values{"text": {fmt.Sprint("plain ", i)}, "token": {token[1]}})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if again := hiddenToken.FindStringSubmatch(string(body)); again == nil || again[1] != token[1] {
			t.Errorf("the answer's form has the token %v", again)
		}
		last = resp.StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the fourth in a row gets status %d", last)
	}
	// A visitor with the cookie needs no token.
	b := p.phone()
	if _, page := b.do("GET", "/r/live", nil, nil); hiddenToken.MatchString(page) {
		t.Error("the page has a token despite the cookie")
	}
}

// Without JavaScript the page says how long a person cannot
// write, in the page's language and without the browser's clock, and keeps the text.
func TestTheFormSaysHowLongAMuteLasts(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.moderator()
	for _, tt := range []struct {
		seconds    int
		lang, want string
	}{
		{59, "en", "You cannot send for another minute. You can keep watching."},
		{600, "en", "You cannot send for another 10 minutes."},
		{600, "zh-CN", "10 分钟内不能发言，仍可观看。"},
		{3 * 3600, "ja", "あと3時間は送れません。"},
		{7 * 86400, "en", "You cannot send for another 7 days."},
		{0, "en", "You cannot send in this room. You can keep watching."},
	} {
		b := p.phone()
		user := b.open("audience", "").next("hello").User.ID
		mod.call("POST", liveRoom+"/bans", map[string]any{"user": user, "kind": "mute", "seconds": tt.seconds}, 201)
		req, err := http.NewRequest("POST", p.base+"/r/live?lang="+tt.lang, strings.NewReader(url.Values{"text": {"still here"}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := b.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{tt.want, `>still here</textarea>`} {
			if resp.StatusCode != http.StatusForbidden || !strings.Contains(string(body), want) {
				t.Errorf("muted for %d s, %s: %d without %q", tt.seconds, tt.lang, resp.StatusCode, want)
			}
		}
	}
}

// A secret room's manifest reveals nothing to visitors who did not use its link.
func TestManifestOfASecretRoom(t *testing.T) {
	p := start(t, t.TempDir())
	if status, body := p.phone().do("GET", "/r/live/app.webmanifest", nil, nil); status != http.StatusOK || !strings.Contains(body, `"start_url":"/r/live"`) {
		t.Errorf("an open room's: %d %s", status, body)
	}
	if status, body := p.console().do("PATCH", "/api/rooms/live", map[string]any{"secret": true, "title": "midnight"}, ours); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := p.browser().do("GET", "/r/live/app.webmanifest", nil, nil); status != http.StatusForbidden || strings.Contains(body, "midnight") {
		t.Errorf("a stranger gets %d %s", status, body)
	}
	guest := p.browser()
	guest.do("GET", "/r/live?key="+p.link("audience").Key, nil, nil)
	if status, body := guest.do("GET", "/r/live/app.webmanifest", nil, nil); status != http.StatusOK || !strings.Contains(body, "midnight") {
		t.Errorf("a guest gets %d %s", status, body)
	}
}
