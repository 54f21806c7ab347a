package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// A tap on the phone rises on the overlay, within a budget; the room, the phone and the
// overlay each can do without.
func TestReactionsRise(t *testing.T) {
	source := axe(t)
	p := startProduct(t)
	console := browser.New(t)
	console.Size(1280, 900, 1)
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	console.Eval(`location.hash = "show"`)
	console.Wait(`document.querySelector(".show-reactions")`)
	phone := hand(t, p.audience)
	overlay := browser.Open(t, p.overlay)
	if is(phone, `document.querySelector(".reactions")`) {
		t.Error("a new room offers reactions")
	}
	fillIn(console, `document.querySelector(".reactions-field")`, "👏❤️ 🎉")
	tap(console, ".show-reactions .toggle input")
	phone.Wait(`[...document.querySelectorAll(".reactions:not([hidden]) button")].map((b) => b.textContent).join() === "👏,❤️,🎉"`)
	checkAxe(t, phone, source, "the phone", true)
	checkAxe(t, console, source, "the page", true)
	overlay.Eval(`window.seen = []; new MutationObserver((list) => { for (const { addedNodes } of list) for (const node of addedNodes) if (node.className === "dm-reaction") seen.push(node.textContent); }).observe(document.body, { childList: true, subtree: true })`)
	for range 3 {
		tap(phone, ".reactions button:nth-child(2)")
	}
	phone.Wait(`document.querySelector(".reaction-rising")`)
	overlay.Wait(`seen.join() === "❤️,❤️,❤️"`)
	console.Wait(has(".reactions-now", "❤️ 3"))
	overlay.Wait(`!document.querySelector(".dm-reaction")`) // nothing of it stays

	// A hall claps: never more than the budget, and each is the compositor's to move.
	most := browser.Value[int](overlay, `(async () => {
		let most = 0;
		for (let i = 0; i < 20; i++) {
			await danmaku.react({ "👏": 500, "🎉": 100, "❤️": 1 });
			most = Math.max(most, document.querySelectorAll(".dm-reaction").length);
		}
		return most;
	})()`)
	if most < 30 || most > 40 {
		t.Errorf("%d elements at once, want up to 40", most)
	}
	if props := browser.Value[string](overlay, `[...new Set(document.querySelector(".dm-reactions").getAnimations({ subtree: true }).flatMap((a) => a.effect.getKeyframes().flatMap((k) => Object.keys(k))))].filter((k) => !["offset", "computedOffset", "easing", "composite"].includes(k)).sort().join()`); props != "opacity,transform" {
		t.Errorf("animations of %s", props)
	}
	overlay.Eval(`danmaku.config({ reactions: 0 })`)
	overlay.Eval(`danmaku.react({ "👏": 5 })`)
	if is(overlay, `document.querySelector(".dm-reaction")`) {
		t.Error("reactions=0 lets some rise")
	}

	tap(phone, ".reactions-off")
	phone.Wait(`document.querySelector(".reactions").hidden && ` + has(".reactions-off", "Show reactions"))
	tap(phone, ".reactions-off")
	phone.Wait(`!document.querySelector(".reactions").hidden`)
	tap(console, ".show-reactions .toggle input")
	phone.Wait(`document.querySelector(".reactions").hidden && document.querySelector(".reactions-off").hidden`)
	// What was chosen comes back with the switch.
	tap(console, ".show-reactions .toggle input")
	phone.Wait(`document.querySelectorAll(".reactions:not([hidden]) button").length === 3`)
}
