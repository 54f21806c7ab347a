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
	h := newRunner(t, first.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.IgnoreAway()
	s := h.sender()
	for i := range 30 {
		s.say(fmt.Sprint("guest", i), fmt.Sprintf("boss of level %d", i), nil)
	}
	console.Wait(`document.querySelector(".review .count").textContent === "30"`)
	console.Eval(`window.same = true`)
	stop()
	console.Wait(containsJS("#banner", "No connection"))
	_, stop = startStoppable(t, data, strings.TrimPrefix(h.base, "http://"))
	defer stop()
	console.Wait(containsJS("#banner", "Back online"))
	if !browser.Value[bool](console, `window.same && document.querySelector(".review .count").textContent === "30"`) {
		t.Error("the page was reloaded, or the queue is another one")
	}
	awaitQueueItem(console, "boss of level 0")
	if got := browser.Value[string](console, `document.querySelector(".held-item.current mark")?.textContent ?? ""`); got != "boss" {
		t.Errorf("after the restart %q is marked", got)
	}
	// All of them, by keyboard.
	press(console, "Shift+X")
	console.Wait(containsJS("#bulk", "30"))
	press(console, "a")
	console.Wait(`document.querySelector(".held-item") === null`)
	console.Wait(containsJS("#banner", "30 approved"))
}

// More comments wait than a console receives at first: the rest follows when
// the first are decided.
func TestADecisionCoversTheWholeLongQueue(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	s := h.sender()
	const long = 520
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := w; i < long; i += 8 {
				s.say(fmt.Sprint("guest", i%50), "boss "+wordFor(i), nil)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	console := openConsole(t, address)
	console.Wait(`document.querySelector(".review .count").textContent === "520"`)
	press(console, "Shift+X")
	console.Wait(containsJS("#bulk", "500 selected"))
	press(console, "a")
	console.Wait(containsJS("#banner", "500 approved") + ` && document.querySelectorAll(".held-item").length === 20`)
	press(console, "Shift+X", "r")
	console.Wait(`document.querySelector(".held-item") === null && !document.querySelector("#review-empty").hidden`)
	waiting := h.do("GET", "/api/rooms/live/comments?status=held", nil)["comments"].([]any)
	if len(waiting) != 0 {
		t.Errorf("%d are left", len(waiting))
	}
}

// wordFor returns a different word for each number.
func wordFor(i int) string {
	return string([]rune{rune('a' + i%26), 'o', rune('a' + i/26%26), 'u'}) + "nd"
}

// Equal comments are one row with a count, which one key decides, and can be
// shown and decided one by one.
func TestARowOfSimilarComments(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	s := h.sender()
	for i := range 32 {
		s.say(fmt.Sprint("guest", i), fmt.Sprintf("free boss coins at my place %d", i), nil)
		if i == 20 {
			s.say("moss", "is the boss door open yet?", nil)
		}
	}
	overlay := browser.Open(t, p.overlay)
	console := openConsole(t, address)
	awaitQueueItem(console, "free boss coins at my place 0")
	console.Wait(`document.querySelectorAll(".held-item").length === 2 && document.querySelector(".held-item.current .times").textContent.startsWith("×32")`)
	console.Wait(`document.querySelector(".held-item.current [data-act=approve]").ariaLabel === "Approve all 32"`)
	console.Eval(`document.querySelector("[data-act=alike]").click()`)
	console.Wait(`document.querySelectorAll(".alike-item").length === 32`)
	console.Eval(`document.querySelector('.alike-item:nth-child(3) [data-act="approve_one"]').click()`)
	overlay.Wait(containsJS(".dm-text", "free boss coins at my place 2"))
	console.Wait(`document.querySelectorAll(".alike-item").length === 31 && document.querySelector(".held-item.current .times").textContent.startsWith("×31")`)
	press(console, "ArrowDown")
	awaitQueueItem(console, "is the boss door open")
	press(console, "ArrowUp")
	awaitQueueItem(console, "my place 0")
	press(console, "r")
	console.Wait(containsJS("#banner", "31 refused"))
	console.Wait(`document.querySelectorAll(".held-item").length === 1`)
	console.Wait(containsJS("#decided .decided", "×31"))
	awaitQueueItem(console, "is the boss door open")
	press(console, "z")
	overlay.Wait(containsJS(".dm-text", "free boss coins at my place 0"))
	console.Eval(`location.hash = "audit"`)
	console.Wait(containsJS("#page .line-row", "×31"))
}
