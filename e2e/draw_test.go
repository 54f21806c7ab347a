package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// A draw from the console to the phones, the overlay and the second screen, over a
// restart: one tap takes part, and all of them and the winner's phone show the winner.
func TestADrawIsTheSameEverywhere(t *testing.T) {
	source := axe(t)
	data := filepath.Join(t.TempDir(), "kept")
	p, stop := launch(t, "--listen", freePort(t), "--data", data, "--user-rate", "0")
	console := browser.New(t)
	console.Size(1280, 900, 1)
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	console.Eval(`location.hash = "show"`)
	overlay := browser.Open(t, p.overlay)
	phone := openPhone(t, p.audience)
	pages := []*browser.Page{console, overlay, phone}

	clickButton(console, ".show-page", "New draw")
	checkAxe(t, console, source, "the form", true)
	clickButton(console, ".show-form", "Start")
	console.Wait(containsJS(".show-form .fault", "Fill in the marked field") + ` && getComputedStyle(document.querySelector(".show-form [aria-invalid]")).borderColor !== getComputedStyle(document.querySelectorAll(".show-form input[type=number]")[0]).borderColor`)
	fillIn(console, `document.querySelector(".show-form .field input")`, `A <b>shirt</b>`)
	clickButton(console, ".show-form", "Start")
	overlay.Wait(containsJS(".dm-draw-title", `A <b>shirt</b>`) + ` && /[0-9a-f]{64}/.test(document.querySelector(".dm-draw-proof").textContent)`)
	phone.Wait(containsJS(".draw h2", `A <b>shirt</b>`))
	checkAxe(t, phone, source, "the phone", true)
	hash := browser.Value[string](overlay, `/[0-9a-f]{64}/.exec(document.querySelector(".dm-draw-proof").textContent)[0]`)
	tap(phone, ".draw-key")
	const answered = ` && document.querySelector(".draw-key").getAttribute("aria-disabled") === "false"` // until then a tap does nothing
	phone.Wait(containsJS(".draw-key.joined", "You take part") + answered)
	tap(phone, ".draw-key")
	phone.Wait(containsJS(".draw-key:not(.joined)", "Take part") + answered)
	sendTo(phone, "so I have a name") // a shown comment

	for _, page := range pages {
		page.IgnoreAway()
	}
	listen := p.host()
	stop()
	phone.Wait(containsJS("#banner", "No connection"))
	tap(phone, ".draw-key") // waits
	launch(t, "--listen", listen, "--data", data, "--user-rate", "0")
	phone.Wait(containsJS(".draw-key.joined", "You take part") + answered)
	overlay.Wait(containsJS(".dm-draw-people", "Taking part: 1"))
	clickButton(console, ".show-row", "Draw now")
	overlay.Wait(`document.querySelectorAll(".dm-draw-winner").length === 1`)
	phone.Wait(containsJS(".draw.won", "You have won!"))
	code := browser.Value[string](overlay, `document.querySelector(".dm-draw-code").textContent`)
	phone.Wait(containsJS(".draw-won", code) + ` && !document.querySelector(".draw-list")`) // the code stands there once
	console.Wait(containsJS(".draw-winners", code))
	checkAxe(t, console, source, "the page", true)
	if !browser.Value[bool](overlay, `(async () => {
		const seed = /[0-9a-f]{64}/.exec(document.querySelector(".dm-draw-proof").textContent)[0];
		const sum = await crypto.subtle.digest("SHA-256", new Uint8Array(seed.match(/../g).map((x) => parseInt(x, 16))));
		return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("") === `+"`"+hash+"`"+`;
	})()`) {
		t.Error("the seed on the overlay does not match the hash before")
	}
	tap(phone, ".draw .icon-button")
	phone.Wait(`document.querySelector(".draw").hidden`)
	if isTrue(overlay, `document.querySelector(".dm-draw b")`) {
		t.Error("markup became an element")
	}
}

// Several winners appear on the overlay, the second screen and the phones. The next in order
// replaces an absent one: the console offers that while somebody is
// left, and the phones of both show it at once.
func TestADrawOfSeveralWinnersReplacesAnAbsentOne(t *testing.T) {
	p := startProduct(t, "--user-rate", "0")
	console := browser.New(t)
	console.Size(1280, 900, 1)
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	overlay := browser.Open(t, p.overlay)
	screen := browser.Open(t, strings.Replace(p.overlay, "/overlay/", "/screen/", 1)+"&code=corner")
	phones := make([]*browser.Page, 4)
	for i := range phones {
		phones[i] = openPhone(t, p.audience)
	}
	console.Eval(`location.hash = "show"`)
	clickButton(console, ".show-page", "New draw")
	fillIn(console, `document.querySelector(".show-form .field input")`, "Three caps")
	fillIn(console, `document.querySelector(".show-votes input")`, "3")
	clickButton(console, ".show-form", "Start")
	for i, phone := range phones {
		sendComment(phone, fmt.Sprintf("I am number %d", i)) // so that the overlay has names to show
		phone.Wait(`document.querySelector(".draw-key")`)
		tap(phone, ".draw-key")
		phone.Wait(containsJS(".draw-key.joined", "You take part"))
	}
	overlay.Wait(containsJS(".dm-draw-people", "Taking part: 4"))
	clickButton(console, ".show-row", "Draw now")

	const codes = `[...document.querySelectorAll(".dm-draw-winner .dm-draw-code")].map((e) => e.textContent).join()`
	inner := func(js string) string {
		return strings.ReplaceAll(js, "document.", `document.querySelector("#overlay").contentDocument.`)
	}
	overlay.Wait(codes + `.split(",").length === 3`)
	drawn := browser.Value[string](overlay, codes)
	screen.Wait(inner(codes) + ` === "` + drawn + `"`)
	var won, left []*browser.Page
	for _, phone := range phones {
		phone.Wait(`document.querySelectorAll(".draw-list li, .draw-won").length === 3`)
		if isTrue(phone, `document.querySelector(".draw.won")`) {
			won = append(won, phone)
		} else {
			left = append(left, phone)
		}
	}
	if len(won) != 3 || len(left) != 1 {
		t.Fatalf("%d phones show a win and %d show none", len(won), len(left))
	}

	// The first winner is absent.
	absent, _, _ := strings.Cut(drawn, ",")
	console.Wait(`document.querySelectorAll(".draw-winners [data-act^=redraw]").length === 3`)
	console.Eval(`[...document.querySelectorAll(".draw-winners li")].find((row) => row.textContent.includes("` + absent + `")).querySelector("button").click()`)
	left[0].Wait(containsJS(".draw.won", "You have won!"))
	gone := 0
	for _, phone := range won {
		phone.Wait(`!document.querySelector(".draw").textContent.includes("` + absent + `")`)
		if !isTrue(phone, `document.querySelector(".draw.won")`) {
			gone++
		}
	}
	if gone != 1 {
		t.Errorf("%d phones lost their prize, want only the absent winner's", gone)
	}
	for page, js := range map[*browser.Page]string{overlay: codes, screen: inner(codes)} {
		page.Wait(js + `.split(",").length === 3 && !` + js + `.includes("` + absent + `")`)
	}
	// Nobody is left to replace a winner.
	console.Wait(containsJS(".show-row", "1 winner was not here.") + ` && !document.querySelector(".draw-winners [data-act^=redraw]")`)
}
