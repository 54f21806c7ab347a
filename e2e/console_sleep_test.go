package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"

	"danmaku/e2e/browser"
)

// A console's machine sleeps for an hour: its page stands still, the clock jumps,
// the line is dead, and meanwhile more was written than a resume tells. It catches
// up without a reload, and says that the list is a new one.
func TestAnHourOfSleep(t *testing.T) {
	data := t.TempDir()
	first, stop := startStoppable(t, data, freePort(t))
	h := runnerAt(t, first.console)
	rules(h, holdBoss)
	address, _ := h.link("owner", "Mika")
	s := h.sender()
	s.say("moss", "before the sleep", nil)
	s.say("moss", "boss before the sleep", nil)
	console := consoleAt(t, address)
	console.IgnoreAway()
	console.Wait(has(".feed .row", "before the sleep") + " && " + has(".held-item", "boss before the sleep"))
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

	const missed = 5100 // a resume tells 5,000
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

	console.Wait(has("#banner", "Back online. The list starts anew."))
	console.Wait(has(".feed .row", "the newest"))
	console.Wait(`document.querySelector(".review .count").textContent === "2"`)
	ready(console, "boss before the sleep")
	if age := browser.Value[string](console, `document.querySelector(".held-item.current .age").textContent`); strings.Contains(age, "h") {
		t.Errorf("the clock that jumped makes it %s old", age)
	}
	s.say("moss", "after the sleep", nil)
	console.Wait(has(".feed .row", "after the sleep"))
	press(console, "a")
	console.Wait(has("#decided", "you approved"))
	// What was missed is there, as far up as one reads.
	console.Eval(`document.querySelector("#feed").scrollTop = 0`)
	console.Wait(`document.querySelector(".feed .row")?.getAttribute("aria-setsize") > 300`)
	if !browser.Value[bool](console, `window.same`) {
		t.Error("the page was loaded anew")
	}
}

// A page that somebody left may lie in the browser's memory, as it was: its
// connection ends with the visit, and a step back has a new one.
func TestALeftPageIsGone(t *testing.T) {
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	address, _ := h.link("owner", "Mika")
	other := consoleAt(t, address)
	console := consoleAt(t, address)
	two := `document.querySelector("#consoles").textContent === "2"`
	other.Wait(two)
	console.Goto("about:blank")
	other.Wait(`document.querySelector("#consoles").textContent === "1"`)
	console.Eval(`void setTimeout(() => history.back())`) // not within the call, whose answer would go with the page
	other.Wait(two)
	h.sender().say("moss", "after the step back", nil)
	console.Wait(has(".feed .row", "after the step back"))
}
