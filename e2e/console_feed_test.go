package e2e

import (
	"fmt"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"

	"danmaku/e2e/browser"
)

// A search finds comments written long before the console was opened.
func TestASearchReachesIntoHistory(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	s := h.sender()
	s.say("moss", "the needle in the hay", nil)
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := w; i < 400; i += 8 { // more than a console starts with
				s.say(fmt.Sprint("guest", i%40), fmt.Sprintf("hay %d", i), nil)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	s.say("moss", "the last one", nil)
	console := openConsole(t, address)
	console.Wait(containsJS(".feed .row", "the last one"))
	search(console, "needle")
	console.Wait(containsJS(".feed .row", "the needle in the hay") + ` && document.querySelectorAll(".feed .row").length === 1`)
	press(console, "Escape", "Escape")
	console.Wait(containsJS(".feed .row", "the last one"))
}

// The feed holds still while the mouse points at it, and filters
// by words, by person, by source, by state.
func TestTheFeedHoldsStillAndFilters(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	s := h.sender()
	for i := range 40 { // more than fit
		s.say(fmt.Sprint("guest", i%4), fmt.Sprintf("line %d", i), nil)
	}
	s.say("guest1", "boss", nil)
	console.Wait(containsJS(".feed .row", "boss"))
	mouse := func(x, y float64) {
		t.Helper()
		browser.Call(console, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y})
	}
	mouse(400, 500)
	console.Wait(`document.querySelector("#feed").matches(":hover")`)
	s.say("guest2", "while it is read", nil)
	s.say("guest2", "and another one", nil)
	console.Wait(containsJS("#hold", "Holding still while you point at it") + " && " + containsJS("#fresh", "2 new"))
	console.Wait(`!` + containsJS(".feed .row", "while it is read"))
	// A comment that is taken down changes in place.
	console.Eval(`[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("line 39")).querySelector(".danger").click()`)
	console.Wait(containsJS(".feed .row.removed", "line 39") + ` && !` + containsJS(".feed .row", "while it is read"))
	mouse(1400, 500)
	console.Wait(containsJS(".feed .row", "and another one") + ` && document.querySelector("#hold").hidden`)

	shows := func(what, first string, n int) {
		t.Helper()
		console.Wait(fmt.Sprintf(`document.querySelector(".feed .row")?.getAttribute("aria-setsize") === "%d"`, n) + " && " + containsJS(".feed .row", first))
		t.Log(what)
	}
	choose := func(word string) { // in the menu of filters
		console.Eval(`document.querySelector("#filter-menu").open = true`)
		console.Eval(`[...document.querySelectorAll("#filters button")].find((b) => b.textContent === "` + word + `").click()`)
	}
	search(console, "ＬＩＮＥ 1")
	shows("by words, whatever their width", "line 19", 11)
	press(console, "Escape", "Escape") // empties the field, and leaves it
	choose("Taken down")
	shows("what was taken down", "line 39", 1)
	choose("Taken down")
	choose("From phones")
	if browser.Value[bool](console, containsJS("#filters", "Twitch")+" || "+containsJS("#filters", "Another platform")) {
		t.Error("the menu offers a platform that no chat of the room has")
	}
	console.Wait(`document.querySelector("#feed").hidden && ` + containsJS("#empty", "Nothing matches"))
	choose("From the API")
	shows("by source", "and another one", 43)
	console.Eval(`document.querySelector("#filtered .chip").click()`)
	press(console, "f")
	console.Wait(containsJS(".row:focus", "and another one"))
	press(console, "i")
	console.Wait(`document.querySelector("dialog .person-comments") !== null`)
	console.Eval(`[...document.querySelectorAll("dialog button")].find((b) => b.textContent === "Only theirs").click()`)
	shows("by person", "and another one", 12)
	if got := textsOf(console, ".feed .row .name"); got == "" || len(got) > 12*7 {
		t.Errorf("names: %s", got)
	}
}

// In a busy room a person's card returns the focus to the row from which it was
// opened: the next key applies to its author, not to a person in
// the queue.
func TestKeysActOnTheirRowInABusyRoom(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	s := h.sender()
	s.say("noodle", "boss waits", nil)
	s.say("moss", "a line of its own", nil)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	awaitQueueItem(console, "boss waits")
	console.Wait(containsJS(".feed .row", "a line of its own"))
	press(console, "f")
	console.Wait(`document.activeElement.textContent.includes("a line of its own")`)
	press(console, "i")
	console.Wait(containsJS("dialog[open]", "moss"))
	for i := range 80 {
		s.say("crowd", fmt.Sprint("busy room, line ", i), nil)
	}
	console.Wait(containsJS("#fresh", "80 new"))
	press(console, "Escape")
	console.Wait(`!document.querySelector("dialog")`)
	console.Wait(`document.activeElement.textContent.includes("a line of its own")`)
	press(console, "b")
	console.Wait(containsJS("dialog[open]", "moss"))
	press(console, "Escape")
	console.Wait(`!document.querySelector("dialog")`)
	press(console, "Delete")
	console.Wait(containsJS(".feed .row.removed", "a line of its own"))
	press(console, "Escape")
	console.Wait(containsJS(".feed .row", "busy room, line 79")) // it goes on

	// A lock-down and its undo are announced at once, whatever was done before.
	press(console, "Shift+C")
	console.Wait(containsJS("#banner", "All screens are empty"))
	lockByKey(console)
	console.Wait(containsJS("#banner", "Locked down") + ` && document.querySelector("#banner [data-undo]")`)
	press(console, "z")
	console.Wait(`document.querySelector("#banner").hidden`)
}
