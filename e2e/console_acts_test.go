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
	h := newRunner(t, p.console)
	given, _ := h.makeLink("moderator", "Ann")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console, phone := openConsole(t, given), openConnectedPhone(t, p.audience)
	sendComment(phone, "before")
	overlay.Wait(containsJS(".dm-text", "before"))
	console.Wait(containsJS(".feed .row", "before"))
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
	sendComment(phone, "am I new")
	console.Wait(containsJS(".held-item", "am I new"))
	one("newcomers", false)
	one("slow", true)
	sendComment(phone, "too fast")
	phone.Wait(containsJS("#strip", "You can send again in"))
	one("slow", false)

	// Pause appears twice in the page: beside the state, and in the dock's row.
	console.Eval(`document.querySelector('#live-switch [value="paused"]').click()`)
	phone.Wait(containsJS("body", "Comments are paused"))
	overlay.Wait(containsJS(".dm-text", "before"))
	console.Wait(containsJS("#banner", "Comments are paused"))
	clickText(console, "#banner button", "Go on")
	phone.Wait(`!` + containsJS("body", "Comments are paused"))

	// Clears screens only, the phone's too; history keeps the comments.
	console.Eval(`document.querySelector('.switches [data-switch="clear"]').click()`)
	overlay.Wait(`danmaku.stats().active === 0`)
	phone.Wait(`!` + containsJS(".feed li", "before"))
	console.Wait(containsJS(".feed .row.cleared", "before"))

	before := []string{room("state"), room("links"), room("newcomers"), room("slow_ms")}
	sendComment(phone, "the last one") // without waiting for the slow mode
	overlay.Wait(containsJS(".dm-text", "the last one"))
	lockDown(console, `document.querySelector('.switches [data-switch="lock"]').click()`)
	overlay.Wait(`danmaku.stats().active === 0`)
	phone.Wait(containsJS("body", "Comments are paused"))
	if got := strings.Join([]string{room("state"), room("links"), room("newcomers"), room("slow_ms")}, " "); got != "paused refused held 30000" {
		t.Errorf("locked down it is %s", got)
	}
	console.Wait(containsJS("#banner", "Locked down") + ` && document.querySelectorAll("#banner button").length === 1`)
	console.Eval(`document.querySelector("#banner button").click()`)
	phone.Wait(`!` + containsJS("body", "Comments are paused"))
	console.Wait(`document.querySelector("#banner").hidden`)
	if got := []string{room("state"), room("links"), room("newcomers"), room("slow_ms")}; fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("after the undo it is %v, it was %v", got, before)
	}
}

// The dialog of a ban says beforehand how many people an IP ban would hit, and has
// every duration. One click ends the ban. A muted phone keeps watching.
func TestTheBanDialogSaysHowManyPeopleItAffects(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	given, _ := h.makeLink("moderator", "Ann")
	console := openConsole(t, given)
	one, two := openConnectedPhone(t, p.audience), openConnectedPhone(t, p.audience)
	sendComment(one, "from this hall")
	sendComment(two, "from the same hall")
	console.Wait(containsJS(".feed .row", "from this hall") + ` && ` + containsJS(".feed .row", "from the same hall"))
	console.Eval(`[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("from this hall")).querySelector('[data-act="mute"]').click()`)
	console.Wait(containsJS("dialog[open] label", "Everybody behind the same address: 2 people"))
	times := browser.Value[string](console, `[...document.querySelectorAll('dialog [name="seconds"]')].map((e) => e.parentElement.textContent).join(" · ")`)
	if times != "10 s · 1 min · 5 min · 10 min · 30 min · 1 h · 24 h · This show · Forever" {
		t.Errorf("durations: %s", times)
	}
	clickText(console, "dialog label", "This show")
	clickText(console, "dialog label", "Everybody behind")
	clickText(console, "dialog .check", "Also take down")
	enterText(console, "dialog [name=reason]", "too loud")
	clickText(console, "dialog [type=submit]", "Mute: This show")
	console.Wait(containsJS("#banner", "2 comments taken down"))
	for _, phone := range []*browser.Page{one, two} {
		phone.Wait(containsJS("#banner", "You cannot send"))
		phone.Wait(`!` + containsJS(".feed li", "hall"))
	}
	console.Eval(`location.hash = "people"`)
	console.Wait(containsJS(".ban-row", "too loud") + ` && ` + containsJS(".ban-row", "This show"))
	clickText(console, ".ban-row button", "Lift")
	one.Wait(`!` + containsJS("#banner", "You cannot send"))
	sendComment(one, "quietly now")
	two.Wait(containsJS(".feed li", "quietly now"))
	console.Wait(containsJS("#page", "Nobody is muted or banned"))
}
