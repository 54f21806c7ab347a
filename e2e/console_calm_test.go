package e2e

import (
	"fmt"
	"testing"

	"danmaku/e2e/browser"
)

// A busy feed stays readable: equal comments are one row with a count, which one decision
// takes down, and the calm feed shows only what deserves attention. A search marks and
// counts its matches; the words that a moderator watches for are marked, too. The tab
// shows how many wait, and the browser notifies while another tab is open.
func TestABusyFeedCanBeRead(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := browser.New(t)
	console.Size(1440, 900, 1)
	console.Before(`window.notified = []; window.away = false; document.hasFocus = () => !window.away;
		window.Notification = class { static permission = "granted"; constructor(title, { body }) { window.notified.push(title + ": " + body); } close() {} };`)
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

	// One decision takes down all of them.
	overlay.Wait(containsJS(".dm-text", "gg wp"))
	console.Eval(`document.querySelector(".feed .times").click()`)
	console.Wait(rows(7))
	console.Eval(`document.querySelector(".feed .times").click()`)
	console.Wait(rows(3))
	console.Eval(`[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("gg wp")).querySelector(".danger").click()`)
	console.Wait(`document.querySelectorAll(".feed .row.removed").length === 5`)
	overlay.Wait(`!` + containsJS(".dm-text", "gg wp"))

	// A search marks and counts.
	search(console, "LINE")
	console.Wait(`document.querySelector(".feed mark.find")?.textContent === "line" && ` + containsJS("#hits", "1 found"))
	press(console, "Escape", "Escape")
	console.Wait(`document.querySelector("#hits").hidden && ` + rows(7))

	// Calm: new people, stopped comments, questions, and watched words.
	console.Eval(`location.hash = "alerts"`)
	console.Wait(`document.querySelector("#page textarea")`)
	checkAxe(t, console, source, "the page of alerts", true)
	enterText(console, "#page textarea", "lemon")
	console.Eval(`(() => { const one = document.querySelector('#page select[aria-label^="Somebody speaks"]'); one.value = "notice"; one.dispatchEvent(new Event("change")); })()`)
	console.Wait(`window.notified.length === 1`) // its appearance
	console.Eval(`(() => { const one = document.querySelector('#page select[aria-label^="A comment waits"]'); one.value = "notice"; one.dispatchEvent(new Event("change")); window.notified.length = 0; })()`)
	console.Eval(`location.hash = ""`)
	console.Wait(`document.querySelector(".feed .row.matching mark.word")?.textContent === "lemon"`)
	console.Eval(`document.querySelector("#calm").click()`)
	s.say("guest0", "more talk of a regular", nil)
	s.say("guest1", "is this the last question?", nil)
	console.Wait(containsJS(".feed .row", "the last question") + ` && !` + containsJS(".feed .row", "more talk") + ` && ` + containsJS(".feed .row", "a lemon") + ` && ` + containsJS("#filtered", "Calm"))

	// A moderator in another tab is notified, without words of the audience, also of what arrives
	// right after something that needed no notification.
	s.say("guest0", "the boss, while Mika looks", nil)
	console.Wait(`document.title.startsWith("(1) ") && document.querySelector('link[rel="icon"]').href.includes("%3E1%3C")`)
	console.Eval(`window.notified.length = 0; window.away = true`)
	s.say("guest2", "boss", nil)
	console.Wait(`document.title.startsWith("(2) ")`)
	s.say("guest2", "@Mika look at the boss, quickly now", nil)
	console.Wait(`document.title.startsWith("(3) ") && window.notified.length === 2`)
	if got := browser.Value[string](console, `window.notified.join(" | ")`); got != "live: A comment waits for review. | live: Somebody speaks to you." {
		t.Errorf("notified of %q", got)
	}
	press(console, "r")
	console.Wait(`document.title.startsWith("(2) ")`)
	console.Goto(h.base + "/console/live")
	console.Wait(`document.querySelector("#calm").getAttribute("aria-pressed") === "true" && document.querySelector(".feed .row.matching mark.word")`)
}

// Equal comments that wait or were refused are one row, too, and one decision
// applies to all of them.
func TestOneDecisionForEqualCommentsOfTheFeed(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("moderator", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := openConsole(t, address)
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
		console.Wait(containsJS("[role=menuitem]", choice))
		clickText(console, "[role=menuitem]", choice)
	}
	console.Wait(one("held"))
	choose("Refuse ×3")
	console.Wait(one("refused") + ` && document.querySelectorAll("#queue .held-item").length === 0`)
	choose("Show it ×3")
	overlay.Wait(`[...document.querySelectorAll(".dm-text")].filter((e) => e.textContent.includes("the boss falls")).length === 3`)
	console.Wait(one("shown"))
	console.Eval(`document.querySelector(".feed .danger").click()`)
	console.Wait(`document.querySelectorAll(".feed .row.removed").length === 3`)
	overlay.Wait(`!` + containsJS(".dm-text", "the boss falls"))

	// By keyboard, too: the list holds still for it, and a comment approved there stays in it.
	for i := range 2 {
		s.say(fmt.Sprint("guest", i), "a boss again", nil)
	}
	console.Wait(containsJS(".feed .row.held .times", "×2"))
	press(console, "f", "a")
	console.Wait(containsJS(".feed .row.shown .times", "×2") + ` && ` + containsJS("#banner", "2 approved") + ` && document.activeElement.matches(".feed .row.shown")`)
}

