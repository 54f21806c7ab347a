package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The identity's cookie is bound to the host where the browser speaks https,
// which only a trusted proxy may say, and plain on a LAN.
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
			name := map[bool]string{true: "__Host-danmaku_id", false: "danmaku_id"}[tt.secure]
			if c.Name != name || c.Secure != tt.secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("the cookie is %+v", c)
			}
			if again := get(c).Cookies(); len(again) != 0 {
				t.Errorf("a known person gets a new cookie: %v", again)
			}
			forged := *c
			forged.Value = "x" + c.Value
			if again := get(&forged).Cookies(); len(again) != 1 {
				t.Error("a forged cookie is taken")
			}
		})
	}
}

var hiddenToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// Without cookies the identity comes as a token, and goes back in an address, a
// header or a form.
func TestIdentityWithoutCookies(t *testing.T) {
	p := start(t, t.TempDir())
	bare := func() *browser { b := p.browser(); b.http.Jar = nil; return b }
	s := bare().open("audience", "")
	me := s.next("hello").User
	if me == nil || me.Token == "" {
		t.Fatalf("hello gives no token: %+v", me)
	}
	if again := bare().open("audience", "&token="+url.QueryEscape(me.Token)).next("hello").User; again.ID != me.ID {
		t.Errorf("after a reconnect it is %s, not %s", again.ID, me.ID)
	}
	if other := bare().open("audience", "&token="+url.QueryEscape("x"+me.Token)).next("hello").User; other.ID == me.ID {
		t.Error("a forged token is taken")
	}
	s.send("c1", "a slip")
	path := "/api/rooms/live/comments/" + s.next("ack").ID
	for _, tt := range []struct {
		token  string
		status int
	}{{"", 401}, {"x" + me.Token, 401}, {me.Token, 204}} {
		if status, body := bare().do("DELETE", path, nil, map[string]string{"X-Danmaku-Identity": tt.token, "X-Requested-With": "danmaku"}); status != tt.status {
			t.Errorf("with token %.8q it answers %d %s", tt.token, status, body)
		}
	}

	// The form brings its token along: its limit is one person's.
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
		t.Errorf("the fourth in a row is answered %d", last)
	}
	// Who sends the cookie needs no token.
	b := p.phone()
	if _, page := b.do("GET", "/r/live", nil, nil); hiddenToken.MatchString(page) {
		t.Error("a token is in the page of somebody who has a cookie")
	}
}

// A person whose browser runs no JavaScript is told for how long he cannot
// write, in the page's language and without his clock, and keeps the text.
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
		for _, want := range []string{tt.want, `value="still here"`} {
			if resp.StatusCode != http.StatusForbidden || !strings.Contains(string(body), want) {
				t.Errorf("muted for %d s, %s: %d without %q", tt.seconds, tt.lang, resp.StatusCode, want)
			}
		}
	}
}

