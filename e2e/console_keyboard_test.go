package e2e

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/input"

	"danmaku/e2e/browser"
)

// Everything that a moderator does works without a mouse.
func TestEveryActionByKeyboard(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	s := h.sender()
	for i := range 6 {
		s.say(fmt.Sprint("guest", i), fmt.Sprintf("line %d", i), nil)
	}
	for i := range 3 {
		s.say(fmt.Sprint("held", i), fmt.Sprintf("boss %d", i), nil)
	}
	console.Wait(`document.querySelector(".review .count").textContent === "3"`)
	room := func(field string) string {
		return fmt.Sprint(h.do("GET", "/api/rooms/live", nil)[field])
	}
	is := func(name string, on bool) {
		t.Helper()
		console.Wait(`document.querySelector('.switches [data-switch="` + name + `"]').getAttribute("aria-pressed") === "` + strconv.FormatBool(on) + `"`)
	}

	press(console, "ArrowDown")
	awaitQueueItem(console, "boss 1")
	press(console, "a")
	console.Wait(containsJS("#decided", "boss 1"))
	awaitQueueItem(console, "boss 2")
	press(console, "ArrowUp")
	awaitQueueItem(console, "boss 0")
	press(console, "r")
	console.Wait(containsJS("#decided", "boss 0"))
	awaitQueueItem(console, "boss 2")
	press(console, "b")
	console.Wait(`document.querySelector("dialog[open]") !== null`)
	press(console, "Escape")
	console.Wait(`document.querySelector("dialog") === null`)

	for _, one := range []struct{ key, name, field, on, off string }{
		{"Shift+P", "pause", "state", "paused", "open"}, {"Shift+L", "links", "links", "allowed", "refused"},
		{"Shift+N", "newcomers", "newcomers", "held", "open"}, {"Shift+S", "slow", "slow_ms", "10000", "0"}, {"Shift+D", "lock", "locked", "true", "<nil>"},
	} {
		before := one.name == "links" // links are refused by default
		if one.name == "lock" {
			lockByKey(console)
		} else {
			press(console, one.key)
		}
		is(one.name, !before)
		if got := room(one.field); got != one.on {
			t.Errorf("%s: %s is %s", one.key, one.field, got)
		}
		press(console, one.key)
		is(one.name, before)
		if got := room(one.field); got != one.off {
			t.Errorf("%s again: %s is %s", one.key, one.field, got)
		}
	}

	// The lock-down has cleared the screens.
	for i := range 3 {
		s.say(fmt.Sprint("late", i), fmt.Sprintf("late %d", i), nil)
	}
	console.Wait(containsJS(".feed .row", "late 2"))
	press(console, "f")
	console.Wait(containsJS(".row:focus", "late 2"))
	press(console, "Home")
	console.Wait(containsJS(".row:focus", "line 0"))
	press(console, "End")
	console.Wait(containsJS(".row:focus", "late 2"))
	press(console, "p")
	console.Wait(containsJS("#pinned", "late 2"))
	press(console, "p")
	console.Wait(`document.querySelector("#pinned").hidden`)
	press(console, "Delete")
	console.Wait(containsJS(".feed .row.removed", "late 2"))
	press(console, "ArrowUp", "i")
	console.Wait(containsJS("dialog[open]", "late 1"))
	press(console, "Escape")
	console.Wait(`document.querySelector("dialog[open]") === null`)
	press(console, "m")
	console.Wait(`document.querySelector("dialog[open] button.full") === document.activeElement`)
	press(console, "Enter")
	console.Wait(containsJS("#banner", "is muted"))
	console.Wait(`document.querySelector("dialog[open]") === null`)
	press(console, "Escape", "z")
	console.Wait(`fetch("/api/rooms/live/bans").then((r) => r.json()).then((b) => b.bans.length === 0)`)

	press(console, "c")
	console.Wait(`document.activeElement.id === "say"`)
	browser.Call(console, input.InsertText, input.InsertTextParams{Text: "hello from the host"})
	press(console, "Enter")
	console.Wait(containsJS(".feed .row .badge", "Host"))
	press(console, "Escape")
	search(console, "HOST")
	console.Wait(`document.querySelectorAll(".feed .row").length === 1`)
	press(console, "Escape", "Escape", "?")
	console.Wait(containsJS("dialog[open]", "Lock down"))
	press(console, "Escape")
	console.Wait(`document.querySelector("dialog[open]") === null`)
	for i, page := range []string{"air", "rules", "people", "stats", "links", "audit", "export", "room"} {
		press(console, strconv.Itoa(i+2))
		console.Wait(`document.documentElement.dataset.section === "` + page + `" && document.querySelector("#page h2") !== null`)
	}
	press(console, "1", "Shift+C")
	console.Wait(containsJS(".feed .row.cleared", "late 0"))
}

