package tests

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// button is a button as in the API.
type button struct{ ID, Act, Label, URL, Key string }

// button makes a button.
func (b *browser) button(act, label string) (made button) {
	b.t.Helper()
	status, text := b.do("POST", liveRoom+"/buttons", map[string]any{"act": act, "label": label}, ours)
	if status != http.StatusCreated {
		b.t.Fatalf("a new button answers %d: %s", status, text)
	}
	decode(b.t, text, &made)
	return made
}

// pressed is the answer of a button.
type pressed struct {
	Act, State, Code, Message string
	Locked                    bool
	Hidden                    bool  `json:"overlay_hidden"`
	WaitMS                    int64 `json:"wait_ms"`
}

// press requests a button's URL, as a program without cookies does.
func (p *program) press(method, address string, header map[string]string) (status int, answer pressed, body string) {
	p.t.Helper()
	b := p.browser()
	b.http.Jar = nil
	status, body = b.do(method, strings.TrimPrefix(address, p.base), nil, header)
	if strings.HasPrefix(body, "{") {
		decode(p.t, body, &answer)
	}
	return status, answer, body
}

// Every button does its one act, by GET and POST, in its own name, and the act can be undone.
func TestButtons(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--log-level", "debug", "--access-log")
	boss, phone, overlay := p.console(), p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	phone.next("hello")
	said := phone.say("hello")
	var keys []string
	do := func(act string) pressed {
		t.Helper()
		made := boss.button(act, "deck "+act)
		keys = append(keys, made.Key)
		if want := p.base + "/api/rooms/live/press/" + act + "?key=" + made.Key; made.URL != want {
			t.Fatalf("the address is %s, want %s", made.URL, want)
		}
		method := []string{"GET", "POST"}[len(keys)%2]
		status, a, body := p.press(method, made.URL, nil)
		if status != http.StatusOK || a.Act != act {
			t.Fatalf("%s: %d %s", act, status, body)
		}
		return a
	}
	newItem(boss, "card", `{"text":"in front"}`)
	newDraft := func(kind, spec string) {
		status, body := boss.do("POST", liveRoom+"/items", map[string]any{"kind": kind, "spec": json.RawMessage(spec)}, ours)
		if status != http.StatusCreated {
			t.Fatalf("a draft answers %d: %s", status, body)
		}
	}
	newDraft("card", `{"text":"next"}`)
	newDraft("poll", `{"question":"Which?","options":["a","b"]}`)
	states := func() (list []string) {
		_, body := boss.do("GET", liveRoom+"/items", nil, nil)
		var got struct {
			Items []struct {
				Kind, State string
				Spec        struct{ Text, Question string }
			}
		}
		decode(t, body, &got)
		for _, it := range got.Items {
			list = append(list, it.Spec.Text+it.Spec.Question+" "+it.State)
		}
		slices.Sort(list)
		return list
	}
	for _, step := range []struct {
		act  string
		want pressed
	}{
		{"pause", pressed{State: "paused"}}, {"open", pressed{State: "open"}}, {"pause_toggle", pressed{State: "paused"}}, {"pause_toggle", pressed{State: "open"}},
		{"hide", pressed{State: "open", Hidden: true}}, {"show", pressed{State: "open"}}, {"hide_toggle", pressed{State: "open", Hidden: true}}, {"hide_toggle", pressed{State: "open"}},
		{"lock_down", pressed{State: "paused", Locked: true}}, {"unlock", pressed{State: "open"}},
	} {
		got := do(step.act)
		step.want.Act = step.act
		if got != step.want {
			t.Errorf("%s answers %+v, want %+v", step.act, got, step.want)
		}
	}
	do("feature_next")
	if got := states(); !slices.Equal(got, []string{"Which? draft", "in front ended", "next live"}) {
		t.Errorf("the next card: %v", got)
	}
	do("feature_stop")
	do("poll_start")
	if got := states(); !slices.Equal(got, []string{"Which? live", "in front ended", "next ended"}) {
		t.Errorf("the poll: %v", got)
	}
	do("poll_stop")
	do("clear")
	overlay.until("the clear of the button", func(e event) bool { return e.Type == "clear" })
	again := phone.say("again")
	do("mute_last")
	if a := phone.say("muted"); a.Code != "muted" || said.ID == again.ID {
		t.Errorf("after mute_last: %+v", a)
	}

	// The record names the buttons, and their acts can be undone.
	_, audit := boss.do("GET", liveRoom+"/audit?limit=200", nil, nil)
	var acts struct {
		Acts []struct {
			ID            int64
			By, Role, Act string
			Undo          bool
		}
	}
	decode(t, audit, &acts)
	for _, want := range []string{"deck pause settings", "deck hide settings", "deck lock_down lockdown", "deck feature_next item_start", "deck poll_stop item_stop", "deck clear clear", "deck mute_last mute"} {
		found := false
		for _, a := range acts.Acts {
			if a.By+" "+a.Act == want {
				found = a.Role == "button" && (a.Undo || a.Act == "clear" || a.Act == "settings" || a.Act == "item_stop")
			}
		}
		if !found {
			t.Errorf("the record lacks %q: %s", want, audit)
		}
	}
	for _, a := range acts.Acts {
		if a.Act == "mute" {
			if status, text := boss.do("POST", liveRoom+"/audit/"+strconv.FormatInt(a.ID, 10)+"/undo", nil, ours); status != http.StatusNoContent {
				t.Errorf("undo answers %d: %s", status, text)
			}
		}
	}
	if a := phone.say("free again"); a.Outcome != "shown" {
		t.Errorf("after the undo: %+v", a)
	}
	if status, a, _ := p.press("POST", boss.button("poll_start", "").URL, nil); status != http.StatusConflict || a.Code != "not_live" || !strings.Contains(a.Message, "Show") {
		t.Errorf("without a poll: %d %+v", status, a)
	}
	if code := p.stop(); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
	for _, key := range keys {
		if strings.Contains(p.logs.String(), key) {
			t.Error("the log has a key")
		}
	}
}

