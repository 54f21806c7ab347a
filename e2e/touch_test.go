package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// On a touch screen no field of any page has letters under 16 px: iOS would zoom
// into it and stay there.
func TestFieldsAreLargeEnoughForTouch(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	page := browser.NewPhone(t)
	page.Goto(address)
	small := func(where string) {
		t.Helper()
		const look = `[...document.querySelectorAll("input:not([type=radio], [type=checkbox], [type=range], [type=color], [type=file]), textarea, select")]
			.filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.id || e.outerHTML.slice(0, 60)).join(", ")`
		if got := browser.Value[string](page, look); got != "" {
			t.Errorf("%s has fields with small letters: %s", where, got)
		}
	}
	for _, at := range []struct{ path, ready string }{
		{"/console/live", `document.querySelector("#search")`}, {"/dock/live", `document.querySelector("#search")`},
		{"/console/live#rules", `document.querySelector("#page textarea")`}, {"/console/live#room", `document.querySelector("#page input")`},
		{"/console/live#export", `document.querySelector("#page select, #page input")`}, {"/welcome/live", `document.querySelector("#overlay")`},
		{"/builder/live", `document.querySelector("#groups").childElementCount > 0`}, {"/r/live", `document.documentElement.hasAttribute("data-greeted")`},
	} {
		page.Goto("about:blank") // an address that differs only by its fragment does not reload
		page.Goto(h.base + at.path)
		page.Wait(at.ready + ` && matchMedia("(pointer: coarse)").matches`)
		small(at.path)
	}
}

// The preview fits its box without a loop: it does not observe the size that it
// sets.
func TestThePreviewFitsWithoutALoop(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	page := browser.New(t)
	page.Size(1280, 800, 1)
	page.Before(`addEventListener("error", (e) => { (window.loops ??= []).push(e.message); });`)
	page.Goto(address)
	page.Goto(h.base + "/builder/live")
	page.Wait(`document.querySelector("#frame").contentWindow?.danmaku !== undefined`)
	for _, size := range []string{"1280x720", "1080x1920", "3840x2160", "1920x1080"} {
		page.Eval(`(() => { const s = document.querySelector("#canvas"); if (![...s.options].some((o) => o.value === "` + size + `")) s.add(new Option("` + size + `")); s.value = "` + size + `"; s.dispatchEvent(new Event("change", { bubbles: true })); })()`)
		page.Eval(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))`)
	}
	for _, width := range []int64{700, 1000, 1500} {
		page.Size(width, 800, 1)
		page.Eval(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))`)
	}
	page.Wait(`Math.abs(document.querySelector("#frame").getBoundingClientRect().width - document.querySelector("#stage").clientWidth) < 2`)
	if got := browser.Value[[]string](page, `window.loops ?? []`); len(got) > 0 {
		t.Errorf("the page reported %q", got)
	}
}

// A finger stops the feed, and a tap takes down only its target: a tap right after
// the rows moved does nothing, and says so; the next one counts.
func TestATapInABusyFeedActsOnTheTappedComment(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("moderator", "Mika")
	page := browser.NewPhone(t)
	page.Goto(address)
	s := h.sender()
	s.say("moss", "the first of all", nil)
	page.Wait(containsJS("#feed .row", "the first of all"))
	page.Eval(`{
		window.asked = [];
		const real = window.fetch;
		window.fetch = (path, init) => { if (init?.method === "POST") window.asked.push(String(path)); return real(path, init); };
		window.tap = (text) => {
			const button = [...document.querySelectorAll("#feed .row")].find((e) => e.textContent.includes(text)).querySelector("[data-act=takedown]");
			button.dispatchEvent(new PointerEvent("pointerdown", { pointerType: "touch", bubbles: true }));
			button.dispatchEvent(new PointerEvent("pointerup", { pointerType: "touch", bubbles: true }));
			button.click();
		};
		new MutationObserver((_, watch) => {
			if (!document.querySelector("#feed").textContent.includes("slides under")) return;
			watch.disconnect();
			window.tap("the first of all");
			window.tapped = window.asked.length;
		}).observe(document.querySelector("#feed"), { childList: true, subtree: true });
	}`)
	s.say("noodle", "this one slides under the finger", nil)
	page.Wait(`window.tapped === 0 && ` + containsJS("#hold-why", "Stopped. Now tap what you mean."))
	s.say("reed", "and this one has to wait", nil)
	page.Wait(containsJS("#fresh", "1 new") + ` && !` + containsJS("#feed .row", "has to wait"))
	page.Eval(`window.tap("slides under")`)
	page.Wait(containsJS("#feed .row.removed", "slides under") + ` && window.asked.length === 1`)
	page.Eval(`document.querySelector("#fresh").click()`)
	page.Wait(containsJS("#feed .row", "has to wait") + ` && document.querySelectorAll("#feed .row.removed").length === 1`)
}