// In a dock that shows review alone, what leads to the feed shows the feed: "/" and "c" with
// their field, in which the next letters are text and decide about nothing, and the search for
// one person's comments.
func TestKeysShowTheFeedBesideReview(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	dock := openConsole(t, address)
	dock.Size(320, 720, 1)
	dock.Goto(h.base + "/dock/live")
	h.sender().say("moss", "boss one", nil)
	awaitQueueItem(dock, "boss one")
	review := func() {
		dock.Eval(`document.querySelector("#tab-review").click()`)
		dock.Wait(`document.querySelector("#queue .held-item").checkVisibility() && !document.querySelector("#feed").checkVisibility()`)
	}
	for key, field := range map[string]string{"/": "search", "c": "say"} {
		review()
		press(dock, key, "a", "r")
		dock.Wait(`document.activeElement.id === "` + field + `" && document.activeElement.value === "ar" && document.querySelector("#tab-feed").ariaSelected === "true"`)
		dock.Eval(`document.activeElement.value = ""; document.activeElement.dispatchEvent(new Event("input", { bubbles: true })); document.activeElement.blur()`)
	}
	review()
	press(dock, "i")
	dock.Wait(`document.querySelector("dialog[open] .person-comments") !== null`)
	dock.Eval(`[...document.querySelectorAll("dialog .person-acts .button")].find((b) => b.querySelector('use[href$="#search"]')).click()`)
	dock.Wait(`document.querySelector("#feed").checkVisibility() && document.querySelector("#filtered .chip")`)
	if !isTrue(dock, containsJS("#tab-review .count", "1")) {
		t.Error("a letter in the field decided about the comment that waits")
	}
}

// A key counts from the moment when a dialog is closed: the browser leaves the
// focus in it until the next frame.
func TestAKeyWorksRightAfterADialog(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	s := h.sender()
	s.say("moss", "boss one", nil)
	s.say("noodle", "just a line", nil)
	awaitQueueItem(console, "boss one")
	console.Wait(containsJS(".feed .row", "just a line"))
	closed := func(key string) string { // closes the dialog and presses a key before anything else can happen
		return `(() => {
			(document.querySelector("dialog[open] [name=reason]") ?? document.activeElement).focus();
			document.querySelector("dialog[open]").close();
			document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "` + key + `", bubbles: true, cancelable: true }));
		})()`
	}
	dialogs := []struct{ key, sign string }{{"?", ".help-columns"}, {"i", ".person-comments"}, {"b", ".ban-form"}}
	for _, from := range []string{"", "f"} { // from the queue, and from a row of the feed
		if from != "" {
			press(console, from)
			console.Wait(containsJS(".row:focus", "just a line"))
		}
		press(console, "i")
		console.Wait(`document.querySelector("dialog[open] .person-comments") !== null`)
		for _, first := range dialogs {
			for _, next := range dialogs {
				for _, d := range []struct{ key, sign string }{first, next} {
					console.Eval(closed(d.key))
					console.Wait(`document.querySelector("dialog[open] ` + d.sign + `") !== null && document.querySelectorAll("dialog").length === 1`)
				}
			}
		}
		press(console, "Escape")
		console.Wait(`document.querySelector("dialog") === null`)
		if from != "" && !browser.Value[bool](console, containsJS(".row:focus", "just a line")) {
			t.Error("the focus is not back in its row")
		}
	}
}
