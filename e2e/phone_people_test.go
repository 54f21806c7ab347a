package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"danmaku/e2e/browser"
)

// setMedia makes the system request the preferences that CSS can query.
func setMedia(p *browser.Page, pairs ...string) {
	var features []*emulation.MediaFeature
	for i := 0; i+1 < len(pairs); i += 2 {
		features = append(features, &emulation.MediaFeature{Name: pairs[i], Value: pairs[i+1]})
	}
	browser.Call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
}

// startFullRoom is a room with everything that a phone can show.
func startFullRoom(t *testing.T) (product, *owner) {
	p := startProduct(t)
	o := p.owner(t)
	o.changeSettings(map[string]any{"title": "Friday game night", "message": "Be kind. مرحبا بكم", "phrases": []string{"前方高能", "👏", "GG"}})
	o.call("PUT", room+"/rules", map[string]any{"name": "test", "text": "forbidden"})
	for _, text := range []string{"that dodge was clean", "ここの音楽ほんと好き", "مرحبا من المغرب", "שלום לכולם, nice!"} {
		o.say(text)
	}
	return p, o
}

// fillPhone brings a phone into the state with the most on it.
func fillPhone(p *browser.Page) {
	sendTo(p, "左边有宝箱")
	p.Wait(`document.querySelector(".feed .own.shown")`)
	sendTo(p, "so forbidden")
	p.Wait(`document.querySelector("#strip.stop")?.checkVisibility()`)
}

// axe finds nothing serious, in any language, light or dark, with
// menus and phrases open, nor on the list of rooms. Elements do not depend on
// the theme: the second one is checked only for its colors, in one language.
func TestPhoneAxe(t *testing.T) {
	source := axe(t)
	p, o := startFullRoom(t)
	o.call("POST", "/api/rooms", map[string]any{"id": "other", "title": "Another room"})
	for _, theme := range []string{"dark", "light"} {
		look := func(phone *browser.Page, what string, colors bool) {
			t.Helper()
			if theme == "dark" {
				checkAxe(t, phone, source, what, colors)
			} else {
				checkColors(t, phone, source, what)
			}
		}
		for _, lang := range []string{"en", "zh-CN", "ja"} {
			if theme == "light" && lang != "en" {
				continue
			}
			phone := browser.NewPhone(t)
			setMedia(phone, "prefers-color-scheme", theme, "prefers-reduced-motion", "reduce")
			phone.Goto(p.audience + "?lang=" + lang)
			phone.Wait(greeted)
			fillPhone(phone)
			look(phone, lang+" "+theme, lang == "en")
			if lang == "en" {
				phone.Eval(`document.querySelectorAll("details.menu")[1].open = true`)
				look(phone, "menu "+theme, true)
				phone.Eval(`document.querySelectorAll("details.menu")[1].open = false`)
				tap(phone, "#phrase-key")
				look(phone, "phrases "+theme, true)
				phone.Goto("http://" + p.host() + "/")
				look(phone, "rooms "+theme, true)
			}
		}
	}
}

// Every touch target is at least 44 px wide and high.
func TestPhoneTouchTargets(t *testing.T) {
	p, _ := startFullRoom(t)
	phone := openPhone(t, p.audience)
	fillPhone(phone)
	measure := func(what string) {
		t.Helper()
		small := browser.Value[[]string](phone, `[...document.querySelectorAll("button, a, summary, input, .pick, label:has(input)")]
			.filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches(".pick input, [type=hidden]"))
			.map((e) => {
				const box = e.getBoundingClientRect(), more = getComputedStyle(e, "::after");
				const around = more.content !== "none" && more.position === "absolute" ? 2 : 0;
				const wide = box.width - around * parseFloat(more.left || 0) / (around ? 1 : Infinity), high = box.height - around * parseFloat(more.top || 0) / (around ? 1 : Infinity);
				return [e.outerHTML.slice(0, 80), Math.round(wide), Math.round(high)];
			})
			.filter(([, w, h]) => w < 44 || h < 44).map(String)`)
		for _, s := range small {
			t.Errorf("%s: %s", what, s)
		}
	}
	measure("page")
	for i := range 2 {
		phone.Eval(fmt.Sprintf(`document.querySelectorAll("details.menu")[%d].open = true`, i))
		measure("menu")
		phone.Eval(fmt.Sprintf(`document.querySelectorAll("details.menu")[%d].open = false`, i))
	}
	tap(phone, "#phrase-key")
	measure("phrases")
	phone.Goto("http://" + p.host() + "/")
	measure("front")
}

