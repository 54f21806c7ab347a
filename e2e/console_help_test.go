package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"danmaku/e2e/browser"
)

// runner acts on a room over HTTP with the session of a console: it plays
// other people while a test looks at one page.
type runner struct {
	t    testing.TB
	base string
	http *http.Client
}

// newRunner opens a session by a console's address.
func newRunner(t testing.TB, console string) *runner {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(console)
	if err != nil {
		t.Fatal(err)
	}
	h := &runner{t: t, base: u.Scheme + "://" + u.Host, http: &http.Client{Jar: jar}}
	r, err := h.http.Get(console)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %d", console, r.StatusCode)
	}
	return h
}

// do makes one call and returns its JSON; a status other than 2xx fails the test.
func (h *runner) do(method, path string, body any) map[string]any {
	h.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	q, err := http.NewRequest(method, h.base+path, bytes.NewReader(b))
	if err != nil {
		h.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("X-Requested-With", "danmaku")
	r, err := h.http.Do(q)
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Body.Close()
	out := map[string]any{}
	if r.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
			h.t.Fatalf("%s %s answers %d: %v", method, path, r.StatusCode, err)
		}
	}
	if r.StatusCode/100 != 2 && r.StatusCode != http.StatusUnprocessableEntity {
		h.t.Fatalf("%s %s answers %d: %v", method, path, r.StatusCode, out)
	}
	return out
}

// makeLink makes a link and returns its address and key.
func (h *runner) makeLink(role, label string) (address, key string) {
	h.t.Helper()
	l := h.do("POST", "/api/links", map[string]string{"room": "live", "role": role, "label": label})
	return l["url"].(string), l["key"].(string)
}

// sender posts comments as a program does, each by its own author.
type sender struct {
	h   *runner
	key string
}

func (h *runner) sender() *sender {
	_, key := h.makeLink("sender", "test")
	return &sender{h, key}
}

// say posts a comment and returns its ID.
func (s *sender) say(author, text string, more map[string]any) string {
	s.h.t.Helper()
	fields := map[string]any{"text": text, "author": author, "name": author}
	for k, v := range more {
		fields[k] = v
	}
	b, err := json.Marshal(fields)
	if err != nil {
		s.h.t.Fatal(err)
	}
	q, err := http.NewRequest("POST", s.h.base+"/api/rooms/live/comments", bytes.NewReader(b))
	if err != nil {
		s.h.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", "Bearer "+s.key)
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		s.h.t.Fatal(err)
	}
	defer r.Body.Close()
	var ack struct{ ID, Outcome, Code string }
	if err := json.NewDecoder(r.Body).Decode(&ack); err != nil {
		s.h.t.Fatal(err)
	}
	if ack.ID == "" {
		s.h.t.Fatalf("%q: %d %+v", text, r.StatusCode, ack)
	}
	return ack.ID
}

// setTheme sets theme and language of a page before it is opened.
func setTheme(p *browser.Page, theme string) {
	browser.Call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
}

// fillBusyRoom fills a room as a real evening does: comments, some of them held, refused,
// taken down.
func fillBusyRoom(h *runner) {
	s := h.sender()
	h.do("PATCH", "/api/rooms/live", map[string]any{"title": "Friday Night Bosses", "links": "refused"})
	h.do("PUT", "/api/rooms/live/rules", map[string]any{"name": "spoilers", "text": "brother => hold\nお兄さん => hold\n笨蛋 => hold\nfinal boss => hold\n", "on": true})
	colors := []string{"", "", "#ff6b5e", "#66e0ff", "", "#fff16b", "", "#ff9bd2"}
	lines := []string{
		"moss:that dodge was clean", "guest42:first time here, hello from Lyon", "雪见:前方高能，非战斗人员请撤离", "ゆき:ここの音楽ほんと好き",
		"sunny_88:free coins at https://coins.example/now", "豆沙包:哈哈哈哈哈哈", "夜猫子:二阶段血条这么长？？我上次就是在这里被一套带走的，当时离通关只差最后一刀",
		"pixelbun:phase two has HOW much health", "しろくま:初見です、よろしくお願いします", "moka:666", "driftwood:he dies at the bridge, you know",
		"路过的云:刚才那个闪避是怎么按出来的", "tapioca:clip that", "guest107:is this the hard route?", "ねむい:そこ左に宝箱あるよ",
		"noodle:I lost forty minutes on that bridge yesterday", "小满:主播稳住，我们能赢", "阿布:这一段配乐太好听了", "なぎ:橋のところ気をつけて", "路人甲:这个转场绝了",
	}
	var down string
	for i, l := range lines {
		name, text, _ := strings.Cut(l, ":")
		more := map[string]any{}
		if c := colors[i%len(colors)]; c != "" {
			more["color"] = c
		}
		if id := s.say(name, text, more); strings.HasPrefix(text, "he dies") {
			down = id
		}
	}
	h.do("POST", "/api/rooms/live/comments/"+down+"/remove", nil)
	var held []string
	for _, l := range []string{
		"guest9:不愧是 final boss，手法太稳了", "guest12:加群领取通关存档 final boss", "guest300:final boss map again?",
		"guest311:想要皮肤的加 薇❤信 ｂｏｓｓ６６ 秒发", "driftwood:the b.r.o.t.h.e.r is the last boss", "まめ:ラスボスはお兄さんだよね", "阿布:主播真是个笨 蛋哈哈", "guest298:my guide: the final boss",
	} {
		name, text, _ := strings.Cut(l, ":")
		held = append(held, s.say(name, text, nil))
	}
	h.do("POST", "/api/rooms/live/comments/"+held[0]+"/approve", nil)
	h.do("POST", "/api/rooms/live/comments/"+held[1]+"/refuse", nil)
	h.do("POST", "/api/rooms/live/comments/"+held[2]+"/approve", nil)
}

