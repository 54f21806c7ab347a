package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"

	"danmaku/e2e/browser"
)

// rightClick presses and releases the right mouse button on an element of the page.
func rightClick(p *browser.Page, selector string) {
	at := centerOf(p, selector)
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		browser.Call(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonRight, ClickCount: 1})
	}
}

// centerOf returns the middle of an element in the window.
func centerOf(p *browser.Page, selector string) []float64 {
	return browser.Value[[]float64](p, `(() => { const r = document.querySelector(`+"`"+selector+"`"+`).getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()`)
}

const (
	menuOpen   = `document.querySelector('[role="menu"]') !== null`
	menuClosed = `document.querySelector('[role="menu"]') === null`
)

// A comment has one menu with all its actions: by right
// click, by a key, and by a long press on a phone. The feed holds
// still while it is open, and a click on a name opens the person.
func TestTheMenuOfAComment(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	s := h.sender()
	first := s.say("moss", "grapes are fine", nil)
	s.say("noodle", "nothing to see", nil)
	row := `#feed [data-id="` + first + `"]`
	console.Wait(containsJS(".feed .row", "nothing to see"))
	choose := func(page *browser.Page, word string) {
		t.Helper()
		page.Wait(menuOpen)
		clickText(page, `[role="menuitem"]`, word)
		page.Wait(menuClosed)
	}

	rightClick(console, row+" .said")
	console.Wait(menuOpen)
	checkAxe(t, console, source, "the menu of a comment", true)
	items := browser.Value[string](console, `[...document.querySelectorAll('[role="menuitem"] span')].map((e) => e.textContent).join(" · ")`)
	if want := "Pin · Show in front · Take down · Mute: 1 min · Mute: 10 min · Mute: 1 h · Mute… · Ban… · About moss · Note or warning… · Reply · Copy the text · Add a word to the rules…"; items != want {
		t.Errorf("the menu has %s, want %s", items, want)
	}
	s.say("noodle", "while the menu is open", nil)
	console.Wait(containsJS("#fresh", "1 new"))
	press(console, "Escape")
	console.Wait(menuClosed)
	console.Move(1400, 500) // a mouse over the feed holds it, too
	console.Wait(containsJS(".feed .row", "while the menu is open"))

	rightClick(console, row+" .said")
	choose(console, "Mute: 10 min")
	console.Wait(containsJS("#banner", "moss is muted"))
	bans := h.do("GET", "/api/rooms/live/bans", nil)["bans"].([]any)
	if len(bans) != 1 || bans[0].(map[string]any)["kind"] != "mute" {
		t.Errorf("the mute of one click is %v", bans)
	} else {
		// Its end counts from the decision, and its beginning is when it was written.
		ban := bans[0].(map[string]any)
		if lasts := ban["until"].(float64) - ban["at"].(float64); lasts > 600_000 || lasts <= 60_000 {
			t.Errorf("it lasts for %v ms", lasts)
		}
	}
	clickText(console, "#banner button", "Undo")
	console.Wait(`fetch("/api/rooms/live/bans").then((r) => r.json()).then((b) => b.bans.length === 0)`)

	// By keyboard: the first letters of an item select it.
	press(console, "f", "Home")
	console.Wait(containsJS(".row:focus", "grapes are fine"))
	press(console, "o")
	console.Wait(menuOpen)
	press(console, "p")
	console.Wait(containsJS(`[role=menuitem]:focus`, "Pin"))
	press(console, "End", "ArrowDown", "Enter")
	console.Wait(containsJS("#pinned", "grapes are fine") + ` && ` + containsJS(".row:focus", "grapes are fine"))

	// One of its words is added to the rules, and applies from the next comment.
	press(console, "o")
	choose(console, "Add a word to the rules")
	enterText(console, "dialog [name=word]", "grapes")
	clickText(console, "dialog label", "refused")
	clickText(console, "dialog [type=submit]", "Add")
	console.Wait(containsJS("#banner", "“grapes” is in “words” now"))
	list := fmt.Sprint(h.do("GET", "/api/rooms/live/rules", nil)["lists"])
	if !strings.Contains(list, holdBoss+"grapes => refuse\n") {
		t.Errorf("the lists are %s", list)
	}
	press(console, "Escape") // the focus leaves the feed, which goes on
	phone := openConnectedPhone(t, p.audience)
	sendComment(phone, "sour grapes")
	console.Wait(containsJS(".feed .row.refused", "sour grapes"))

	console.Eval(`document.querySelector('` + row + ` .said').dispatchEvent(new PointerEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }))`)
	choose(console, "Reply")
	console.Wait(`document.activeElement.id === "say" && document.activeElement.value === "@moss "`)

	console.Eval(`document.querySelector('` + row + ` .name').click()`)
	console.Wait(containsJS("dialog[open] h2", "moss"))

	// On a phone: a long press, and no click when the finger lifts.
	hand := browser.NewPhone(t)
	hand.Hand(360, 740)
	hand.Goto(address)
	hand.Goto(h.base + "/dock/live")
	hand.Wait(containsJS(".feed .row", "nothing to see"))
	for i := range 2 {
		s.say(fmt.Sprint("reed", i), "one and the same", nil)
	}
	hand.Wait(containsJS(".feed .times", "×2"))
	for _, small := range browser.Value[[]string](hand, `[...document.querySelectorAll("#pane button")].filter((e) => e.checkVisibility()).map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0 && (r.height < 43.5 || r.width < 43.5)).map(([e, r]) => e.className + " " + r.width + "x" + r.height)`) {
		t.Errorf("less than 44 px: %s", small)
	}
	at := centerOf(hand, row+" .name")
	lift := hand.Touch(at[0], at[1])
	hand.Wait(menuOpen)
	lift()
	if small := browser.Value[int](hand, `[...document.querySelectorAll('[role="menuitem"]')].filter((e) => e.getBoundingClientRect().height < 43.5).length`); small > 0 {
		t.Errorf("%d items are less than 44 px high", small)
	}
	choose(hand, "Reply")
	hand.Wait(`document.activeElement.id === "say" && document.querySelector("#compose").checkVisibility() && document.querySelector("dialog") === null`)
	hand.Eval(`(() => { const say = document.querySelector("#say"); say.value = ""; say.blur(); })()`)
	hand.Wait(`!document.querySelector("#compose").checkVisibility()`)
	// The room's own comment, fixed at the top; the next one flies again.
	hand.Eval(`document.querySelector("#more-menu").open = true`)
	clickText(hand, "#compose-narrow", "Write as the room")
	hand.Wait(`document.activeElement.id === "say"`)
	hand.Eval(`document.querySelector("#say-more").click()`)
	clickText(hand, "[role=menuitemradio]", "Fixed at top")
	hand.Wait(`document.querySelector("#say-more").ariaLabel === "How it is shown: Fixed at top" && document.activeElement.id === "say"`)
	hand.Type("look up")
	hand.Eval(`document.querySelector("#say-send").click()`)
	hand.Wait(containsJS(".feed .row .badge", "Host") + ` && document.querySelector("#say-more").ariaLabel === "How it is shown: Flying"`)
	if c := fmt.Sprint(h.do("GET", "/api/rooms/live/comments?q=look+up", nil)["comments"]); !strings.Contains(c, "mode:top") {
		t.Errorf("it was sent as %s", c)
	}
	if wide := browser.Value[int](hand, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("the phone's page is %d px wide", wide)
	}
}