// pictureOf draws something to send.
func pictureOf(t *testing.T, w, h int, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.NRGBA{uint8(x), uint8(y), 80, 255})
		}
	}
	var b bytes.Buffer
	if err := encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoomPicture(t *testing.T) {
	p := start(t, t.TempDir())
	put := func(b *browser, body []byte) (int, string) {
		t.Helper()
		req, err := http.NewRequest("PUT", p.base+"/api/rooms/live/picture", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Requested-With", "danmaku")
		resp, err := b.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	asPNG := func(w io.Writer, i image.Image) error { return png.Encode(w, i) }
	good := pictureOf(t, 3000, 500, asPNG)
	owner := p.console()
	moderator := p.browser()
	moderator.do("GET", "/console?key="+p.link("moderator").Key, nil, nil)
	phone := p.phone().open("audience", "")
	phone.next("hello")

	var damaged = bytes.Clone(good[:len(good)/2])
	for _, tt := range []struct {
		name   string
		who    *browser
		body   []byte
		status int
		says   string
	}{
		{"nobody", p.browser(), good, 401, ""},
		{"an audience member", p.phone(), good, 401, ""},
		{"a moderator", moderator, good, 403, ""},
		{"nothing", owner, nil, 422, "no picture"},
		{"a page", owner, []byte("<!doctype html><script>alert(1)</script>"), 422, "no picture"},
		{"a drawing with scripts", owner, []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), 422, "no picture"},
		{"half a picture", owner, damaged, 422, "damaged"},
		{"a dot", owner, pictureOf(t, 2, 2, asPNG), 422, "16 by 16"},
		{"a bomb", owner, pictureOf(t, 8000, 2001, func(w io.Writer, i image.Image) error {
			return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, image.NewGray(i.Bounds()))
		}), 422, "million pixels"},
		{"too many bytes", owner, append(bytes.Clone(good), make([]byte, 2<<20)...), 422, "Send at most"},
		{"a JPEG", owner, pictureOf(t, 640, 200, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }), 200, ""},
		{"a GIF", owner, pictureOf(t, 320, 100, func(w io.Writer, i image.Image) error { return gif.Encode(w, i, nil) }), 200, ""},
		{"a PNG", owner, append(bytes.Clone(good), []byte("<script>appended</script>")...), 200, ""},
	} {
		if status, body := put(tt.who, tt.body); status != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
	var answer struct{ Look struct{ Picture string } }
	_, text := owner.do("GET", "/api/rooms/live", nil, ours)
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	address := answer.Look.Picture
	if !strings.HasPrefix(address, "/r/live/picture/") {
		t.Fatalf("the room says %s", text)
	}
	phone.until("the picture", func(e event) bool { return e.Type == "room" })
	resp, err := http.Get(p.base + address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || kind != "jpeg" || size.Width != 1280 || size.Height != 213 || bytes.Contains(b, []byte("script")) {
		t.Errorf("what is served is a %s of %d by %d, %v", kind, size.Width, size.Height, err)
	}
	if h := resp.Header; h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("headers: %v", h)
	}
	for _, path := range []string{"/r/live/picture/0000.jpg", "/r/live/picture/x", "/r/nowhere" + strings.TrimPrefix(address, "/r/live")} {
		if status, _ := p.browser().do("GET", path, nil, nil); status != http.StatusNotFound {
			t.Errorf("%s answers %d", path, status)
		}
	}
	_, page := p.browser().do("GET", "/r/live", nil, nil)
	if !strings.Contains(page, `src="`+address+`"`) || !strings.Contains(page, `og:image" content="http://127.0.0.1`) && !strings.Contains(page, address+`">`) {
		t.Error("the page does not show it")
	}

	// Replaced, then taken off, then undone: what is not shown is not served.
	status := func(path string) int { got, _ := p.browser().do("GET", path, nil, nil); return got }
	if got, text := put(owner, pictureOf(t, 64, 64, asPNG)); got != 200 {
		t.Fatalf("%d %s", got, text)
	}
	if got := status(address); got != 404 {
		t.Errorf("the picture that was replaced answers %d", got)
	}
	_, text = owner.do("GET", liveRoom, nil, nil)
	decode(t, text, &answer)
	if got := status(answer.Look.Picture); got != 200 {
		t.Errorf("the new one answers %d", got)
	}
	owner.call("PATCH", liveRoom, map[string]any{"look": map[string]any{}}, 200)
	if got := status(answer.Look.Picture); got != 404 {
		t.Errorf("the picture that was taken off answers %d", got)
	}
	acts := owner.call("GET", liveRoom+"/audit?act=settings&limit=1", nil, 200).Acts
	owner.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 204)
	if got := status(answer.Look.Picture); got != 200 {
		t.Errorf("after the undo it answers %d", got)
	}
	// The one before it comes back, too.
	acts = owner.call("GET", liveRoom+"/audit?act=settings&limit=3", nil, 200).Acts
	owner.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[2].ID, "/undo"), nil, 204)
	if got := status(address); got != 200 {
		t.Errorf("the picture that was replaced, and is shown again, answers %d", got)
	}
}

// A secret room's manifest says nothing to who has not come in by its link.
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
