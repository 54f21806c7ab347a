package tests

import (
	"encoding/json"
	"strings"
	"testing"

	"danmaku/obs/obstest"
)

// The welcome is for moderators and owners; it has the overlay's address and
// every address of the audience.
func TestWelcome(t *testing.T) {
	p := start(t, t.TempDir())
	if !strings.Contains(p.banner, p.base+"/welcome/live?code=") {
		t.Errorf("the first start opens:\n%s", p.banner)
	}
	if status, page := p.browser().do("GET", "/welcome/live", nil, nil); status != 401 || strings.Contains(page, p.overlay) {
		t.Errorf("a stranger gets status %d", status)
	}
	first := p.browser()
	status, page := first.do("GET", "/welcome/live?code="+p.code, nil, nil)
	if status != 200 {
		t.Fatalf("the first visit gets status %d", status)
	}
	for _, want := range []string{p.base + "/overlay/live?key=" + p.overlay, `href="/r/live"`, "Phones cannot reach this computer", `id="add"`, `href="/builder/live"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if status, _ := first.do("GET", "/welcome/nowhere", nil, nil); status != 404 {
		t.Errorf("an unknown room gets status %d", status)
	}
	if status, _ := p.browser().do("GET", "/welcome/live?code="+p.code, nil, nil); status != 401 {
		t.Errorf("the code works twice: %d", status)
	}
	moderator := p.browser()
	status, page = moderator.do("GET", "/welcome/live?key="+p.link("moderator").Key, nil, nil)
	if status != 200 || strings.Contains(page, `id="add"`) {
		t.Errorf("a moderator gets %d, or sees the owner's button", status)
	}
	for lang, want := range map[string]string{"zh-CN": "四步开播", "ja": "配信まで4ステップ"} {
		if _, page := first.do("GET", "/welcome/live?lang="+lang, nil, nil); !strings.Contains(page, want) {
			t.Errorf("%s: no %q", lang, want)
		}
	}
}

// The owner's button puts the overlay into OBS; OBS's fault is returned
// as a code.
func TestTheConsoleAddsTheOverlayToOBS(t *testing.T) {
	for _, row := range []struct {
		name     string
		set      func(*obstest.OBS)
		password string
		want     string
	}{
		{"open", func(*obstest.OBS) {}, "", "added"},
		{"locked", func(s *obstest.OBS) { s.Password = "right" }, "right", "added"},
		{"no password given", func(s *obstest.OBS) { s.Password = "right" }, "", "password"},
		{"wrong password", func(s *obstest.OBS) { s.Password = "right" }, "wrong", "password"},
		{"there already", func(s *obstest.OBS) {
			s.Inputs["danmaku"] = &obstest.Input{Kind: "browser_source", Settings: map[string]any{}}
		}, "", "refreshed"},
		{"the name is taken", func(s *obstest.OBS) { s.Inputs["danmaku"] = &obstest.Input{Kind: "color_source_v3"} }, "", "refused"},
		{"no browser source", func(s *obstest.OBS) { s.Kinds = nil }, "", "no_browser"},
	} {
		t.Run(row.name, func(t *testing.T) {
			fakeOBS := obstest.New()
			row.set(fakeOBS)
			p := start(t, t.TempDir(), "--obs", fakeOBS.Start(t))
			status, body := p.console().do("POST", "/api/rooms/live/obs", map[string]string{"password": row.password}, ours)
			var got struct {
				Outcome, Version, At string
				Width                int
				FPS                  float64
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 || got.Outcome != row.want {
				t.Fatalf("got %d, %s, want %s", status, body, row.want)
			}
			added := row.want == "added" || row.want == "refreshed"
			if added && (got.Width != 2560 || got.Version != "29.0.2" || got.FPS < 59) {
				t.Errorf("got %s", body)
			}
			if !strings.HasPrefix(got.At, "127.0.0.1:") {
				t.Errorf("it does not show OBS's address: %s", body)
			}
			fakeOBS.Look(func() {
				in := fakeOBS.Inputs["danmaku"]
				if at := p.base + "/overlay/live?key=" + p.overlay; (in != nil && in.Settings["url"] == at) != added {
					t.Errorf("the source is %+v", in)
				}
			})
		})
	}
}

// The builder sends its look, too; an invalid look is refused before OBS is
// called.
func TestTheBuilderSetsTheCSSInOBS(t *testing.T) {
	fakeOBS := obstest.New()
	p := start(t, t.TempDir(), "--obs", fakeOBS.Start(t))
	owner := p.console()
	owner.call("POST", liveRoom+"/obs", map[string]any{"options": map[string]string{"size": "44", "font": "a&b=c"}, "css": ".dm { color: red }"}, 200)
	checkSource := func(url, css string) {
		t.Helper()
		fakeOBS.Look(func() {
			if got := fakeOBS.Inputs["danmaku"].Settings; got["url"] != url || got["css"] != css {
				t.Errorf("the source has %q and %q", got["url"], got["css"])
			}
		})
	}
	look := p.base + "/overlay/live?font=a%26b%3Dc&key=" + p.overlay + "&size=44"
	checkSource(look, "/* danmaku builder */\n.dm { color: red }")
	for _, bad := range []map[string]any{
		{"options": map[string]string{"key": "other"}}, {"options": map[string]string{"Size!": "1"}}, {"css": strings.Repeat("x", 32<<10+1)},
	} {
		owner.call("POST", liveRoom+"/obs", bad, 422)
	}
	owner.call("POST", liveRoom+"/obs", map[string]any{}, 200) // the welcome's button keeps the look
	checkSource(p.base+"/overlay/live?key="+p.overlay+"&font=a%26b%3Dc&size=44", "/* danmaku builder */\n.dm { color: red }")
	owner.call("POST", liveRoom+"/obs", map[string]any{"options": map[string]string{}}, 200)
	checkSource(p.base+"/overlay/live?key="+p.overlay, "")
}

func TestOnlyTheOwnerMayAskOBS(t *testing.T) {
	fakeOBS := obstest.New()
	p := start(t, t.TempDir(), "--obs", fakeOBS.Start(t))
	moderator := map[string]string{"Authorization": "Bearer " + p.link("moderator").Key}
	owner := map[string]string{"Authorization": "Bearer " + p.link("owner").Key}
	for _, row := range []struct {
		who    map[string]string
		room   string
		status int
	}{{nil, "live", 401}, {ours, "live", 401}, {moderator, "live", 403}, {owner, "nowhere", 404}} {
		if status, body := p.browser().do("POST", "/api/rooms/"+row.room+"/obs", map[string]string{}, row.who); status != row.status {
			t.Errorf("got %d, want %d: %s", status, row.status, body)
		}
	}
	if status, _ := p.console().do("POST", "/api/rooms/live/obs", map[string]string{}, nil); status != 401 {
		t.Errorf("a foreign form gets status %d", status)
	}
	fakeOBS.Look(func() {
		if len(fakeOBS.Inputs) != 0 {
			t.Errorf("OBS now holds %v", fakeOBS.Inputs)
		}
	})
	otherServer := strings.Replace(p.base, "http", "ws", 1) // speaks another protocol
	q := start(t, t.TempDir(), "--obs", otherServer)
	if _, body := q.console().do("POST", "/api/rooms/live/obs", map[string]string{}, ours); !strings.Contains(body, `"unreachable"`) {
		t.Errorf("without an OBS: %s", body)
	}
}