// Text twice as large is whole, in one column, and the composer stays.
func TestPhoneLargeText(t *testing.T) {
	p, o := startFullRoom(t)
	for _, lang := range []string{"en", "zh-CN", "ja", "ko", "es"} {
		phone := openPhone(t, p.audience+"?lang="+lang)
		phone.Eval(`document.documentElement.style.fontSize = "200%"`)
		fillPhone(phone)
		if !isTrue(phone, `document.documentElement.scrollWidth <= innerWidth && document.querySelector(".app").scrollWidth <= innerWidth`) {
			t.Errorf("%s: the page is wider than the phone", lang)
		}
		cut := browser.Value[[]string](phone, `[...document.querySelectorAll("#send span, .said, .strip span, .message, .banner span, .chip, .status")]
			.filter((e) => e.checkVisibility())
			.filter((e) => { const r = e.getBoundingClientRect(); return r.left < -1 || r.right > innerWidth + 1; }).map((e) => e.outerHTML.slice(0, 90))`)
		for _, c := range cut {
			t.Errorf("%s: cut off: %s", lang, c)
		}
		for _, what := range []string{"#text", "#send"} {
			if !isTrue(phone, `(() => { const r = document.querySelector("`+what+`").getBoundingClientRect(); return r.bottom <= innerHeight && r.width >= 44; })()`) {
				t.Errorf("%s: %s is out of reach", lang, what)
			}
		}
		if room := browser.Value[float64](phone, `document.querySelector("#feed").clientHeight`); room < 100 {
			t.Errorf("%s: %v px are left for the list", lang, room)
		}
	}
	// The ring is as wide as the button, which is as wide as before the wait.
	phone := openPhone(t, p.audience)
	phone.Eval(`document.documentElement.style.fontSize = "200%"`)
	phone.Hand(320, 480)
	wide := browser.Value[float64](phone, `document.querySelector("#send").offsetWidth`)
	o.changeSettings(map[string]any{"slow_ms": 120_000})
	sendTo(phone, "and now slowly")
	phone.Wait(`document.querySelector("#send").classList.contains("waiting")`)
	got := browser.Value[[]float64](phone, `["#send", ".ring rect"].map((s) => document.querySelector(s).getBoundingClientRect().width)`)
	if got[0] < wide || got[1] > got[0] || got[1] < got[0]-4 {
		t.Errorf("the button is %v px wide and was %v, its ring %v", got[0], wide, got[1])
	}
	// The actions on an own comment take another line, which is visible.
	phone.Wait(`document.querySelector(".feed .own.shown") && (() => {
		const f = document.querySelector("#feed");
		return f.scrollHeight > f.clientHeight && f.scrollHeight - f.scrollTop - f.clientHeight < 2;
	})()`)
}