// Mute and ban apply to all authors of the comments in a row, and say so. One of them can
// be chosen, and each has a row once the group is expanded. A mute that also refuses
// refuses the whole row.
func TestAMuteOfEqualCommentsListsItsAuthors(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("moderator", "Mika")
	console := openConsole(t, address)
	s := h.sender()
	for _, who := range []string{"moss", "noodle", "reed"} {
		s.say(who, "gg wp", nil)
	}
	bans := func(n int, kind string) string {
		return fmt.Sprintf(`fetch("/api/rooms/live/bans").then((r) => r.json()).then(({ bans }) => bans.length === %d && bans.every((b) => b.kind === %q))`, n, kind)
	}
	undo := func() {
		t.Helper()
		clickText(console, "#banner button", "Undo")
		console.Wait(bans(0, ""))
	}
	console.Wait(containsJS(".feed .row .times", "×3") + ` && document.querySelector(".feed [data-act=mute]").ariaLabel === "Mute 3 people" && document.querySelector(".feed .times").title.startsWith("3 equal comments by 3 people")`)
	console.Eval(`document.querySelector(".feed .said").dispatchEvent(new PointerEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }))`)
	console.Wait(containsJS("[role=menuitem]", "Ban 3 people…"))
	clickText(console, "[role=menuitem]", "Mute 3 people: 10 min")
	console.Wait(containsJS("#banner", "3 people are muted") + ` && ` + bans(3, "mute"))
	undo()

	// The dialog begins with all of them, and includes the author whose name is shown.
	press(console, "f", "b")
	console.Wait(containsJS("dialog[open] h2", "Ban 3 people") + ` && ` + containsJS("dialog .bulk-names", "reed"))
	clickText(console, "dialog label", "moss")
	console.Wait(containsJS("dialog [type=submit]", "Ban moss") + ` && document.querySelector("dialog .bulk-names").getClientRects().length === 0`)
	clickText(console, "dialog label", "All 3 people")
	console.Wait(containsJS("dialog [type=submit]", "Ban 3 people"))
	clickText(console, "dialog label", "moss")
	clickText(console, "dialog [type=submit]", "Ban moss")
	console.Wait(containsJS("#banner", "1 person is banned. Comments taken down: 1") + ` && ` + bans(1, "ban"))
	undo()
	press(console, "Escape")

	s.say("noodle", "lol that jump", nil)
	s.say("reed", "lol that jump", nil)
	const jump = `[...document.querySelectorAll(".feed .row")].filter((e) => e.textContent.includes("lol"))`
	console.Wait(jump + `[0]?.querySelector(".times")?.textContent === "×2"`)
	console.Eval(jump + `[0].querySelector(".times").click()`)
	console.Wait(jump + `.length === 2`)
	console.Eval(jump + `[0].querySelector("[data-act=mute]").click()`)
	console.Wait(containsJS("dialog[open] h2", "Mute noodle"))
	press(console, "Escape")

	// In review, too: the buttons apply to all equal comments, also those that it has not read.
	for i := range 30 {
		s.say(fmt.Sprint("guest", i), "the boss falls", nil)
	}
	console.Goto(h.base + "/console/live")
	awaitQueueItem(console, "the boss falls")
	console.Wait(`document.querySelector(".held-item.current .times").textContent.startsWith("×30") && document.querySelector(".held-item.current [data-act=ban]").ariaLabel === "Ban their authors"`)
	press(console, "m")
	console.Wait(containsJS("dialog[open] h2", "Mute 30 people") + ` && ` + containsJS("dialog .bulk-names", "and 18 more"))
	clickText(console, "dialog [type=submit]", "Mute 30 people")
	console.Wait(bans(30, "mute") + ` && document.querySelectorAll(".held-item").length === 0`)
}

// A decision about several reports its outcome, also if another moderator decided one of
// them in the meantime.
func TestADecisionAboutSeveralCommentsReportsEachOutcome(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("moderator", "Mika")
	_, kim := h.makeLink("moderator", "Kim")
	console := openConsole(t, address)
	s := h.sender()
	first := s.say("guest", "boss "+wordFor(0), nil)
	for i := 1; i < 4; i++ {
		s.say("guest", "boss "+wordFor(i), nil)
	}
	console.Wait(`document.querySelectorAll(".held-item").length === 4`)
	console.Eval(fmt.Sprintf(`{ const real = window.fetch; window.fetch = async (path, init) => {
		if (String(path).endsWith("/bulk")) await real("/api/rooms/live/comments/%s/refuse", { method: "POST", credentials: "omit", headers: { Authorization: "Bearer %s", "X-Requested-With": "danmaku" } });
		return real(path, init);
	}; }`, first, kim))
	awaitQueueItem(console, "boss "+wordFor(0))
	press(console, "Shift+X", "a")
	console.Wait(containsJS("#banner", "3 approved. Kim had already refused 1."))
}
