package e2e

import (
	"fmt"
	"testing"

	"danmaku/e2e/browser"
)

// A busy feed can be read: equal comments are one row with their number, which one
// decision takes down, and the calm feed has only what is worth a look. A search marks
// what it found and counts it; words that a moderator looks for are marked, too. The
// tab says how many wait, and a notice of the browser does while another tab is open.
func TestABusyFeedCanBeRead(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	rules(h, holdBoss)
	address, _ := h.link("owner", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := browser.New(t)
	console.Size(1440, 900, 1)
	console.Before(`window.told = []; window.away = false; document.hasFocus = () => !window.away;
		window.Notification = class { static permission = "granted"; constructor(title, { body }) { window.told.push(title + ": " + body); } close() {} };`)
	console.Goto(address)
	console.Wait(`document.querySelector("#rate").textContent !== "–"`)
	s := h.sender()
	for i := range 5 {
		s.say(fmt.Sprint("guest", i), "gg wp", nil)
	}
	s.say("guest0", "a lemon, and then a line", nil)
	s.say("guest1", "when does it start?", nil)
	times := func(row, want string) string {
		return `[...document.querySelectorAll(".feed .row")].some((e) => e.textContent.includes("` + row + `") && (e.querySelector(".times")?.textContent ?? "") === "` + want + `")`
	}
	rows := func(n int) string { return fmt.Sprintf(`document.querySelectorAll(".feed .row").length === %d`, n) }
	console.Wait(times("gg wp", "×5") + ` && ` + rows(3))

	// All of it is taken down with one decision.
	overlay.Wait(has(".dm-text", "gg wp"))
	console.Eval(`document.querySelector(".feed .times").click()`)
	console.Wait(rows(7))
	console.Eval(`document.querySelector(".feed .times").click()`)
	console.Wait(rows(3))
	console.Eval(`[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("gg wp")).querySelector(".danger").click()`)
	console.Wait(`document.querySelectorAll(".feed .row.removed").length === 5`)
	overlay.Wait(`!` + has(".dm-text", "gg wp"))

	// A search marks and counts.
	search(console, "LINE")
	console.Wait(`document.querySelector(".feed mark.find")?.textContent === "line" && ` + has("#hits", "1 found"))
	press(console, "Escape", "Escape")
	console.Wait(`document.querySelector("#hits").hidden && ` + rows(7))

	// Calm: new people, what was stopped, questions, and words that one looks for.
	console.Eval(`location.hash = "alerts"`)
	console.Wait(`document.querySelector("#page textarea")`)
	checkAxe(t, console, source, "the page of alerts", true)
	enter(console, "#page textarea", "lemon")
	console.Eval(`(() => { const one = document.querySelector('#page select[aria-label^="Somebody speaks"]'); one.value = "notice"; one.dispatchEvent(new Event("change")); })()`)
	console.Wait(`window.told.length === 1`) // what it looks like
	console.Eval(`(() => { const one = document.querySelector('#page select[aria-label^="A comment waits"]'); one.value = "notice"; one.dispatchEvent(new Event("change")); window.told.length = 0; })()`)
	console.Eval(`location.hash = ""`)
	console.Wait(`document.querySelector(".feed .row.sought mark.word")?.textContent === "lemon"`)
	console.Eval(`document.querySelector("#calm").click()`)
	s.say("guest0", "more talk of a regular", nil)
	s.say("guest1", "is this the last question?", nil)
	console.Wait(has(".feed .row", "the last question") + ` && !` + has(".feed .row", "more talk") + ` && ` + has(".feed .row", "a lemon") + ` && ` + has("#filtered", "Calm"))

	// Whoever looks elsewhere is told, without words of the audience, also of what comes
	// right after something that needed no telling.
	s.say("guest0", "the boss, while Mika looks", nil)
	console.Wait(`document.title.startsWith("(1) ") && document.querySelector('link[rel="icon"]').href.includes("%3E1%3C")`)
	console.Eval(`window.told.length = 0; window.away = true`)
	s.say("guest2", "boss", nil)
	console.Wait(`document.title.startsWith("(2) ")`)
	s.say("guest2", "@Mika look at the boss, quickly now", nil)
	console.Wait(`document.title.startsWith("(3) ") && window.told.length === 2`)
	if told := browser.Value[string](console, `window.told.join(" | ")`); told != "live: A comment waits for review. | live: Somebody speaks to you." {
		t.Errorf("told was %q", told)
	}
	press(console, "r")
	console.Wait(`document.title.startsWith("(2) ")`)
	console.Goto(h.base + "/console/live")
	console.Wait(`document.querySelector("#calm").getAttribute("aria-pressed") === "true" && document.querySelector(".feed .row.sought mark.word")`)
}

// What waits and what was refused is one row where it is equal, too, and one decision
// is for all of it.
func TestOneDecisionForEqualCommentsOfTheFeed(t *testing.T) {
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	rules(h, holdBoss)
	address, _ := h.link("moderator", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := consoleAt(t, address)
	s := h.sender()
	for i := range 3 {
		s.say(fmt.Sprint("guest", i), "the boss falls", nil)
	}
	one := func(status string) string {
		return `[...document.querySelectorAll(".feed .row")].map((e) => e.classList[1] + (e.querySelector(".times")?.textContent ?? "")).join() === "` + status + `×3"`
	}
	choose := func(choice string) {
		t.Helper()
		console.Eval(`document.querySelector(".feed .said").dispatchEvent(new PointerEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }))`)
		console.Wait(has("[role=menuitem]", choice))
		click(console, "[role=menuitem]", choice)
	}
	console.Wait(one("held"))
	choose("Refuse ×3")
	console.Wait(one("refused") + ` && document.querySelectorAll("#queue .held-item").length === 0`)
	choose("Show it ×3")
	overlay.Wait(`[...document.querySelectorAll(".dm-text")].filter((e) => e.textContent.includes("the boss falls")).length === 3`)
	console.Wait(one("shown"))
	console.Eval(`document.querySelector(".feed .danger").click()`)
	console.Wait(`document.querySelectorAll(".feed .row.removed").length === 3`)
	overlay.Wait(`!` + has(".dm-text", "the boss falls"))

	// By keyboard, too: the list holds still for it, and what was approved there stays in it.
	for i := range 2 {
		s.say(fmt.Sprint("guest", i), "a boss again", nil)
	}
	console.Wait(has(".feed .row.held .times", "×2"))
	press(console, "f", "a")
	console.Wait(has(".feed .row.shown .times", "×2") + ` && ` + has("#banner", "2 approved") + ` && document.activeElement.matches(".feed .row.shown")`)
}
