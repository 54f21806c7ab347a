package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"

	"danmaku/e2e/browser"
)

const lockSwitch = `document.querySelector('.switches [data-switch="lock"]')`

// allowLongPause lets minutes pass between the two presses that lock down: the page's own limit
// of a few seconds is for people, and a busy machine exceeds it.
func allowLongPause(p *browser.Page) {
	p.Eval(`import(document.querySelector('script[type="module"]').src.replace("main.js", "guard.js")).then((guard) => { guard.AGAIN.to = 180_000; })`)
}

// awaitArmed waits until the next press locks down: a second press that follows at
// once counts as a double click.
func awaitArmed(p *browser.Page) {
	p.Wait(lockSwitch + `.classList.contains("armed")`)
	p.Eval(`window.armedAt = performance.now()`)
	p.Wait(`performance.now() - window.armedAt > 400`)
}

// lockDown locks down by performing an action twice.
func lockDown(p *browser.Page, do string) {
	allowLongPause(p)
	p.Eval(do)
	awaitArmed(p)
	p.Eval(do)
	p.Wait(lockSwitch + `.getAttribute("aria-pressed") === "true"`)
}

func lockByKey(p *browser.Page) {
	allowLongPause(p)
	press(p, "Shift+D")
	awaitArmed(p)
	press(p, "Shift+D")
}

// A lock-down clears every screen, so a single press never triggers it: by mouse, by
// key, from the banner, in the console and in the dock, where it is at the
// same place, labelled with a word.
func TestNoSinglePressLocksDown(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("moderator", "Ann")
	locked := func() bool { return h.do("GET", "/api/rooms/live", nil)["locked"] == true }
	for _, at := range []struct {
		path, word string
		width      int64
		others     []int64 // widths at which only the switch's place is checked
	}{{"/console/live", "Lock down", 1280, []int64{1600, 1024, 768}}, {"/dock/live", "Lock", 320, nil}} {
		name := fmt.Sprintf("%s at %d", at.path, at.width)
		console := browser.New(t)
		console.Goto(address)
		console.Goto(h.base + at.path)
		console.Wait(`document.querySelector("#rate").textContent !== "–"`)
		allowLongPause(console)
		for _, width := range append(at.others, at.width) {
			console.Size(width, 800, 1)
			console.Wait(fmt.Sprint(`innerWidth === `, width))
			if got := browser.Value[string](console, `[...`+lockSwitch+`.querySelectorAll("span")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 20).map((e) => e.textContent).join()`); got != at.word {
				t.Errorf("%s at %d: the switch says %q", at.path, width, got)
			}
			if last := browser.Value[bool](console, lockSwitch+` === document.querySelector(".switches").lastElementChild && document.querySelectorAll('[data-switch="lock"]').length === 1`); !last {
				t.Errorf("%s at %d: lock down is not the last switch, or appears elsewhere, too", at.path, width)
			}
		}
		console.Eval(lockSwitch + `.click(); ` + lockSwitch + `.click(); ` + lockSwitch + `.click()`) // an impatient finger
		console.Wait(lockSwitch + `.classList.contains("armed")`)
		console.Wait(containsJS("#alarm", "Press again"))
		keepPhoneShot(t, console, fmt.Sprintf("lock-armed-%d.png", at.width))
		if locked() {
			t.Fatalf("%s: a double click locked down", name)
		}
		press(console, "Escape")
		console.Wait(`!` + lockSwitch + `.classList.contains("armed")`)
		if at.path == "/console/live" {
			press(console, "Shift+D")
			console.Wait(lockSwitch + `.classList.contains("armed")`)
			press(console, "Escape")
		}
		if locked() {
			t.Fatalf("%s: a single press locked down", name)
		}
		// A held key is one press.
		console.Eval(lockSwitch + `.focus()`)
		enter := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13}
		browser.Call(console, input.DispatchKeyEvent, enter)
		awaitArmed(console)
		again := true
		enter.AutoRepeat = &again
		for range 3 {
			browser.Call(console, input.DispatchKeyEvent, enter)
		}
		browser.Call(console, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13})
		if armedStill := browser.Value[bool](console, lockSwitch+`.classList.contains("armed")`); !armedStill || locked() {
			t.Errorf("%s: Enter, held down, was more than one press", name)
		}
		press(console, "Escape")
		// Held with the mouse, it locks down; one press reverts it.
		x := browser.Value[[]float64](console, `((r) => [r.left + r.width / 2, r.top + r.height / 2])(`+lockSwitch+`.getBoundingClientRect())`)
		up := console.Mouse(x[0], x[1])
		console.Wait(lockSwitch + `.getAttribute("aria-pressed") === "true"`)
		up()
		if !locked() {
			t.Errorf("%s: held, it did not lock down", name)
		}
		console.Eval(lockSwitch + `.click()`)
		console.Wait(lockSwitch + `.getAttribute("aria-pressed") === "false"`)
	}
}

// Every icon button shows its name when a mouse points
// at it, the keyboard is on it, or a finger rests on it.
func TestEveryIconHasAVisibleName(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	s := h.sender()
	s.say("moss", "a line", nil)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Size(1280, 800, 1)
	console.Wait(containsJS(".feed .row", "a line"))
	nameless := `[...document.querySelectorAll("button, summary, a[href]")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 0)
		.filter((e) => ![...e.querySelectorAll("span, b, strong, h1")].some((s) => s.textContent.trim() && s.getBoundingClientRect().width > 2) && !e.innerText.trim())
		.filter((e) => !e.matches(".icon-button, [data-tip]") || !(e.title || e.dataset.tip || e.getAttribute("aria-label"))).map((e) => e.outerHTML.slice(0, 120)).join("\n")`
	for _, hash := range []string{"", "air", "rules", "people", "stats", "links", "audit", "export", "room"} {
		console.Eval(`location.hash = "` + hash + `"`)
		console.Wait(`document.documentElement.dataset.section === "` + map[bool]string{true: "live", false: hash}[hash == ""] + `"`)
		if hash != "" {
			console.Wait(`document.querySelector("#page h2")`)
		}
		if got := browser.Value[string](console, nameless); got != "" {
			t.Errorf("on %q without a name: %s", hash, got)
		}
	}
	console.Eval(`location.hash = ""`)
	console.Wait(`document.documentElement.dataset.section === "live" && document.querySelector("#feed").checkVisibility()`)
	middle := func(selector string) (float64, float64) {
		xy := browser.Value[[]float64](console, `((r) => [r.left + r.width / 2, r.top + r.height / 2])(document.querySelector("`+selector+`").getBoundingClientRect())`)
		return xy[0], xy[1]
	}
	tip := func(want string) { t.Helper(); console.Wait(containsJS(".tip:not([hidden])", want)) }
	console.Move(middle("#theme"))
	tip("Dark or light")
	keepPhoneShot(t, console, "tip-mouse.png")
	console.Move(400, 400)
	console.Wait(`document.querySelector(".tip").hidden`)
	console.Move(middle(".feed .row [data-act=takedown]"))
	tip("Take down")
	console.Move(5, 5)
	console.Wait(`document.querySelector(".tip").hidden`)
	console.Eval(`document.querySelector("#help").focus({ focusVisible: true })`)
	tip("Keys")
	console.Eval(`document.activeElement.blur()`)
	console.Wait(`document.querySelector(".tip").hidden`)
	lift := console.Touch(middle("#help"))
	tip("Keys")
	lift()
	console.Wait(`document.querySelector(".tip").hidden`)
}