// Each language is complete on the page, follows the browser and can be chosen;
// scripts keep their own direction; motion can be declined; outcomes are announced.
func TestPhoneWorksWithAScreenReader(t *testing.T) {
	p, _ := startFullRoom(t)
	for lang, word := range map[string]string{"en": "Send", "zh-CN": "发送", "ja": "送信", "zh-TW": "送出", "ko-KR": "보내기", "es-MX": "Enviar"} {
		phone := browser.NewPhone(t)
		browser.Call(phone, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
			UserAgent: browser.Value[string](phone, "navigator.userAgent"), AcceptLanguage: lang,
		})
		phone.Goto(p.audience)
		phone.Wait(greeted)
		if got := browser.Value[string](phone, `document.querySelector("#send span").textContent`); got != word {
			t.Errorf("%s: the button says %q", lang, got)
		}
		fillPhone(phone)
		if raw := browser.Value[[]string](phone, `(document.body.innerText.match(/\b[a-z]+_[a-z_]+\b|\{\w+\}/g) ?? [])`); len(raw) > 0 {
			t.Errorf("%s: raw keys on the page: %v", lang, raw)
		}
		if isTrue(phone, `[...document.querySelectorAll("[data-t-label]")].some((e) => !e.getAttribute("aria-label"))`) {
			t.Errorf("%s: something has no name", lang)
		}
	}
	phone := openPhone(t, p.audience)
	tap(phone, `#languages a[lang="ja"]`)
	phone.Wait(containsJS("#send", "送信"))
	phone.Goto(p.audience)
	phone.Wait(greeted)
	if !isTrue(phone, containsJS("#send", "送信")+` && document.documentElement.lang === "ja"`) {
		t.Error("the chosen language was forgotten")
	}
	for text, dir := range map[string]string{"مرحبا من المغرب": "rtl", "שלום": "rtl", "that dodge": "ltr", "ここの": "ltr"} {
		if got := browser.Value[string](phone, `getComputedStyle([...document.querySelectorAll(".said bdi")].find((e) => e.textContent.includes("`+text+`"))).direction`); got != dir {
			t.Errorf("%q is aligned %s", text, got)
		}
	}
	typeText(phone, "مرحبا")
	if !isTrue(phone, `document.querySelector("#text").matches(":dir(rtl)")`) {
		t.Error("the field does not follow the script")
	}
	clearField(phone)
	setMedia(phone, "prefers-reduced-motion", "reduce")
	sendTo(phone, "still")
	phone.Wait(containsJS(".feed .own.shown", "still"))
	if n := browser.Value[int](phone, `document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 1).length`); n != 0 {
		t.Errorf("%d animations run although reduced motion is requested", n)
	}
	if !isTrue(phone, `document.querySelector("#said").getAttribute("role") === "status" && document.querySelector("#alarm").getAttribute("role") === "alert" && document.querySelector("#said").textContent !== ""`) {
		t.Error("the outcome is not announced")
	}
}

