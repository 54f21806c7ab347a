package e2e

import (
	"path/filepath"
	"strconv"
	"testing"

	"danmaku/e2e/browser"
)

// fillIn writes into a field of a page as a person does.
func fillIn(p *browser.Page, field, text string) {
	p.Eval(`(() => {
		const field = ` + field + `;
		field.value = ` + strconv.Quote(text) + `;
		field.dispatchEvent(new Event("input", { bubbles: true }));
	})()`)
}

// clickButton clicks the button with a text.
func clickButton(p *browser.Page, in, text string) {
	button := `[...document.querySelectorAll(` + strconv.Quote(in+" button") + `)].find((b) => b.textContent.trim() === ` + strconv.Quote(text) + `)`
	p.Wait(button)
	p.Eval(button + `.click()`)
}

// pollCountsJS is an expression: the percentages of a poll on a page.
func pollCountsJS(selector string) string {
	return `[...document.querySelectorAll("` + selector + `")].map((e) => e.textContent).join()`
}

// A poll goes from the console to the phones, the overlay and the second screen: votes by
// button and by message count once a person, over an absence and a restart, and the
// result appears on all of them.
func TestAPollIsTheSameEverywhere(t *testing.T) {
	source := axe(t)
	data := filepath.Join(t.TempDir(), "kept")
	p, stop := launch(t, "--listen", freePort(t), "--data", data, "--user-rate", "0")
	console := browser.New(t)
	console.Size(1280, 900, 1)
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	base := browser.Value[string](console, `location.origin`)
	console.Eval(`location.hash = "show"`)
	overlay := browser.Open(t, p.overlay)
	screen := browser.Open(t, base+"/screen/live?code=corner&"+p.overlay[len(base+"/overlay/live?"):])
	one, two := openPhone(t, p.audience), openPhone(t, p.audience)
	pages := []*browser.Page{console, overlay, screen, one, two}

	clickButton(console, ".show-page", "New poll")
	checkAxe(t, console, source, "the form", true)
	clickButton(console, ".show-form", "Start")
	console.Wait(containsJS(".show-form .fault", "at least two options"))
	const option = `document.querySelectorAll(".show-form-option input")`
	fillIn(console, `document.querySelector(".show-form .field input")`, `Which <b>map</b>?`)
	fillIn(console, option+`[0]`, "Ice")
	clickButton(console, ".show-form", "Add an option")
	fillIn(console, option+`[1]`, "Fire")
	fillIn(console, option+`[2]`, "海の底")
	clickButton(console, ".show-form", "Start")
	console.Wait(containsJS(".show-row", `Which <b>map</b>?`) + ` && !document.querySelector(".show-form")`)

	inner := `document.querySelector("#overlay").contentDocument.querySelector(".dm-poll-question")?.textContent === "Which <b>map</b>?"`
	overlay.Wait(containsJS(".dm-poll-question", `Which <b>map</b>?`))
	screen.Wait(inner)
	if !browser.Value[bool](screen, `document.querySelector("#overlay").contentDocument.querySelector(".dm-poll").getBoundingClientRect().left > document.querySelector("#card").getBoundingClientRect().right`) {
		t.Error("on the screen the poll covers the code")
	}
	for _, phone := range []*browser.Page{one, two} {
		phone.Wait(containsJS("#show h2", `Which <b>map</b>?`))
	}
	checkAxe(t, one, source, "the phone", true)

	tap(one, "#show .show-option:nth-child(2)")
	one.Wait(containsJS(".show-option.chosen:not(.waits)", "Fire"))
	sendTo(two, "３")
	two.Wait(containsJS("#strip", "Vote counted: 海の底") + ` && ` + containsJS(".show-option.chosen", "海の底"))
	overlay.Wait(pollCountsJS(".dm-poll-percent") + ` === "0%,50%,50%"`)
	if n := browser.Value[int](overlay, `danmaku.stats().active`); n != 0 {
		t.Errorf("%d comments fly; a vote is not a comment", n)
	}
	// A changed vote still counts once.
	tap(two, "#show .show-option:nth-child(2)")
	for _, phone := range []*browser.Page{one, two} {
		phone.Wait(pollCountsJS("#show .show-percent") + ` === "0%,100%,0%"`)
	}
	console.Wait(containsJS(".show-counts", "2 people voted"))

	// Without a connection a vote waits; a restart keeps the counted ones.
	for _, page := range pages {
		page.IgnoreAway()
	}
	listen := p.host()
	stop()
	one.Wait(containsJS("#banner", "No connection"))
	tap(one, "#show .show-option:nth-child(1)")
	one.Wait(containsJS(".show-option.chosen.waits", "Ice"))
	launch(t, "--listen", listen, "--data", data, "--user-rate", "0")
	one.Wait(containsJS(".show-option.chosen:not(.waits)", "Ice"))
	two.Wait(containsJS(".show-option.chosen:not(.waits)", "Fire"))
	for _, page := range []*browser.Page{one, two} {
		page.Wait(pollCountsJS("#show .show-percent") + ` === "50%,50%,0%"`)
	}
	overlay.Wait(pollCountsJS(".dm-poll-percent") + ` === "50%,50%,0%"`)

	clickButton(console, ".show-row", "Stop")
	overlay.Wait(`document.querySelectorAll(".dm-poll-won").length === 2`)
	one.Wait(containsJS(".show-note", "Result") + ` && document.querySelectorAll(".show-option.won").length === 2`)
	tap(one, "#show .show-option:nth-child(3)")
	console.Wait(containsJS(".show-counts", "2 people voted"))
	checkAxe(t, console, source, "the page", true)
	tap(one, "#show .show-head .icon-button:not([hidden])")
	one.Wait(`document.querySelector("#show").hidden`)
	for where, page := range map[string]*browser.Page{"#show": two, ".show-page": console, ".dm-show": overlay} {
		if isTrue(page, `document.querySelector("`+where+` h2 b, `+where+` bdi b, `+where+` img")`) {
			t.Errorf("markup became an element in %s", where)
		}
	}
}