// A key is valid for its one act in its room, until it is revoked, and within a rate.
func TestButtonsAreBounded(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	boss.call("POST", "/api/rooms", map[string]any{"id": "other"}, 201)
	made := boss.button("hide_toggle", "")
	for name, address := range map[string]string{
		"another act":  strings.Replace(made.URL, "hide_toggle", "clear", 1),
		"another room": strings.Replace(made.URL, "/live/", "/other/", 1),
	} {
		if status, a, _ := p.press("POST", address, nil); status != http.StatusForbidden || a.Code != "not_allowed" {
			t.Errorf("%s: %d %+v", name, status, a)
		}
	}
	bearer := map[string]string{"Authorization": "Bearer " + made.Key}
	for _, path := range []string{liveRoom, liveRoom + "/comments", liveRoom + "/events?since=x", "/api/links"} {
		if status, _ := p.browser().do("GET", path, nil, bearer); status != http.StatusForbidden {
			t.Errorf("the key opens %s: %d", path, status)
		}
	}
	if status, a, _ := p.press("GET", liveRoom+"/press/clear?key="+p.link("moderator").Key, nil); status != http.StatusForbidden || !strings.Contains(a.Message, "key of a button") {
		t.Errorf("a moderator's key in an address: %d %+v", status, a)
	}
	if status, a, _ := p.press("POST", liveRoom+"/press/hide", map[string]string{"Authorization": "Bearer " + p.link("moderator").Key}); status != http.StatusOK || !a.Hidden {
		t.Errorf("a moderator's key in the header: %d %+v", status, a)
	}
	var limited pressed
	for end := time.Now().Add(patience); limited.Code == "" && time.Now().Before(end); { // a slow machine presses rarely at times
		status, a, body := p.press("POST", made.URL, nil)
		if status == http.StatusTooManyRequests {
			limited = a
		} else if status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	if limited.Code != "slow_down" || limited.WaitMS <= 0 {
		t.Errorf("pressed too often: %+v", limited)
	}
	if status, _ := boss.do("POST", "/api/links", map[string]any{"room": "live", "role": "button"}, ours); status != 422 {
		t.Errorf("a button without an act: %d", status)
	}
	boss.call("DELETE", "/api/links/"+made.ID, nil, 204)
	if status, _, _ := p.press("POST", made.URL, nil); status != http.StatusUnauthorized {
		t.Errorf("taken back: %d", status)
	}
	boss.call("POST", "/api/links/"+made.ID+"/restore", nil, 204)
	if _, text := boss.do("GET", liveRoom+"/buttons", nil, nil); !strings.Contains(text, made.URL) {
		t.Errorf("given back, the list lacks it: %s", text)
	}
}

// A GET that only looks does nothing: from a browser that navigates, loads it as a picture or
// prefetches it, from a program that makes previews, and a HEAD. A browser gets a page with
// the button.
func TestReadingAButtonPressesNothing(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	made := boss.button("pause", "")
	const html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for name, header := range map[string]map[string]string{
		"a browser":          {"Accept": html, "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Accept-Language": "ja"},
		"an older browser":   {"Accept": html},
		"a picture":          {"Accept": "image/avif,*/*", "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"},
		"a frame":            {"Sec-Fetch-Dest": "iframe"},
		"Slack":              {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Accept": "*/*"},
		"Discord":            {"User-Agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"},
		"WhatsApp":           {"User-Agent": "WhatsApp/2.23.20.0"},
		"Telegram":           {"User-Agent": "TelegramBot (like TwitterBot)"},
		"Facebook":           {"User-Agent": "facebookexternalhit/1.1"},
		"Skype and Teams":    {"User-Agent": "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5"},
		"prefetch":           {"Sec-Purpose": "prefetch;prerender"},
		"prefetch of before": {"X-Moz": "prefetch"},
	} {
		status, _, body := p.press("GET", made.URL, header)
		page := name != "prefetch" && name != "prefetch of before"
		if page != (status == http.StatusOK) || page != strings.Contains(body, `<form method="post">`) {
			t.Errorf("%s: %d %.300s", name, status, body)
		}
		if name == "a browser" && !strings.Contains(body, "コメントを一時停止") {
			t.Errorf("the page is in another language: %s", body)
		}
	}
	if status, _, body := p.press("HEAD", made.URL, nil); status != http.StatusNoContent || body != "" {
		t.Errorf("HEAD: %d %s", status, body)
	}
	// A console's session does not press by GET: a page of another site could open the URL.
	if status, _ := boss.do("GET", liveRoom+"/press/pause", nil, nil); status != http.StatusUnauthorized {
		t.Errorf("a session: %d", status)
	}
	if r := boss.call("GET", liveRoom, nil, 200); r.State != "open" {
		t.Fatalf("the room is %s", r.State)
	}
	// The form of our page acts; a form of another site does not.
	u, err := url.Parse(made.URL)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, _ := p.press("POST", made.URL, map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}); status != http.StatusForbidden {
		t.Errorf("another site's form: %d", status)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := p.browser()
	b.http.Jar = jar
	looked := b.getUnfollowed("POST", strings.TrimPrefix(made.URL, p.base), map[string]string{"Accept": html, "Origin": u.Scheme + "://" + u.Host, "Sec-Fetch-Site": "same-origin"})
	if looked.status != http.StatusOK || !strings.Contains(looked.body, `role="status"`) || looked.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the page's form: %d %s %v", looked.status, looked.body, looked.header)
	}
	if r := boss.call("GET", liveRoom, nil, 200); r.State != "paused" {
		t.Errorf("the room is %s", r.State)
	}
	for name, header := range map[string]map[string]string{
		"curl": {"User-Agent": "curl/8.14.1", "Accept": "*/*"}, "fetch": {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"},
		"Home Assistant": {"User-Agent": "HomeAssistant/2026.11 aiohttp/3.13 Python/3.13", "Accept": "*/*"}, "Python": {"User-Agent": "Python-urllib/3.13"}, "nothing": {"User-Agent": ""},
	} {
		if status, a, body := p.press("GET", boss.button("pause", "").URL, header); status != http.StatusOK || a.State != "paused" {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
