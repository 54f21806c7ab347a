package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"danmaku/e2e/browser/engine"
)

// Each page of the product works in every engine that a user may have.
// By default the audience page and the overlay run on the oldest supported ones;
// ENGINES=all runs all pages on all (make test-browsers).

// signIn opens the console of a fresh link in an engine.
func signIn(t *testing.T, h *runner, name string, width int) *engine.Page {
	t.Helper()
	address, _ := h.makeLink("owner", "Mika")
	p := engine.New(t, name)
	p.Goto(address)
	p.Size(width, 800)
	p.Wait(`document.querySelector("#rate") !== null && document.querySelector("#rate").textContent !== "–"`)
	return p
}

// greet is JavaScript that is true once the audience page is connected.
const greet = `document.documentElement.hasAttribute("data-greeted")`

func TestThePhoneInEveryEngine(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	s := h.sender()
	engine.Each(t, []string{engine.Chromium90, engine.WPE}, func(t *testing.T, name string) {
		phone := engine.New(t, name)
		phone.Goto(p.audience)
		phone.Size(390, 844)
		phone.Wait(greet)
		mine, others := "from "+name, "to "+name
		phone.Click("#text")
		phone.Type(mine)
		phone.Wait(`document.querySelector("#text").value === "` + mine + `"`)
		phone.Click("#send")
		phone.Wait(containsJS(".feed .own.shown", mine))
		s.say("moss", others, nil)
		phone.Wait(containsJS(".feed li", others))
		// The newest comment is right above the field, and nothing runs off the side.
		phone.Wait(`(() => { const feed = document.querySelector("#feed"); return feed.scrollHeight - feed.scrollTop - feed.clientHeight < 2; })()`)
		if over := engine.Value[int](phone, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%d px run off the side", over)
		}
		if got := engine.Value[[]float64](phone, `((r) => [r.top, innerHeight - r.bottom])(document.querySelector(".app").getBoundingClientRect())`); got[0] != 0 || got[1] != 0 {
			t.Errorf("the page is not as high as the window: %v", got)
		}
		keepPicture(t, phone, "engine-phone-"+name+".png")
	})
}

func TestTheOverlayInEveryEngine(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	s := h.sender()
	engine.Each(t, []string{engine.Chromium103, engine.Chromium127}, func(t *testing.T, name string) {
		h.do("POST", "/api/rooms/live/clear", nil) // comments from another engine
		overlay := engine.New(t, name)
		// Standing comments may cover flying ones, unless the two are kept apart.
		overlay.Goto(p.overlay + "&duration=20&apart=1")
		overlay.Size(1280, 720)
		overlay.Wait(`window.danmaku !== undefined`)
		overlay.Eval(`danmaku.ready`)
		s.say("moss", "flies in "+name, nil)
		overlay.Wait(containsJS(".dm-text", "flies in "+name) + ` && danmaku.stats().active === 1`)
		// It moves, and no comment covers another.
		overlay.Wait(`(() => { const at = danmaku.rects()[0]?.x; window.first ??= at; return at < window.first - 20; })()`)
		for _, mode := range []string{"top", "bottom", "reverse"} {
			s.say("moss", mode+" in "+name, map[string]any{"mode": mode})
		}
		overlay.Wait(`danmaku.stats().active === 4`)
		if n := engine.Value[int](overlay, `(() => { const all = danmaku.rects(); return all.filter((a, i) => all.some((b, k) => k > i && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)).length; })()`); n > 0 {
			t.Errorf("%d comments overlap others", n)
		}
		keepPicture(t, overlay, "engine-overlay-"+name+".png")
		overlay.Eval(`danmaku.clear()`)
		overlay.Wait(`danmaku.stats().active === 0`)
		overlay.Eval(clapping)
		overlay.Wait(rising)
		overlay.Eval(`clearInterval(hall)`)
		overlay.Wait(`danmaku.stats().reactions === 0 && !document.querySelector(".dm-reactions *")`)
	})
}

func TestTheConsoleInEveryEngine(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	s := h.sender()
	engine.Each(t, nil, func(t *testing.T, name string) {
		console := signIn(t, h, name, 1280)
		shown, held := "shown in "+name+".", "boss in "+name+"."
		s.say("moss", shown, nil)
		console.Wait(containsJS(".feed .row", shown))
		s.say("fern", held, nil)
		console.Wait(containsJS(".held-item.current", held))
		// From then on a key applies to it, as in ready.
		console.Wait(`performance.now() - (window.since ??= performance.now()) > 400`)
		console.Eval(`document.activeElement.blur()`)
		console.Type("a")
		console.Wait(containsJS("#decided", held))
		console.Eval(`location.hash = "rules"`)
		console.Wait(`document.querySelector("#page textarea") !== null`)
		console.Eval(`location.hash = ""`)
		console.Wait(`(() => { const feed = document.querySelector("#feed"); return feed.clientHeight > 0 && feed.scrollHeight - feed.scrollTop - feed.clientHeight < 2; })()`)
		keepPicture(t, console, "engine-console-"+name+".png")
	})
}

func TestTheOtherPagesInEveryEngine(t *testing.T) {
	p := startInNetwork(t, free...)
	h := newRunner(t, p.console)
	engine.Each(t, nil, func(t *testing.T, name string) {
		page := signIn(t, h, name, 1280)
		page.Goto(h.base + "/welcome/live")
		page.Wait(`document.querySelector(".step.next") !== null && document.querySelector("#code").naturalWidth > 0`)
		keepPicture(t, page, "engine-welcome-"+name+".png")
		page.Goto(h.base + "/builder/live")
		page.Wait(`document.querySelector("#groups").childElementCount > 0 && document.querySelector("#frame").contentWindow?.danmaku?.stats().active > 0`)
		keepPicture(t, page, "engine-builder-"+name+".png")
		page.Goto(h.base + "/poster/live")
		page.Wait(`document.querySelector(".code").naturalWidth > 0`)
		page.Goto(h.base + "/screen/live?code=corner")
		page.Wait(`document.querySelector("#card .code").naturalWidth > 0 && document.querySelector("#overlay").contentWindow?.danmaku !== undefined`)
		keepPicture(t, page, "engine-screen-"+name+".png")
	})
}

// keepPicture writes a picture of the page into the folder PICTURES.
func keepPicture(t *testing.T, p *engine.Page, name string) {
	t.Helper()
	folder := os.Getenv("PICTURES")
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, name), p.Screenshot(), 0o644); err != nil {
		t.Fatal(err)
	}
}
