package e2e

import (
	"fmt"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// Each emergency switch is one click, applies to phones at once, and is undone by
// one click. Flying comments fly on while the room is paused. A lock-down sets all
// of them, with one banner and one undo.
func TestEmergencySwitchesAreOneClickEach(t *testing.T) {
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	given, _ := h.link("moderator", "Ann")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console, phone := consoleAt(t, given), phoneAt(t, p.audience)
	say(phone, "before")
	overlay.Wait(has(".dm-text", "before"))
	console.Wait(has(".feed .row", "before"))
	room := func(field string) string { return fmt.Sprint(h.do("GET", "/api/rooms/live", nil)[field]) }
	one := func(name string, on bool) {
		t.Helper()
		console.Eval(`document.querySelector('.switches [data-switch="` + name + `"]').click()`)
		console.Wait(`document.querySelector('.switches [data-switch="` + name + `"]').getAttribute("aria-pressed") === "` + fmt.Sprint(on) + `"`)
	}
	one("links", false) // refused by default
	if got := room("links"); got != "allowed" {
		t.Errorf("links are %s", got)
	}
	one("links", true)
	one("newcomers", true)
	say(phone, "am I new")
	console.Wait(has(".held-item", "am I new"))
	one("newcomers", false)
	one("slow", true)
	say(phone, "too fast")
	phone.Wait(has("#strip", "You can send again in"))
	one("slow", false)

	// Pause appears twice in the page: beside the state, and in the dock's row.
	console.Eval(`document.querySelector('#live-switch [value="paused"]').click()`)
	phone.Wait(has("body", "Comments are paused"))
	overlay.Wait(has(".dm-text", "before"))
	console.Wait(has("#banner", "Comments are paused"))
	click(console, "#banner button", "Go on")
	phone.Wait(`!` + has("body", "Comments are paused"))

	// Clears screens only, the phone's too; history keeps the comments.
	console.Eval(`document.querySelector('.switches [data-switch="clear"]').click()`)
	overlay.Wait(`danmaku.stats().active === 0`)
	phone.Wait(`!` + has(".feed li", "before"))
	console.Wait(has(".feed .row.cleared", "before"))

	before := []string{room("state"), room("links"), room("newcomers"), room("slow_ms")}
	say(phone, "the last one") // without waiting for the slow mode
	overlay.Wait(has(".dm-text", "the last one"))
	lockDown(console, `document.querySelector('.switches [data-switch="lock"]').click()`)
	overlay.Wait(`danmaku.stats().active === 0`)
	phone.Wait(has("body", "Comments are paused"))
	if got := strings.Join([]string{room("state"), room("links"), room("newcomers"), room("slow_ms")}, " "); got != "paused refused held 30000" {
		t.Errorf("locked down it is %s", got)
	}
	console.Wait(has("#banner", "Locked down") + ` && document.querySelectorAll("#banner button").length === 1`)
	console.Eval(`document.querySelector("#banner button").click()`)
	phone.Wait(`!` + has("body", "Comments are paused"))
	console.Wait(`document.querySelector("#banner").hidden`)
	if got := []string{room("state"), room("links"), room("newcomers"), room("slow_ms")}; fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("after the undo it is %v, it was %v", got, before)
	}
}

// The dialog of a ban says beforehand how many people an IP ban would hit, and has
// every duration. One click ends the ban. A muted phone keeps watching.
func TestTheBanDialogSaysWhomItHits(t *testing.T) {
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	given, _ := h.link("moderator", "Ann")
	console := consoleAt(t, given)
	one, two := phoneAt(t, p.audience), phoneAt(t, p.audience)
	say(one, "from this hall")
	say(two, "from the same hall")
	console.Wait(has(".feed .row", "from this hall") + ` && ` + has(".feed .row", "from the same hall"))
	console.Eval(`[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("from this hall")).querySelector('[data-act="mute"]').click()`)
	console.Wait(has("dialog[open] label", "Everybody behind the same address: 2 people"))
	times := browser.Value[string](console, `[...document.querySelectorAll('dialog [name="seconds"]')].map((e) => e.parentElement.textContent).join(" · ")`)
	if times != "10 s · 1 min · 5 min · 10 min · 30 min · 1 h · 24 h · This show · Forever" {
		t.Errorf("durations: %s", times)
	}
	click(console, "dialog label", "This show")
	click(console, "dialog label", "Everybody behind")
	click(console, "dialog .check", "Also take down")
	enter(console, "dialog [name=reason]", "too loud")
	click(console, "dialog [type=submit]", "Mute: This show")
	console.Wait(has("#banner", "2 comments taken down"))
	for _, phone := range []*browser.Page{one, two} {
		phone.Wait(has("#banner", "You cannot send"))
		phone.Wait(`!` + has(".feed li", "hall"))
	}
	console.Eval(`location.hash = "people"`)
	console.Wait(has(".ban-row", "too loud") + ` && ` + has(".ban-row", "This show"))
	click(console, ".ban-row button", "Lift")
	one.Wait(`!` + has("#banner", "You cannot send"))
	say(one, "quietly now")
	two.Wait(has(".feed li", "quietly now"))
	console.Wait(has("#page", "Nobody is muted or banned"))
}