// The page can be added to the home screen and shared. While nothing happens, it runs no
// timers and requests no frames.
func TestPhonePageIsInstallableAndIdle(t *testing.T) {
	p, _ := startFullRoom(t)
	phone := browser.NewPhone(t)
	phone.Before(`(() => {
		const set = setTimeout, clear = clearTimeout;
		window.timers = new Map(); window.frames_asked = 0;
		window.setTimeout = (fn, ms, ...args) => { const id = set(() => { timers.delete(id); fn(...args); }, ms); timers.set(id, ms); return id; };
		window.clearTimeout = (id) => { timers.delete(id); clear(id); };
		window.setInterval = () => { throw new Error("a page of ours has no intervals"); };
		const frame = requestAnimationFrame;
		window.requestAnimationFrame = (fn) => { frames_asked++; return frame(fn); };
	})();`)
	phone.Goto(p.audience)
	phone.Wait(greeted)
	sendTo(phone, "hello")
	phone.Wait(containsJS(".feed .own.shown", "hello"))
	phone.Wait(`!document.querySelector(".feed .own .offer")`) // ten seconds are over
	phone.Wait(`document.getAnimations().length === 0`)
	if left := browser.Value[[]int](phone, `[...timers.values()].filter((ms) => ms !== 15)`); len(left) > 1 { // 15 is this test's own polling
		t.Errorf("idle, it has the timers %v", left)
	}
	if n := browser.Value[int](phone, `frames_asked`); n != 0 {
		t.Errorf("it asked for %d frames", n)
	}
	get := func(url string) (*http.Response, []byte) {
		t.Helper()
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %v", url, resp.StatusCode, err)
		}
		return resp, b.Bytes()
	}
	link := func(js string) string { return browser.Value[string](phone, js) }
	_, b := get(link(`document.querySelector("link[rel=manifest]").href`))
	var m struct {
		Name, Start_url, Display, Theme_color string
		Icons                                 []struct{ Src, Sizes, Type string }
	}
	if err := json.Unmarshal(b, &m); err != nil || m.Name != "Friday game night" || m.Start_url != "/r/live" || m.Display != "standalone" || m.Theme_color == "" {
		t.Errorf("the manifest is %s, %v", b, err)
	}
	for _, icon := range m.Icons {
		resp, b := get("http://" + p.host() + icon.Src)
		if resp.Header.Get("Content-Type") != icon.Type {
			t.Errorf("%s is %s", icon.Src, resp.Header.Get("Content-Type"))
		}
		if icon.Type == "image/png" {
			if size, err := png.DecodeConfig(bytes.NewReader(b)); err != nil || fmt.Sprintf("%dx%d", size.Width, size.Height) != icon.Sizes {
				t.Errorf("%s: %+v, %v", icon.Src, size, err)
			}
		}
	}
	preview := link(`document.querySelector("meta[property='og:image']").content`)
	if !strings.HasPrefix(preview, "http") {
		t.Errorf("the preview's address %q is not whole", preview)
	}
	_, b = get(preview)
	if size, err := png.DecodeConfig(bytes.NewReader(b)); err != nil || size.Width != 1200 || size.Height != 630 {
		t.Errorf("the preview is %+v, %v", size, err)
	}
	for _, js := range []string{
		`document.title === "Friday game night"`, `document.querySelector("meta[property='og:title']").content === document.title`,
		`document.querySelector("meta[property='og:description']").content.length > 10`,
		`/^#[0-9A-Fa-f]{6}$/.test(document.querySelector("meta[name=theme-color]").content)`, `document.querySelector("link[rel=icon]").href.endsWith(".svg")`,
	} {
		if !isTrue(phone, js) {
			t.Errorf("not true: %s", js)
		}
	}
}

// A change of the room's title, message, colour and picture reaches connected phones at once.
func TestPhoneRoomLook(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	phone := openPhone(t, p.audience)
	o.changeSettings(map[string]any{"title": "深夜游戏", "message": "今晚打 Boss", "look": map[string]any{"color": "#ff6b5e"}})
	phone.Wait(containsJS("#title", "深夜游戏") + ` && ` + containsJS("#message", "今晚打 Boss") + ` && document.title === "深夜游戏"`)
	phone.Wait(`getComputedStyle(document.querySelector(".top")).boxShadow.includes("rgb(255, 107, 94)")`)
	picture, err := os.ReadFile("../assets/shared/preview.png")
	if err != nil {
		t.Fatal(err)
	}
	o.call("PUT", room+"/picture", picture)
	shown := `(() => { const i = document.querySelector("#picture"); return i.checkVisibility() && i.complete && i.naturalWidth > 100; })()`
	phone.Wait(shown)
	if !isTrue(phone, `new URL(document.querySelector("#picture").src).origin === location.origin`) {
		t.Error("the picture comes from elsewhere")
	}
	if isTrue(phone, `getComputedStyle(document.querySelector(".top")).boxShadow === "none"`) {
		t.Error("the picture took the colour away")
	}
	phone.Hand(390, 480)
	phone.Wait(`!document.querySelector("#picture").checkVisibility()`) // the keyboard needs its space
	phone.Hand(390, 844)
	phone.Wait(shown)
	late := openPhone(t, p.audience)
	late.Wait(shown)
	o.changeSettings(map[string]any{"look": map[string]any{}, "title": "", "message": ""})
	phone.Wait(`!document.querySelector("#picture").checkVisibility() && !document.querySelector("#message").checkVisibility() && getComputedStyle(document.querySelector(".top")).boxShadow === "none"`)
}
