package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// clapping makes a hall clap on the overlay until hall is cleared; rising is whether
// something is drawn in the area of rising reactions.
const (
	clapping = `window.pixels = Object.assign(document.createElement("canvas"), { width: 300, height: 600 }).getContext("2d", { willReadFrequently: true });
		window.hall = setInterval(() => danmaku.react({ "👏": 9, "🎉": 9, "❤️": 9 }), 250)`
	rising = `(() => {
		const strip = document.querySelector(".dm-reactions canvas");
		if (!strip?.width) return false;
		pixels.clearRect(0, 0, 300, 600);
		pixels.drawImage(strip, 0, 0);
		const { data } = pixels.getImageData(0, 0, 300, 600);
		let seen = 0;
		for (let i = 3; i < data.length; i += 4) if (data[i] > 200) seen++;
		return seen > 500;
	})()`
)

// A tap on the phone rises on the overlay, within a budget; the room, the phone and the
// overlay can each switch this off.
func TestReactionsRiseOnTheOverlay(t *testing.T) {
	source := axe(t)
	p := startProduct(t)
	console := browser.New(t)
	console.Size(1280, 900, 1)
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	console.Eval(`location.hash = "show"`)
	console.Wait(`document.querySelector(".show-reactions")`)
	phone := openPhone(t, p.audience)
	overlay := browser.Open(t, p.overlay)
	if isTrue(phone, `document.querySelector(".reactions")`) {
		t.Error("a new room offers reactions")
	}
	fillIn(console, `document.querySelector(".reactions-field")`, "👏❤️ 🎉")
	tap(console, ".show-reactions .toggle input")
	phone.Wait(`[...document.querySelectorAll(".reactions:not([hidden]) button")].map((b) => b.textContent).join() === "👏,❤️,🎉"`)
	checkAxe(t, phone, source, "the phone", true)
	checkAxe(t, console, source, "the page", true)
	overlay.Eval(`{
		window.seen = [];
		const write = CanvasRenderingContext2D.prototype.fillText;
		CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { seen.push(text); return write.call(this, text, ...rest); };
	}`)
	for range 3 {
		tap(phone, ".reactions button:nth-child(2)")
	}
	phone.Wait(`document.querySelector(".reaction-rising")`)
	overlay.Wait(`seen.includes("❤️") && document.querySelector(".dm-reactions canvas")`)
	if isTrue(overlay, `seen.some((text) => text !== "❤️")`) {
		t.Error("other reactions rise than the tapped one")
	}
	console.Wait(containsJS(".reactions-now", "❤️ 3"))
	overlay.Wait(`!document.querySelector(".dm-reactions *") && danmaku.stats().reactions === 0`) // nothing remains

	// A hall claps: never more than the budget, visible, and in the right lower corner.
	most := browser.Value[int](overlay, `(async () => {
		let most = 0;
		for (let i = 0; i < 20; i++) {
			await danmaku.react({ "👏": 500, "🎉": 100, "❤️": 1 });
			most = Math.max(most, danmaku.stats().reactions);
		}
		return most;
	})()`)
	if most < 30 || most > 40 {
		t.Errorf("%d rise at once, want up to 40", most)
	}
	overlay.Wait(`["👏", "🎉", "❤️"].every((emoji) => seen.includes(emoji))`)
	overlay.Eval(clapping)
	overlay.Wait(rising)
	if place := browser.Value[string](overlay, `(() => {
		const { left, right, top, bottom } = document.querySelector(".dm-reactions canvas").getBoundingClientRect();
		return left > innerWidth / 2 && right < innerWidth && top > innerHeight / 3 && bottom < innerHeight ? "" : [left, right, top, bottom].join();
	})()`); place != "" {
		t.Errorf("they rise at %s", place)
	}
	// They rise behind moderators' items; on a second screen with a code behind the code, too.
	if !isTrue(overlay, `getComputedStyle(document.querySelector(".dm-reactions")).zIndex < getComputedStyle(document.querySelector(".dm-show")).zIndex`) {
		t.Error("they rise over polls and cards")
	}
	// Nothing is drawn while nobody sees it.
	seen := func(now string) {
		overlay.Eval(`void dispatchEvent(new CustomEvent("obsSourceVisibleChanged", { detail: { visible: ` + now + ` } }))`)
	}
	seen("false")
	overlay.Eval(`danmaku.react({ "👏": 5 })`)
	if isTrue(overlay, `danmaku.stats().reactions || document.querySelector(".dm-reactions *")`) {
		t.Error("reactions rise while OBS does not show the overlay")
	}
	seen("true")
	overlay.Wait(`danmaku.stats().reactions`)
	overlay.Eval(`clearInterval(hall)`)
	overlay.Eval(`danmaku.config({ reactions: 0 })`)
	overlay.Eval(`danmaku.react({ "👏": 5 })`)
	if isTrue(overlay, `danmaku.stats().reactions || document.querySelector(".dm-reactions *")`) {
		t.Error("reactions=0 lets some rise")
	}
	overlay.Eval(`danmaku.config({ reactions: 1 })`)

	tap(phone, ".reactions-off")
	phone.Wait(`document.querySelector(".reactions").hidden && ` + containsJS(".reactions-off", "Show reactions"))
	tap(phone, ".reactions-off")
	phone.Wait(`!document.querySelector(".reactions").hidden`)
	tap(console, ".show-reactions .toggle input")
	phone.Wait(`document.querySelector(".reactions").hidden && document.querySelector(".reactions-off").hidden`)
	// The choice returns with the switch.
	tap(console, ".show-reactions .toggle input")
	phone.Wait(`document.querySelectorAll(".reactions:not([hidden]) button").length === 3`)
}
