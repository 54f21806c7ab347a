package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// choosePhoto puts a picture into the phone's field: a PNG with a sun, wider than the
// server keeps.
func choosePhoto(phone *browser.Page, name string) {
	phone.Eval(`(async () => {
		const input = document.querySelector(".photos input[type=file]"), files = new DataTransfer();
		const c = document.createElement("canvas"); c.width = 2000; c.height = 1200;
		const g = c.getContext("2d"); g.fillStyle = "#2b6e8f"; g.fillRect(0, 0, 2000, 1200); g.fillStyle = "#ffc24a"; g.beginPath(); g.arc(1400, 400, 240, 0, 7); g.fill();
		g.fillStyle = "#1d4d36"; g.fillRect(0, 800, 2000, 400);
		const blob = await new Promise((done) => c.toBlob(done, "image/png"));
		files.items.add("` + name + `".endsWith(".heic") ? new File(["\0\0\0\u0018ftypheic"], "` + name + `", { type: "image/heic" }) : new File([blob], "` + name + `", { type: "image/png" }));
		input.files = files.files;
		input.dispatchEvent(new Event("change", { bubbles: true }));
	})()`)
}

// A photo goes from the phone through the review to the wall and the corner, survives
// a restart, and is gone everywhere once taken down.
func TestPhotosFromThePhoneToTheWall(t *testing.T) {
	source := axe(t)
	data := filepath.Join(t.TempDir(), "data")
	args := append([]string{"--listen", freePort(t), "--data", data}, free...)
	p, stop := launch(t, args...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	phone, overlay := openPhone(t, p.audience), browser.Open(t, p.overlay)
	if isTrue(phone, `document.querySelector(".photos")`) {
		t.Error("there is a button for photos without a wall")
	}

	// The wall is made on the page Show.
	console.Eval(`location.hash = "show"`)
	console.Wait(`document.querySelector(".show-new ~ section")`)
	console.Eval(`[...document.querySelectorAll(".show-page .page-bar button")].find((b) => b.textContent.includes("photo wall")).click()`)
	console.Wait(`document.querySelector(".show-form input")`)
	fillIn(console, `document.querySelector(".show-form input")`, "Your evening")
	console.Eval(`document.querySelector(".show-form [role=switch]").click()`)
	keepShot(t, console, "photos-form")
	console.Eval(`document.querySelector(".show-form button[value=start]").click()`)

	phone.Wait(`document.querySelector(".photos:not([hidden]) .photo-key:not([hidden])")?.textContent.includes("Your evening")`)
	choosePhoto(phone, "holiday.heic")
	phone.Wait(containsJS(".photo-note", "HEIC"))
	keepShot(t, phone, "photos-heic")
	choosePhoto(phone, "sun.png")
	phone.Wait(`document.querySelector(".photo-look canvas")?.width === 1600`)
	checkAxe(t, phone, source, "the phone", true)
	keepShot(t, phone, "photos-preview")
	fillIn(phone, `document.querySelector(".photo-form input")`, "sunset")
	phone.Eval(`document.querySelector(".photo-go").click()`)
	phone.Wait(containsJS(".photo-own li.held", "Waits for review"))
	keepShot(t, phone, "photos-waits")

	// In the review, by key.
	console.Eval(`location.hash = ""`)
	console.Wait(`[...document.querySelectorAll(".held-photo img")].some((i) => i.naturalWidth === 1280)`)
	keepShot(t, console, "photos-review")
	if isTrue(overlay, `document.querySelector(".dm-photo-there")`) {
		t.Error("a waiting photo is on the overlay")
	}
	console.Eval(`document.querySelector('[data-act="approve"]').click()`)
	phone.Wait(containsJS(".photo-own li.shown", "On the wall"))
	const inTheCorner = `(() => { const i = document.querySelector(".dm-show-corner .dm-photo-there"); return i?.naturalWidth === 1280 && getComputedStyle(i).opacity === "1"; })()`
	overlay.Wait(inTheCorner)
	keepShot(t, overlay, "photos-corner")
	screen := browser.Open(t, strings.Replace(p.overlay, "/overlay/", "/screen/", 1))
	const onTheWall = `(() => { const i = document.querySelector("#overlay").contentDocument?.querySelector(".dm-photo-tile .dm-photo-there"); return i?.naturalWidth === 1280 && getComputedStyle(i).opacity === "1"; })()`
	screen.Wait(onTheWall)
	keepShot(t, screen, "photos-screen")

	for _, page := range []*browser.Page{overlay, phone, console, screen} {
		page.IgnoreAway()
	}
	stop()
	p, _ = launch(t, args...)
	h = newRunner(t, p.console)
	overlay, screen = browser.Open(t, p.overlay), browser.Open(t, strings.Replace(p.overlay, "/overlay/", "/screen/", 1))
	overlay.Wait(inTheCorner)
	screen.Wait(onTheWall)

	// Taken down.
	console = openConsole(t, func() string { a, _ := h.makeLink("owner", "Mika"); return a }())
	console.Eval(`location.hash = "show"`)
	console.Wait(`document.querySelector(".photo-list img")?.naturalWidth === 1280`)
	keepShot(t, console, "photos-show")
	checkAxe(t, console, source, "the console", true)
	console.Eval(`document.querySelector(".photo-list button").click()`)
	overlay.Wait(`!document.querySelector(".dm-show-corner .dm-photo-picture")`)
	screen.Wait(`!document.querySelector("#overlay").contentDocument?.querySelector(".dm-photo-tile")`)
	console.Wait(`!document.querySelector(".photo-list img")`)
}