// Waiting comments can be grouped by person, with one decision for a group, and
// selected ones can be decided, muted and banned at once. While several are selected a key
// applies to those alone; in the feed it applies to the feed's row alone.
func TestReviewByPersonAndInBulk(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	s := h.sender()
	for i := range 4 {
		s.say("moss", "boss "+wordFor(i), nil)
	}
	for _, who := range []string{"noodle", "willow", "reed"} {
		s.say(who, "boss says "+who, nil)
	}
	rows := func(n int) {
		t.Helper()
		console.Wait(fmt.Sprintf(`document.querySelectorAll(".held-item").length === %d`, n))
	}
	rows(7)

	// A key in the feed applies to its row, whatever is current in the queue.
	press(console, "f")
	console.Wait(containsJS(".row:focus", "boss says reed"))
	press(console, "x", "r")
	console.Wait(containsJS(".feed .row.refused", "boss says reed") + ` && ` + containsJS("#decided", "boss says reed"))
	rows(6)
	press(console, "Escape", "z")
	console.Wait(containsJS(".feed .row.shown", "boss says reed"))

	clickText(console, "#by-person", "By person")
	rows(3)
	awaitQueueItem(console, "boss aoaund")
	console.Wait(`document.querySelectorAll(".held-item.current .alike-item").length === 4`)
	press(console, "r")
	console.Wait(containsJS("#banner", "4 refused"))
	rows(2)

	// While several are being selected, no action applies to a single one.
	awaitQueueItem(console, "boss says noodle")
	press(console, "x", "x", "a")
	console.Wait(containsJS("#banner", "Nothing is selected"))
	press(console, "Shift+X", "i")
	console.Wait(containsJS("#banner", "one comment at a time") + ` && document.querySelector("dialog") === null && ` + containsJS("#bulk", "2 selected"))
	press(console, "b")
	console.Wait(containsJS("dialog[open] h2", "Ban 2 people") + ` && ` + containsJS("dialog .bulk-names", "willow"))
	clickText(console, "dialog [type=submit]", "Ban 2 people")
	console.Wait(containsJS("#banner", "2 people are banned. Comments taken down: 2"))
	rows(0)
	if bans := h.do("GET", "/api/rooms/live/bans", nil)["bans"].([]any); len(bans) != 2 {
		t.Errorf("%d are banned", len(bans))
	}
	clickText(console, "#banner button", "Undo")
	console.Wait(`fetch("/api/rooms/live/bans").then((r) => r.json()).then((b) => b.bans.length === 0)`)
	// The page remembers its grouping.
	console.Goto(h.base + "/console/live")
	s.say("willow", "boss again", nil)
	s.say("willow", "the boss is back", nil)
	rows(1)

	// Muting several refuses their selected comments, and takes nothing down.
	s.say("reed", "boss once more", nil)
	rows(2)
	awaitQueueItem(console, "boss again")
	press(console, "Shift+X", "m")
	console.Wait(containsJS("dialog[open] h2", "Mute 2 people") + ` && ` + containsJS("dialog .bulk-names", "reed") + ` && !document.querySelector("dialog [name=remove]").checked`)
	clickText(console, "dialog [type=submit]", "Mute 2 people")
	console.Wait(containsJS("#banner", "2 people are muted. Comments taken down: 0"))
	rows(0)
	for _, text := range []string{"boss again", "the boss is back", "boss once more"} {
		console.Wait(containsJS(".feed .row.refused", text))
	}
	console.Wait(containsJS(".feed .row.shown", "boss says reed")) // older, and not selected
	bans := h.do("GET", "/api/rooms/live/bans", nil)["bans"].([]any)
	if len(bans) != 2 {
		t.Errorf("%d are muted", len(bans))
	}
	for _, ban := range bans {
		if ban.(map[string]any)["kind"] != "mute" {
			t.Errorf("a mute of several is %v", ban)
		}
	}
	clickText(console, "#banner button", "Undo")
	console.Wait(`fetch("/api/rooms/live/bans").then((r) => r.json()).then((b) => b.bans.length === 0)`)

	// One decision reaches all that are selected.
	s.say("iris", "boss says iris", nil)
	s.say("lily", "boss says lily", nil)
	console.Wait(containsJS(".held-item", "boss says iris") + ` && ` + containsJS(".held-item", "boss says lily"))
	press(console, "Escape", "x", "Shift+X", "a")
	for _, text := range []string{"boss says iris", "boss says lily"} {
		console.Wait(containsJS(".feed .row.shown", text))
	}
}
