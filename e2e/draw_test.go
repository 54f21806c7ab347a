package e2e

import (
	"path/filepath"
	"testing"

	"danmaku/e2e/browser"
)

// A draw from the console to the phones, the overlay and the second screen, over a
// restart: taking part with one tap, the winner on all of them, and on their own phone.
func TestADrawIsTheSameEverywhere(t *testing.T) {
	source := axe(t)
	data := filepath.Join(t.TempDir(), "kept")
	p, stop := launch(t, "--listen", "127.0.0.1:0", "--data", data, "--user-rate", "0")
	console := browser.New(t)
	console.Size(1280, 900, 1)
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	console.Eval(`location.hash = "show"`)
	overlay := browser.Open(t, p.overlay)
	phone := hand(t, p.audience)
	pages := []*browser.Page{console, overlay, phone}

	clickOn(console, ".show-page", "New draw")
	checkAxe(t, console, source, "the form", true)
	clickOn(console, ".show-form", "Start")
	console.Wait(has(".show-form .fault", "Fill in"))
	fillIn(console, `document.querySelector(".show-form .field input")`, `A <b>shirt</b>`)
	clickOn(console, ".show-form", "Start")
	overlay.Wait(has(".dm-draw-title", `A <b>shirt</b>`) + ` && /[0-9a-f]{64}/.test(document.querySelector(".dm-draw-proof").textContent)`)
	phone.Wait(has(".draw h2", `A <b>shirt</b>`))
	checkAxe(t, phone, source, "the phone", true)
	hash := browser.Value[string](overlay, `/[0-9a-f]{64}/.exec(document.querySelector(".dm-draw-proof").textContent)[0]`)
	tap(phone, ".draw-key")
	const answered = ` && document.querySelector(".draw-key").getAttribute("aria-disabled") === "false"` // until then a tap does nothing
	phone.Wait(has(".draw-key.joined", "You take part") + answered)
	tap(phone, ".draw-key")
	phone.Wait(has(".draw-key:not(.joined)", "Take part") + answered)
	send(phone, "so I have a name") // one that is shown

	for _, page := range pages {
		page.IgnoreAway()
	}
	listen := p.host()
	stop()
	phone.Wait(has("#banner", "No connection"))
	tap(phone, ".draw-key") // waits
	launch(t, "--listen", listen, "--data", data, "--user-rate", "0")
	phone.Wait(has(".draw-key.joined", "You take part") + answered)
	overlay.Wait(has(".dm-draw-people", "Taking part: 1"))
	clickOn(console, ".show-row", "Draw now")
	overlay.Wait(`document.querySelectorAll(".dm-draw-winner").length === 1`)
	phone.Wait(has(".draw.won", "You have won!"))
	code := browser.Value[string](overlay, `document.querySelector(".dm-draw-code").textContent`)
	phone.Wait(has(".draw-won", code))
	console.Wait(has(".draw-winners", code))
	checkAxe(t, console, source, "the page", true)
	if !browser.Value[bool](overlay, `(async () => {
		const seed = /[0-9a-f]{64}/.exec(document.querySelector(".dm-draw-proof").textContent)[0];
		const sum = await crypto.subtle.digest("SHA-256", new Uint8Array(seed.match(/../g).map((x) => parseInt(x, 16))));
		return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("") === `+"`"+hash+"`"+`;
	})()`) {
		t.Error("the seed on the overlay is not that of the hash before")
	}
	tap(phone, ".draw .icon-button")
	phone.Wait(`document.querySelector(".draw").hidden`)
	if is(overlay, `document.querySelector(".dm-draw b")`) {
		t.Error("markup became an element")
	}
}