// One key features a comment from the feed and from review, the next waits,
// and a removed comment leaves the front, too.
func TestACommentIsPutInFront(t *testing.T) {
	p := startProduct(t)
	overlay := browser.Open(t, p.overlay)
	console := browser.New(t)
	console.Size(1280, 800, 1)
	console.Goto(p.console)
	ask := func(method, path, body string) {
		t.Helper()
		browser.Value[bool](console, `fetch("`+room+path+`", { method: "`+method+`", headers: { "Content-Type": "application/json", "X-Requested-With": "danmaku" }, body: `+strconv.Quote(body)+` })
			.then((r) => { if (!r.ok) throw new Error("said: " + r.status); return r.ok; })`)
	}
	phone := openPhone(t, p.audience)
	sendTo(phone, "Thank <i>you</i> all")
	console.Wait(containsJS("#feed .row", "Thank <i>you</i> all"))
	console.Eval(`document.querySelector("#feed .row").focus()`)
	press(console, "s")
	overlay.Wait(containsJS(".dm-card-text", "Thank <i>you</i> all") + ` && !document.querySelector(".dm-card i")`)
	console.Wait(containsJS("#banner", "It is in front now"))

	ask("PATCH", "", `{"review":"all"}`)
	phone.Wait(`!document.querySelector("#send").classList.contains("waiting")`)
	sendTo(phone, "and the band")
	console.Wait(containsJS("#queue .current", "and the band"))
	console.Eval(`document.activeElement.blur()`)
	press(console, "s")
	console.Wait(containsJS("#banner", "after the item that is there now"))
	if isTrue(overlay, containsJS(".dm-card-text", "and the band")) {
		t.Error("it does not wait")
	}
	// A removed comment makes room for the next.
	ask("POST", "/comments/"+browser.Value[string](console, `document.querySelector("#feed .row").dataset.id`)+"/remove", "{}")
	overlay.Wait(containsJS(".dm-card-text", "and the band") + ` && !` + containsJS("body", "Thank <i>you</i> all"))

	console.Size(320, 700, 1)
	console.Goto(browser.Value[string](console, `location.origin`) + "/dock/live")
	console.Wait(containsJS(".show-now-line", "and the band"))
	clickButton(console, ".show-now", "Stop")
	overlay.Wait(`!document.querySelector(".dm-card")`)
	console.Wait(`document.querySelector("#show-now").hidden`)
}
