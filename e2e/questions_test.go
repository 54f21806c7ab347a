package e2e

import (
	"path/filepath"
	"testing"

	"danmaku/e2e/browser"
)

// askQuestion writes a question in the tab of a phone.
func askQuestion(p *browser.Page, text string) {
	clickButton(p, ".tabs", browser.Value[string](p, `document.querySelector(".tabs button:last-child").textContent`))
	p.Wait(`document.querySelector("#asks:not([hidden])")`)
	sendTo(p, text)
}

// questionListedJS is an expression: a phone lists a question with this number of votes.
func questionListedJS(text, votes string) string {
	return `[...document.querySelectorAll(".ask")].some((row) => row.textContent.includes("` + text + `") && row.querySelector("b").textContent === "` + votes + `")`
}

// A question goes from a phone through review to everybody's list, with votes from a second
// phone, the order in the console, a restart in between, and a card on the overlay.
func TestAQuestionFromAPhoneToTheOverlay(t *testing.T) {
	source := axe(t)
	data := filepath.Join(t.TempDir(), "kept")
	p, stop := launch(t, "--listen", freePort(t), "--data", data, "--user-rate", "0")
	console := browser.New(t)
	console.Size(1280, 900, 1)
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	overlay := browser.Open(t, p.overlay)
	base := browser.Value[string](console, `location.origin`)
	screen := browser.Open(t, base+"/screen/live?questions=3&"+p.overlay[len(base+"/overlay/live?"):])
	one, two := openPhone(t, p.audience), openPhone(t, p.audience)
	console.Eval(`location.hash = "show"`)
	clickButton(console, ".show-page", "New list of questions")
	fillIn(console, `document.querySelector(".show-form .field input")`, "Ask <b>us</b>")
	clickButton(console, ".show-form", "Start")
	one.Wait(`document.querySelector("nav:not([hidden]) > .tabs")`)

	// Asked, held, and approved.
	console.Eval(`fetch("` + room + `", { method: "PATCH", headers: { "Content-Type": "application/json", "X-Requested-With": "danmaku" }, body: '{"review":"all"}' })`)
	console.Wait(containsJS("body", "Ask <b>us</b>"))
	askQuestion(one, "When does <i>it</i> ship?")
	one.Wait(containsJS(".asks-own", "Waiting for a moderator"))
	checkAxe(t, one, source, "the tab of questions", true)
	console.Eval(`location.hash = "live"`)
	console.Wait(containsJS("#queue .current", "When does <i>it</i> ship?"))
	console.Wait(containsJS("#queue .current", "Question"))
	console.Eval(`document.activeElement.blur()`)
	press(console, "a")
	one.Wait(questionListedJS("When does <i>it</i> ship?", "0") + ` && !document.querySelector(".ask i, .asks-own li")`)
	console.Eval(`fetch("` + room + `", { method: "PATCH", headers: { "Content-Type": "application/json", "X-Requested-With": "danmaku" }, body: '{"review":"held"}' })`)
	askQuestion(two, "Is it free?")
	two.Wait(questionListedJS("Is it free?", "0"))
	one.Wait(questionListedJS("Is it free?", "0"))

	// A vote from the other phone, and the restart.
	two.Eval(`[...document.querySelectorAll(".ask")].find((row) => row.textContent.includes("ship")).querySelector(".ask-vote").click()`)
	one.Wait(questionListedJS("When does <i>it</i> ship?", "1"))
	for _, page := range []*browser.Page{console, overlay, screen, one, two} {
		page.IgnoreAway()
	}
	listen := p.host()
	stop()
	p, _ = launch(t, "--listen", listen, "--data", data, "--user-rate", "0")
	two.Wait(`document.querySelector('.ask-vote[aria-pressed="true"]')`)
	one.Wait(questionListedJS("When does <i>it</i> ship?", "1"))

	screen.Wait(`document.querySelector("#overlay").contentDocument.querySelector(".dm-question:first-child")?.textContent === "1When does <i>it</i> ship?"`)
	if isTrue(overlay, `document.querySelector(".dm-questions")`) {
		t.Error("an overlay shows questions without the option")
	}

	// The console sorts by votes, and features the first with one click.
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	console.Eval(`location.hash = "show"`)
	console.Wait(`document.querySelector(".question-row:first-child .question-votes")?.textContent === "1"`)
	checkAxe(t, console, source, "the questions in the console", true)
	clickButton(console, ".question-row:first-child", "In front")
	overlay.Wait(containsJS(".dm-card-text", "When does <i>it</i> ship?"))
	one.Wait(containsJS(".ask.now", "ship"))
	clickButton(console, ".question-row:first-child", "Answered")
	one.Wait(containsJS(".ask.answered", "ship"))
}
