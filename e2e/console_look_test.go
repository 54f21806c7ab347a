package e2e

import (
	"fmt"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// axe finds nothing that it calls moderate or worse, on any page of the console,
// dark or light, wide or as a dock. Elements do not depend on the theme, and a test in
// Node shows that every language is complete, so the second theme is checked only
// for its colors.
func TestConsoleAxe(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	fillBusyRoom(h)
	address, _ := h.makeLink("owner", "Mika")
	for _, at := range []struct{ theme, lang string }{{"dark", "en"}, {"light", "zh-CN"}} {
		look := func(page *browser.Page, what string) {
			t.Helper()
			if at.theme == "dark" {
				checkAxe(t, page, source, what, true)
			} else {
				checkColors(t, page, source, what)
			}
		}
		page := browser.New(t)
		setTheme(page, at.theme)
		page.Goto(address)
		for _, size := range []struct {
			width int64
			path  string
		}{{1440, "/console/live"}, {768, "/console/live"}, {320, "/dock/live"}} {
			page.Size(size.width, 900, 1)
			page.Goto(h.base + size.path + "?lang=" + at.lang)
			page.Wait(`document.querySelector(".held-item") && document.querySelector("#feed .row")`)
			if size.width == 1440 {
				h.sendNewcomers(14, func(int) string { return "come and see the other stream, " + at.lang })
				page.Wait(`document.querySelector("#banner .wave")`) // a raid
			}
			look(page, size.path+" "+at.theme+" "+at.lang)
			if size.width == 768 {
				continue
			}
			if size.width == 320 {
				page.Eval(`document.querySelector("#tab-review").click()`)
				look(page, "review on the dock "+at.theme)
				continue
			}
			for _, section := range []string{"air", "rules", "people", "stats", "links", "audit", "export", "room", "chats", "automation"} {
				page.Eval(`location.hash = "` + section + `"`)
				page.Wait(`document.querySelector("#page h2") && document.documentElement.dataset.section === "` + section + `" && document.querySelector("#page :is(.set, .line-row, .none-yet, .fault-list li, .stats-grid section)")`)
				look(page, section+" "+at.theme+" "+at.lang)
			}
			page.Eval(`location.hash = ""`)
			page.Wait(`document.documentElement.dataset.section === "live"`)
			for _, dialog := range []string{`document.querySelector('.feed .row:not(.removed) [data-act="person"]').click()`, `document.querySelector('.held-item [data-act="ban"]').click()`, `document.querySelector("#help").click()`} {
				page.Eval(dialog)
				page.Wait(`document.querySelector("dialog[open]")`)
				look(page, dialog+" "+at.theme)
				press(page, "Escape")
				page.Wait(`!document.querySelector("dialog")`)
			}
		}
	}
}

// A setting changed on the room's page applies to everybody at once, on
// this page, too; and the header's own switch stays in place.
func TestSettingsApplyAtOnce(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console, phone := openConsole(t, address), openConnectedPhone(t, p.audience)
	console.Eval(`location.hash = "room"`)
	console.Wait(`document.querySelector('#page [value="open"]')?.checked && document.querySelector('#live-switch [value="open"]').checked`)
	console.Eval(`(() => {
		const title = document.querySelector("#page .set input");
		title.value = "Friday <i>night</i>";
		title.dispatchEvent(new Event("change", { bubbles: true }));
	})()`)
	phone.Wait(containsJS("body", "Friday <i>night</i>"))
	console.Wait(containsJS("#title", "Friday <i>night</i>"))
	console.Eval(`document.querySelector('#page [value="paused"]').click()`)
	phone.Wait(containsJS("body", "Comments are paused"))
	console.Wait(`document.querySelector('#live-switch [value="paused"]').checked && document.querySelector('#page [value="paused"]').checked`)
	console.Wait(containsJS("#banner", "Comments are paused"))
	console.Eval(`document.querySelector("#banner button").click()`)
	console.Wait(`document.querySelector('#page [value="open"]').checked`)
	phone.Wait(`!` + containsJS("body", "Comments are paused"))
}

// aboutJS reports whether every button of a held comment names the comment to a screen reader.
func aboutJS(selector, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].length > 2 && [...document.querySelectorAll(%[1]q)].every((b) => document.getElementById(b.getAttribute("aria-describedby"))?.textContent.includes(%q))`, selector+" .held-buttons button", text)
}

// The dock does the same as the wide console: the next item is decided from its
// card below the feed.
func TestModeratorsDecideInTheDock(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("moderator", "Ann")
	dock := browser.New(t)
	dock.Size(320, 720, 2)
	dock.Goto(address)
	dock.Goto(h.base + "/dock/live")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	s := h.sender()
	s.say("moss", "boss one", nil)
	s.say("noodle", "boss two", nil)
	dock.Wait(containsJS("#next mark", "boss") + ` && document.querySelector("#next").checkVisibility()`)
	dock.Wait(aboutJS("#next", "boss one"))
	dock.Eval(`document.querySelector('#next [data-act="approve"]').click()`)
	overlay.Wait(containsJS(".dm-text", "boss one"))
	dock.Wait(containsJS("#next", "boss two"))
	dock.Eval(`document.querySelector("#tab-review").click()`)
	dock.Wait(containsJS("#decided", "you approved") + ` && !document.querySelector("#next").checkVisibility()`)
	dock.Wait(aboutJS(".held-item.current", "boss two"))
	if wide := browser.Value[int](dock, `document.documentElement.scrollWidth`); wide > 320 {
		t.Errorf("the dock is %d px wide", wide)
	}
	small := browser.Value[[]string](dock, `[...document.querySelectorAll("button, summary, a:not(.skip)")].filter((e) => e.checkVisibility()).map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0 && (r.height < 43.5 || r.width < 43.5)).map(([e, r]) => e.outerHTML.slice(0, 120) + " " + r.width + "x" + r.height)`)
	for _, target := range small {
		t.Errorf("less than 44 px: %s", target)
	}
}

// No word of the rail is broken at the narrowest width, in every language,
// a short name in review is right beside what follows it, and a window of 800 px shows
// all pages in the rail.
func TestTextsOfTheConsoleDoNotOverlap(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	h.sender().say("阿布", "the first boss", nil)
	h.sender().say("阿布", "and another boss", nil)
	address, _ := h.makeLink("owner", "Mika")
	page := browser.New(t)
	page.Goto(address)
	page.Size(1280, 800, 1)
	page.Wait(`document.querySelectorAll(".rail a").length > 15`)
	if over := browser.Value[int](page, `document.querySelector(".rail").scrollHeight - document.querySelector(".rail").clientHeight`); over > 0 {
		t.Errorf("at 1280 × 800 the rail hides %d px", over)
	}
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		for _, width := range []int64{768, 1280} {
			page.Size(width, 1024, 1)
			page.Goto(h.base + "/console/live?lang=" + lang)
			page.Wait(`document.querySelector(".held-item .held-meta") && document.querySelectorAll(".rail a span").length > 10`)
			if broken := browser.Value[[]string](page, `[...document.querySelectorAll(".rail a span")].filter((e) => { const words = document.createRange(); words.selectNodeContents(e); return e.checkVisibility() && new Set([...words.getClientRects()].map((r) => Math.round(r.top))).size > e.textContent.split(" ").length; }).map((e) => e.textContent)`); len(broken) > 0 {
				t.Errorf("in %s at %d px these words of the rail are broken: %s", lang, width, strings.Join(broken, ", "))
			}
		}
		if empty := browser.Value[float64](page, `(() => { const name = document.querySelector(".held-meta bdi"); const words = document.createRange(); words.selectNodeContents(name); return name.getBoundingClientRect().width - words.getBoundingClientRect().width; })()`); empty > 2 {
			t.Errorf("in %s there are %g empty px behind a short name in review", lang, empty)
		}
	}
}
