package e2e

import (
	"fmt"
	"testing"

	"danmaku/e2e/browser"
)

// The undo key reverts the last action or says that it cannot: it never
// reverts an older action behind a take-down or a clear.
func TestUndoReachesOnlyTheLastAction(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("moderator", "Kim")
	console := openConsole(t, address)
	s := h.sender()
	s.say("moss", "a first line", nil)
	s.say("fern", "a second line", nil)
	console.Wait(containsJS(".feed .row", "a second line"))
	held := func(want string) {
		t.Helper()
		if got := fmt.Sprint(h.do("GET", "/api/rooms/live", nil)["newcomers"]); got != want {
			t.Errorf("newcomers are %s, not %s", got, want)
		}
	}
	hold := func() {
		t.Helper()
		press(console, "Shift+N")
		console.Wait(`document.querySelector('[data-switch="newcomers"]').getAttribute("aria-pressed") === "true"`)
	}
	hold()
	press(console, "f")
	console.Wait(containsJS(".row:focus", "a second line"))
	press(console, "Delete")
	console.Wait(containsJS(".feed .row.removed", "a second line"))
	press(console, "z")
	console.Wait(containsJS("#banner", "The last action cannot be undone."))
	held("held")

	press(console, "Escape", "Shift+C")
	console.Wait(containsJS("#banner", "All screens are empty"))
	press(console, "z")
	console.Wait(containsJS("#banner", "The last action cannot be undone."))
	held("held")

	// Later actions can be undone.
	press(console, "Shift+N")
	console.Wait(`document.querySelector('[data-switch="newcomers"]').getAttribute("aria-pressed") === "false"`)
	press(console, "Shift+D")
	awaitArmed(console)
	press(console, "Shift+D")
	console.Wait(containsJS("#banner", "Locked down"))
	press(console, "z")
	console.Wait(`document.querySelector('[data-switch="lock"]').getAttribute("aria-pressed") === "false"`)
}

// With hundreds waiting, the head of review stays one line, and each row shows in full
// the count and the age, in the window and in the dock.
func TestReviewIsReadableWithHundredsOfComments(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("moderator", "Kim")
	console := openConsole(t, address)
	s := h.sender()
	for i := range 120 {
		s.say(fmt.Sprintf("raider number %d", i), "the boss says "+wordFor(i%30), nil)
	}
	console.Wait(containsJS(".review .count", "120"))
	console.Wait(`document.querySelectorAll(".held-item .held-meta").length > 5`)
	for _, size := range [][2]int64{{1280, 800}, {360, 740}, {320, 700}} {
		console.Size(size[0], size[1], 1)
		if size[0] < 500 {
			console.Eval(`document.getElementById("tab-review").click()`)
		}
		console.Wait(`document.querySelector(".held-meta").getClientRects().length > 0`)
		if cut := browser.Value[[]string](console, `[...document.querySelectorAll(".held-meta")].filter((e) => {
			const box = e.getBoundingClientRect();
			return [".age", ".times"].some((one) => { const r = e.querySelector(one).getBoundingClientRect(); return r.width < 1 || r.left < box.left - 1 || r.right > box.right + 1; });
		}).map((e) => e.textContent)`); len(cut) > 0 {
			t.Errorf("%d px wide: the number or the age is cut off in %q", size[0], cut)
		}
		if tall := browser.Value[[]string](console, `[...document.querySelectorAll(".review .pane-head :is(.count, button)")].filter((e) => e.getClientRects().length > 0).filter((e) => {
			const text = document.createRange();
			text.selectNodeContents(e);
			return new Set([...text.getClientRects()].map((r) => Math.round(r.top))).size > 1;
		}).map((e) => e.textContent)`); len(tall) > 0 {
			t.Errorf("%d px wide: %q take several lines", size[0], tall)
		}
	}
	if high := browser.Value[float64](console, `document.querySelector(".review .pane-head").offsetHeight`); high > 60 {
		t.Errorf("the head of review is %v px high", high)
	}

	// A page's field shows its placeholder, however narrow the window is.
	console.Goto(h.base + "/console/live#people")
	console.Wait(`document.querySelector("#page input[type=search]")`)
	if ink := browser.Value[string](console, `getComputedStyle(document.querySelector("#page input[type=search]"), "::placeholder").color`); ink == "rgba(0, 0, 0, 0)" {
		t.Error("the placeholder in the field of the page People is not visible")
	}
}
