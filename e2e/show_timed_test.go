package e2e

import (
	"net/url"
	"testing"
	"time"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/network"
)

// consoleOf opens the console for an owner who has already signed in: a link signs in only
// once.
func consoleOf(t *testing.T, o *owner) *browser.Page {
	t.Helper()
	at, err := url.Parse(o.base)
	if err != nil {
		t.Fatal(err)
	}
	page := browser.New(t)
	page.Size(1280, 900, 1)
	for _, c := range o.http.Jar.Cookies(at) {
		browser.Call(page, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: o.base})
	}
	page.Goto(o.base + "/console/live")
	return page
}

// A countdown and a ticker go from the console's form to overlay and phone: the countdown
// ends by itself with its words, timed items wait for it, and the second screen
// shows the words that several people wrote, until they are taken down.
func TestCountdownTickerAndTheCloudOfWords(t *testing.T) {
	source := axe(t)
	p := startProduct(t)
	o := p.owner(t)
	console := consoleOf(t, o)
	console.Eval(`location.hash = "show"`)
	overlay := browser.Open(t, p.overlay)
	phone := openPhone(t, p.audience)
	screen := browser.New(t)
	screen.Size(1440, 1080, 1) // 4:3
	screen.Goto(o.base + "/screen/live?code=corner&words=1&" + p.overlay[len(o.base+"/overlay/live?"):])

	clickButton(console, ".show-page", "New countdown")
	checkAxe(t, console, source, "the form of a countdown", true)
	fillIn(console, `document.querySelector(".show-form .field input")`, `Until <b>we</b> begin`)
	fillIn(console, `document.querySelector(".show-form input[type=number]")`, "0.1")
	fillIn(console, `document.querySelectorAll(".show-form .field input:not([type])")[1]`, "Here we go")
	clickButton(console, ".show-form", "Start")
	for _, page := range []struct {
		*browser.Page
		where, done string
	}{{overlay, ".dm-countdown-title", ".dm-countdown-done"}, {phone, "#news bdi", "#news bdi"}} {
		page.Wait(containsJS(page.where, `Until <b>we</b> begin`) + ` || ` + containsJS(page.done, "Here we go"))
		page.Wait(containsJS(page.done, "Here we go"))
	}
	console.Wait(containsJS(".show-page section:not([hidden]) h3", "Over"))

	clickButton(console, ".show-page", "New ticker")
	fillIn(console, `document.querySelector(".show-form textarea")`, "first <i>line</i>\n\n second line ")
	clickButton(console, ".show-form", "Start")
	overlay.Wait(`document.querySelectorAll(".dm-ticker-set:first-child .dm-ticker-text").length === 2 && ` + containsJS(".dm-ticker-text", "first <i>line</i>"))
	// The row is always wider than the picture, so that the bar is never empty.
	overlay.Wait(`(() => { const row = document.querySelector(".dm-ticker-row"); return row.scrollWidth - row.firstChild.offsetWidth >= innerWidth && document.getAnimations().some((a) => a.effect.target === row); })()`)
	if isTrue(overlay, `document.querySelector(".dm-show b, .dm-show i")`) {
		t.Error("markup became an element on the overlay")
	}
	overlay.Goto("about:blank") // a moving row keeps a processor busy

	clickButton(console, ".show-page", "New announcement")
	fillIn(console, `document.querySelector(".show-form .field input")`, "Later")
	fillIn(console, `document.querySelector(".show-form .show-at input")`, "tonight")
	clickButton(console, ".show-form", "Start")
	console.Wait(containsJS(".show-form .fault", "such as 20:18") + ` && document.activeElement === document.querySelector(".show-form .show-at input")`)
	fillIn(console, `document.querySelector(".show-form .show-at input")`, time.Now().Add(2*time.Hour).Format("15:04"))
	console.Wait(`[...document.querySelectorAll(".show-form button[type=submit]:not([hidden])")].map((b) => b.textContent).join().startsWith("Start at ")`)
	clickButton(console, ".show-form", browser.Value[string](console, `document.querySelector(".show-form button[type=submit]:not([hidden])").textContent`))
	console.Wait(containsJS(".show-row", "starts at") + ` && ` + containsJS(".show-row", "Later"))

	second := openPhone(t, p.audience)
	sendTo(phone, "that dragon again")
	sendTo(second, "the dragon is back")
	screen.Wait(containsJS("#cloud .word.placed", "dragon"))
	if isTrue(screen, `[...document.querySelectorAll("#cloud .word")].some((w) => w.textContent === "back")`) {
		t.Error("a word of one person is in the cloud")
	}
	if isTrue(screen, `(() => { const a = document.querySelector(".word").getBoundingClientRect(), b = document.querySelector("#card").getBoundingClientRect(); return a.bottom > b.top && a.left < b.right; })()`) {
		t.Error("the cloud is behind the code")
	}
	o.call("POST", "/api/rooms/live/comments/"+o.historyRows("that dragon again")[0]["id"].(string)+"/remove", nil)
	screen.Wait(`!document.querySelector("#cloud .word")`)
	if isTrue(phone, `document.querySelector("#news b")`) {
		t.Error("markup became an element on the phone")
	}
}
