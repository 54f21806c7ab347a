package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// movingElementsJS is an expression: the page's elements that something animates or would animate.
func movingElementsJS(elements string) string {
	return `[...document.querySelectorAll("` + elements + `")].filter((e) => {
		const { animationName, transitionDuration } = getComputedStyle(e);
		return animationName !== "none" || transitionDuration.split(", ").some((d) => parseFloat(d) > 0.001);
	}).map((e) => e.className).join()`
}

// With reduced motion, cards, polls and draws appear at once and bars jump,
// reactions are counts, and the phone's do not rise; comments still fly.
func TestLessMotionForTheItemInFront(t *testing.T) {
	p := startProduct(t, "--user-rate", "0")
	h := newRunner(t, p.console)
	h.do("PATCH", room, map[string]any{"reactions": []string{"👏", "🎉"}})
	calm := func(page *browser.Page, url string) *browser.Page {
		setMedia(page, "prefers-reduced-motion", "reduce")
		page.Goto(url)
		return page
	}
	overlay, phone := calm(browser.New(t), p.overlay), calm(browser.NewPhone(t), p.audience)
	phone.Wait(greeted)
	start := func(kind string, spec map[string]any) string {
		return h.do("POST", room+"/items", map[string]any{"kind": kind, "spec": spec, "start": true})["id"].(string)
	}
	start("poll", map[string]any{"question": "Which map?", "options": []string{"Ice", "Fire", "Sea"}})
	start("ticker", map[string]any{"texts": []string{"Next: the second half"}})
	prize := start("draw", map[string]any{"title": "A shirt", "winners": 1, "button": true})
	phone.Wait(`document.querySelector("#show .show-option:nth-child(2)") && document.querySelector(".draw-key") && document.querySelector(".reactions button")`)
	tap(phone, "#show .show-option:nth-child(2)")
	overlay.Wait(pollCountsJS(".dm-poll-percent") + ` === "0%,100%,0%"`)
	overlay.Wait(`document.querySelector(".dm-draw") && document.querySelector(".dm-ticker")`)
	tap(phone, ".draw-key")
	phone.Wait(`document.querySelector(".draw-key.joined")`)
	h.do("POST", room+"/items/"+prize+"/stop", nil)
	overlay.Wait(`document.querySelector(".dm-draw-winner")`)
	if moves := browser.Value[string](overlay, movingElementsJS(".dm-poll, .dm-poll-bar, .dm-draw, .dm-draw-winner, .dm-ticker")); moves != "" {
		t.Errorf("on the overlay %s move", moves)
	}
	tap(phone, ".reactions button:nth-child(1)")
	overlay.Wait(containsJS(".dm-reaction-count", "👏 1"))
	if isTrue(overlay, `document.querySelector(".dm-reactions canvas")?.width`) {
		t.Error("reactions rise on the overlay")
	}
	if isTrue(phone, `document.querySelector(".reaction-rising")`) {
		t.Error("a reaction rises on the phone")
	}
	if moves := browser.Value[string](phone, movingElementsJS("#show *, .draw *, .reactions button")); moves != "" {
		t.Errorf("on the phone %s move", moves)
	}
	sendTo(phone, "it flies")
	overlay.Wait(`danmaku.stats().active === 1 && document.getAnimations().some((a) => a.effect.target.querySelector(".dm"))`)

	// The same pages without the preference show that the checks above can fail.
	setMedia(overlay, "prefers-reduced-motion", "no-preference")
	if moves := browser.Value[string](overlay, movingElementsJS(".dm-poll, .dm-poll-bar, .dm-draw, .dm-draw-winner, .dm-ticker")); moves == "" {
		t.Error("nothing moves for anybody")
	}
}

// Items in front hide no standing comment, whichever came first; the panel of
// the second screen stays clear of both.
func TestFixedCommentsKeepClearOfTheItemInFront(t *testing.T) {
	p := startProduct(t, "--user-rate", "0")
	h := newRunner(t, p.console)
	overlay := browser.Open(t, p.overlay)
	overlay.Size(1920, 1080, 1)
	const covered = `(() => {
		const fronts = [...document.querySelectorAll(".dm-show-slot > *")].map((e) => e.getBoundingClientRect());
		return [...document.querySelectorAll('.dm[data-mode="bottom"], .dm[data-mode="top"]')].filter((e) => e.offsetHeight > 0).map((e) => e.getBoundingClientRect())
			.filter((c) => fronts.some((f) => f.left < c.right && f.right > c.left && f.top < c.bottom && f.bottom > c.top)).length;
	})()`
	say := func(mode, text string) {
		h.do("POST", room+"/comments", map[string]any{"text": text, "mode": mode})
	}
	const long = "this one is long enough to reach what stands at either side"
	say("bottom", long)
	say("top", long)
	overlay.Wait(`danmaku.stats().active === 2`)
	for kind, spec := range map[string]map[string]any{
		"announcement": {"text": "The second half begins at half past nine. Drinks are at the bar."},
		"draw":         {"title": "Two tickets for the summer", "winners": 1, "button": true},
		"ticker":       {"texts": []string{"Next: the second half"}},
	} {
		h.do("POST", room+"/items", map[string]any{"kind": kind, "spec": spec, "start": true})
	}
	const all = `document.querySelectorAll(".dm-show-slot > *").length === 3 && !document.getAnimations().some((a) => a.effect.target.closest(".dm-show-slot") && a.animationName)`
	overlay.Wait(all + ` && ` + covered + ` === 0`)
	say("bottom", long+", too")
	say("top", long+", too")
	overlay.Wait(`danmaku.stats().active >= 3 && ` + all)
	if n := browser.Value[int](overlay, covered); n != 0 {
		t.Errorf("%d comments are behind the item in front", n)
	}

	base := browser.Value[string](overlay, `location.origin`)
	screen := browser.New(t)
	screen.Size(1280, 960, 1)
	screen.Goto(base + "/screen/live?" + p.overlay[len(base+"/overlay/live?"):])
	screen.Wait(`document.querySelector("#overlay").contentDocument?.querySelector(".dm-draw")`)
	screen.Eval(`dispatchEvent(new PointerEvent("pointermove"))`)
	screen.Wait(`(() => {
		const panel = document.querySelector("#panel").getBoundingClientRect(), card = document.querySelector("#overlay").contentDocument.querySelector(".dm-draw").getBoundingClientRect();
		return panel.right <= card.left && panel.left >= 0;
	})()`)
}
