package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"danmaku/e2e/browser"
)

// A queue survives a restart, and so does the page.
func TestARestartKeepsTheQueue(t *testing.T) {
	data := t.TempDir()
	first, stop := startStoppable(t, data, freePort(t))
	h := runnerAt(t, first.console)
	rules(h, holdBoss)
	address, _ := h.link("owner", "Mika")
	console := consoleAt(t, address)
	console.IgnoreAway()
	s := h.sender()
	for i := range 30 {
		s.say(fmt.Sprint("guest", i), fmt.Sprintf("boss of level %d", i), nil)
	}
	console.Wait(`document.querySelector(".review .count").textContent === "30"`)
	console.Eval(`window.same = true`)
	stop()
	console.Wait(has("#banner", "No connection"))
	_, stop = startStoppable(t, data, strings.TrimPrefix(h.base, "http://"))
	defer stop()
	console.Wait(has("#banner", "Back online"))
	if !browser.Value[bool](console, `window.same && document.querySelector(".review .count").textContent === "30"`) {
		t.Error("the page was reloaded, or the queue is another one")
	}
	ready(console, "boss of level 0")
	if got := browser.Value[string](console, `document.querySelector(".held-item.current mark")?.textContent ?? ""`); got != "boss" {
		t.Errorf("after the restart %q is marked", got)
	}
	// All of them, by keyboard.
	press(console, "Shift+X")
	console.Wait(has("#bulk", "30"))
	press(console, "a")
	console.Wait(`document.querySelector(".held-item") === null`)
	console.Wait(has("#banner", "30 approved"))
}

// More comments wait than a console receives at first: the rest follows when
// the first are decided.
func TestALongQueueIsDecidedWhole(t *testing.T) {
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	rules(h, holdBoss)
	address, _ := h.link("owner", "Mika")
	s := h.sender()
	const long = 520
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := w; i < long; i += 8 {
				s.say(fmt.Sprint("guest", i%50), "boss "+word(i), nil)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	console := consoleAt(t, address)
	console.Wait(`document.querySelector(".review .count").textContent === "520"`)
	press(console, "Shift+X")
	console.Wait(has("#bulk", "500 selected"))
	press(console, "a")
	console.Wait(has("#banner", "500 approved") + ` && document.querySelectorAll(".held-item").length === 20`)
	press(console, "Shift+X", "r")
	console.Wait(`document.querySelector(".held-item") === null && !document.querySelector("#review-empty").hidden`)
	waiting := h.do("GET", "/api/rooms/live/comments?status=held", nil)["comments"].([]any)
	if len(waiting) != 0 {
		t.Errorf("%d are left", len(waiting))
	}
}

// word returns a different word for each number.
func word(i int) string {
	return string([]rune{rune('a' + i%26), 'o', rune('a' + i/26%26), 'u'}) + "nd"
}

// Equal comments are one row with a count, which one key decides, and can be
// shown and decided one by one.
func TestARowOfCommentsThatAreAlike(t *testing.T) {
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	rules(h, holdBoss)
	address, _ := h.link("owner", "Mika")
	s := h.sender()
	for i := range 32 {
		s.say(fmt.Sprint("guest", i), fmt.Sprintf("free boss coins at my place %d", i), nil)
		if i == 20 {
			s.say("moss", "is the boss door open yet?", nil)
		}
	}
	overlay := browser.Open(t, p.overlay)
	console := consoleAt(t, address)
	ready(console, "free boss coins at my place 0")
	console.Wait(`document.querySelectorAll(".held-item").length === 2 && document.querySelector(".held-item.current .times").textContent.startsWith("×32")`)
	console.Wait(`document.querySelector(".held-item.current [data-act=approve]").ariaLabel === "Approve all 32"`)
	console.Eval(`document.querySelector("[data-act=alike]").click()`)
	console.Wait(`document.querySelectorAll(".alike-item").length === 32`)
	console.Eval(`document.querySelector('.alike-item:nth-child(3) [data-act="approve_one"]').click()`)
	overlay.Wait(has(".dm-text", "free boss coins at my place 2"))
	console.Wait(`document.querySelectorAll(".alike-item").length === 31 && document.querySelector(".held-item.current .times").textContent.startsWith("×31")`)
	press(console, "ArrowDown")
	ready(console, "is the boss door open")
	press(console, "ArrowUp")
	ready(console, "my place 0")
	press(console, "r")
	console.Wait(has("#banner", "31 refused"))
	console.Wait(`document.querySelectorAll(".held-item").length === 1`)
	console.Wait(has("#decided .decided", "×31"))
	ready(console, "is the boss door open")
	press(console, "z")
	overlay.Wait(has(".dm-text", "free boss coins at my place 0"))
	console.Eval(`location.hash = "audit"`)
	console.Wait(has("#page .line-row", "×31"))
}
