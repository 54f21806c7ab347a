package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"

	"danmaku/e2e/browser"
)

// A console's machine sleeps for an hour: its page stops, the clock jumps,
// the connection dies, and meanwhile more is written than a resume sends. It catches
// up without a reload, and reports that the list is new.
func TestAConsoleAfterAnHourOfSleep(t *testing.T) {
	data := t.TempDir()
	first, stop := startStoppable(t, data, freePort(t))
	h := newRunner(t, first.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	s := h.sender()
	s.say("moss", "before the sleep", nil)
	s.say("moss", "boss before the sleep", nil)
	console := openConsole(t, address)
	console.IgnoreAway()
	console.Wait(containsJS(".feed .row", "before the sleep") + " && " + containsJS(".held-item", "boss before the sleep"))
	console.Eval(`(() => {
		window.same = true;
		const now = Date.now.bind(Date);
		let slept = 0;
		Date.now = () => now() + slept;
		window.sleep = (ms) => { slept += ms; };
	})()`)
	become := func(state page.SetWebLifecycleStateState) {
		t.Helper()
		browser.Call(console, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state})
	}
	wake := console.Hide()
	become(page.SetWebLifecycleStateStateFrozen)
	stop()
	_, stop = startStoppable(t, data, strings.TrimPrefix(h.base, "http://"))
	defer stop()

	const missed = 5100 // a resume sends 5,000
	var all sync.WaitGroup
	for w := range 12 {
		all.Go(func() {
			for i := w; i < missed; i += 12 {
				s.say(fmt.Sprint("guest", i%50), fmt.Sprintf("missed %d", i), nil)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	s.say("noodle", "boss during the sleep", nil)
	s.say("noodle", "the newest", nil)
	console.Eval(`window.sleep(3600_000)`)
	become(page.SetWebLifecycleStateStateActive)
	wake()

	console.Wait(containsJS("#banner", "Back online. The list starts again."))
	console.Wait(containsJS(".feed .row", "the newest"))
	console.Wait(`document.querySelector(".review .count").textContent === "2"`)
	awaitQueueItem(console, "boss before the sleep")
	if age := browser.Value[string](console, `document.querySelector(".held-item.current .age").textContent`); strings.Contains(age, "h") {
		t.Errorf("after the jump of the clock its age is %s", age)
	}
	s.say("moss", "after the sleep", nil)
	console.Wait(containsJS(".feed .row", "after the sleep"))
	press(console, "a")
	console.Wait(containsJS("#decided", "you approved"))
	// The missed comments are there, as far up as one reads.
	console.Eval(`document.querySelector("#feed").scrollTop = 0`)
	console.Wait(`document.querySelector(".feed .row")?.getAttribute("aria-setsize") > 300`)
	if !browser.Value[bool](console, `window.same`) {
		t.Error("the page was reloaded")
	}
}

// The browser may keep a page in memory after a person has left it: its
// connection ends with the visit, and going back opens a new one.
func TestLeavingAPageEndsItsConnection(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	other := openConsole(t, address)
	console := openConsole(t, address)
	two := `document.querySelector("#consoles").textContent === "2"`
	other.Wait(two)
	console.Goto("about:blank")
	other.Wait(`document.querySelector("#consoles").textContent === "1"`)
	console.Eval(`void setTimeout(() => history.back())`) // not within the call, whose answer would be lost with the page
	other.Wait(two)
	h.sender().say("moss", "after the step back", nil)
	console.Wait(containsJS(".feed .row", "after the step back"))
}