// TestPicturesOfTheConsole makes the pictures of docs/pictures if PICTURES
// names a folder: every size, theme and language of the console (make pictures).
func TestPicturesOfTheConsole(t *testing.T) {
	folder := os.Getenv("PICTURES")
	if folder == "" {
		t.Skip("PICTURES names no folder for the pictures")
	}
	only := os.Getenv("PICTURES_ONLY")
	p := startProduct(t, "--room-rate", "0", "--user-rate", "0", "--address-rate", "0", "--sender-rate", "0")
	h := newRunner(t, p.console)
	fillBusyRoom(h)
	browser.Open(t, p.overlay)
	owner, _ := h.makeLink("owner", "Mika")
	const seen = `!document.querySelector("#overlay").matches(".off, [hidden]")`
	type shot struct {
		name, path    string
		width, height int64
		do            string
	}
	shots := []shot{
		{"live-1440", "/console/live", 1440, 900, ""},
		{"live-1280", "/console/live", 1280, 800, ""},
		{"live-768", "/console/live", 768, 1024, ""},
		{"dock-320", "/dock/live", 320, 720, ""},
		{"dock-320-review", "/dock/live", 320, 720, `document.querySelector("#tab-review").click()`},
		{"ban", "/console/live", 1280, 800, `document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "b", bubbles: true}))`},
		{"person", "/console/live", 1280, 800, `document.querySelector('[data-act="person"]').click()`},
		{"help", "/console/live", 1280, 800, `document.querySelector("#help").click()`},
		{"rooms", "/console/live", 1280, 800, `document.querySelector("#rooms-menu").open = true`},
	}
	for _, page := range []string{"air", "rules", "people", "stats", "links", "audit", "export", "room"} {
		shots = append(shots, shot{page + "-1280", "/console/live#" + page, 1280, 800, ""}, shot{page + "-768", "/console/live#" + page, 768, 1024, ""}, shot{page + "-320", "/console/live#" + page, 320, 720, ""})
	}
	// The live page in every look; the other pages in each size once.
	once := map[string]string{"1280": "dark-en", "768": "light-zh-CN", "320": "light-ja"}
	for _, look := range []struct{ theme, lang string }{{"dark", "en"}, {"light", "zh-CN"}, {"dark", "ja"}, {"light", "en"}, {"dark", "zh-CN"}, {"light", "ja"}} {
		b := browser.New(t)
		setTheme(b, look.theme)
		b.Goto(owner)
		for _, s := range shots {
			name := fmt.Sprintf("console-%s-%s-%s.png", s.name, look.theme, look.lang)
			kind, size, _ := strings.Cut(s.name, "-")
			if only != "" && !strings.Contains(name, only) || kind != "live" && kind != "dock" && !strings.HasSuffix(name, cmp.Or(once[size], "dark-en")+".png") {
				continue
			}
			b.Size(s.width, s.height, 1)
			b.Goto("about:blank")
			b.Goto(h.base + strings.Replace(s.path, "/live", "/live?lang="+look.lang, 1))
			b.Wait(`document.querySelector(".held-item") && document.querySelector("#feed .row") && document.querySelector("#rate").textContent !== "–" && ` + seen)
			if strings.Contains(s.path, "#") {
				b.Wait(`document.querySelector("#page h2")`)
			}
			if s.do != "" {
				b.Eval(s.do)
			}
			b.Eval(`fetch("/api/rooms/live").then((r) => r.text()).then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150)))))`)
			if err := os.WriteFile(filepath.Join(folder, name), b.Screenshot(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A raid is over in half a minute, so each picture gets its own.
	for _, shot := range []struct{ name, theme, lang, path string }{
		{"raid-1440", "dark", "en", "/console/live"}, {"raid-768", "light", "zh-CN", "/console/live"}, {"raid-320", "dark", "ja", "/dock/live"},
	} {
		name := fmt.Sprintf("console-%s-%s-%s.png", shot.name, shot.theme, shot.lang)
		if !strings.Contains(name, only) {
			continue
		}
		size := map[string][2]int64{"raid-1440": {1440, 900}, "raid-768": {768, 1024}, "raid-320": {320, 720}}[shot.name]
		b := browser.New(t)
		setTheme(b, shot.theme)
		b.Size(size[0], size[1], 1)
		b.Goto(owner)
		b.Goto(h.base + shot.path + "?lang=" + shot.lang)
		h.sendNewcomers(25, func(i int) string {
			return []string{"come and see the other stream", fmt.Sprint("free coins at https://coins.example/", i)}[i%2]
		})
		b.Wait(`document.querySelector("#banner .wave") && document.querySelector("#banner bdi") && /2[0-9]/.test(document.querySelector("#banner").textContent) && ` + seen)
		if err := os.WriteFile(filepath.Join(folder, name), b.Screenshot(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// textsOf returns the texts of elements, joined by bars.
func textsOf(p *browser.Page, selector string) string {
	return browser.Value[string](p, `[...document.querySelectorAll("`+selector+`")].map((e) => e.textContent).join("|")`)
}
