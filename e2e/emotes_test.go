package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// chooseEmotes puts pictures into the console's field for emotes: one
// file for each name, and one that is not a picture.
func chooseEmotes(console *browser.Page, names ...string) {
	console.Eval(`(async () => {
		const input = document.querySelector(".show-emotes input[type=file]"), files = new DataTransfer();
		for (const [i, name] of ` + `["` + strings.Join(names, `", "`) + `"]` + `.entries()) {
			const c = document.createElement("canvas"); c.width = 200; c.height = 200;
			const g = c.getContext("2d"); g.fillStyle = ["#ffc24a", "#66e0ff", "#ff9bd2"][i % 3]; g.beginPath(); g.arc(100, 100, 96, 0, 7); g.fill();
			g.fillStyle = "#13191c"; g.fillRect(60, 70, 16, 24); g.fillRect(124, 70, 16, 24); g.fillRect(60, 130, 80, 12);
			const blob = await new Promise((done) => c.toBlob(done, "image/png"));
			files.items.add(name.endsWith(".txt") ? new File(["no picture"], name) : new File([blob], name));
		}
		input.files = files.files;
		input.dispatchEvent(new Event("change", { bubbles: true }));
	})()`)
}

// An emote goes from the console to the phone's picker, and from there as a picture to
// overlay, phone and console, over a restart; after its deletion its name appears instead.
func TestOwnEmotesFromThePickerToTheOverlay(t *testing.T) {
	source := axe(t)
	data := filepath.Join(t.TempDir(), "data")
	args := append([]string{"--listen", freePort(t), "--data", data}, free...)
	p, stop := launch(t, args...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Ignore("422")
	console.Eval(`location.hash = "show"`)
	console.Wait(`document.querySelector(".show-emotes")`)
	phone, overlay := openPhone(t, p.audience), browser.Open(t, p.overlay+"&duration=60")
	if isTrue(phone, `document.querySelector("#emotes-key")`) {
		t.Error("a new room has a picker")
	}
	chooseEmotes(console, "Happy Face!.png", "wave.png", "wave.png", "notes.txt")
	console.Wait(`[...document.querySelectorAll(".emote-row")].map((r) => r.dataset.emote).join() === "happy_face,wave,wave_2"`)
	console.Wait(containsJS(".show-emotes .fault-list li", "notes.txt: This is not a PNG, WebP or GIF"))
	// The focused row stays while the list is redrawn.
	rename := func(to string) {
		console.Eval(`(() => { const field = document.querySelector('[data-emote="wave_2"] input'); field.focus(); field.value = ` + strconv.Quote(to) + `; field.dispatchEvent(new Event("change")); })()`)
	}
	rename("Hi 5")
	console.Wait(containsJS(".show-emotes .fault-list li", "cannot be a name"))
	rename("Hi5")
	console.Wait(`[...document.querySelectorAll(".emote-row")].map((r) => r.dataset.emote).join() === "happy_face,wave,hi5"`)
	checkAxe(t, console, source, "the page", true)

	phone.Wait(`document.querySelector("#emotes-key:not([hidden])")`)
	tap(phone, "#emotes-key")
	phone.Wait(`[...document.querySelectorAll(".emotes:not([hidden]) button")].map((b) => b.dataset.emote).join() === "happy_face,wave,hi5" && [...document.querySelectorAll(".emotes img")].every((i) => i.naturalWidth === 128)`)
	checkAxe(t, phone, source, "the phone", true)
	typeText(phone, "look")
	tap(phone, `[data-emote="wave"]`)
	phone.Wait(`document.querySelector("#text").value === "look :wave: "`)
	keepShot(t, phone, "emotes-phone")
	tap(phone, "#send")
	const flies = `[...document.querySelectorAll(".dm-emote")].some((i) => i.alt === "wave" && i.naturalWidth === 128)`
	overlay.Wait(flies)
	keepShot(t, overlay, "emotes-overlay")
	const inRow = `[...document.querySelectorAll("bdi img.emote")].some((i) => i.alt === "wave" && i.naturalWidth === 128 && i.closest("bdi").textContent === "look ")`
	phone.Wait(inRow)
	keepShot(t, console, "emotes-console")
	console.Eval(`location.hash = ""`)
	console.Wait(inRow)
	keepShot(t, console, "emotes-feed")
	for _, page := range []*browser.Page{overlay, phone} {
		page.Wait(`performance.getEntriesByType("resource").every((e) => e.name.startsWith(location.origin) || /^(data|blob):/.test(e.name))`)
	}

	for _, page := range []*browser.Page{overlay, phone, console} {
		page.IgnoreAway()
	}
	stop()
	p, _ = launch(t, args...)
	h = newRunner(t, p.console)
	again := openPhone(t, p.audience)
	again.Wait(inRow)
	again.Wait(`document.querySelector("#emotes-key:not([hidden])")`)
	// After the deletion, the name appears.
	h.do("DELETE", "/api/rooms/live/emotes/wave", nil)
	again.Ignore("404")
	later := openPhone(t, p.audience)
	later.Ignore("404")
	later.Wait(containsJS(".feed .said", "look wave"))
	later.Wait(`document.querySelector("#emotes-key:not([hidden])")`)
	tap(later, "#emotes-key")
	later.Wait(`[...document.querySelectorAll(".emotes:not([hidden]) button")].map((b) => b.dataset.emote).join() === "happy_face,hi5"`)
	// The open list follows.
	h.do("DELETE", "/api/rooms/live/emotes/hi5", nil)
	later.Wait(`document.querySelectorAll(".emotes:not([hidden]) button").length === 1`)
	h.do("DELETE", "/api/rooms/live/emotes/happy_face", nil)
	later.Wait(`document.querySelector("#emotes-key").hidden && document.querySelector(".emotes").hidden`)
}

// The section of emotes is whole and readable in every language, dark and light, down to
// the width of a dock.
func TestTheConsolesEmotesFitEverywhere(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	for i, at := range []struct {
		theme, lang string
		width       int64
	}{{"dark", "en", 1280}, {"dark", "zh-CN", 320}, {"light", "ja", 320}} {
		page := browser.New(t)
		setTheme(page, at.theme)
		page.Size(at.width, 900, 1)
		page.Goto(address)
		page.Goto(h.base + "/console/live?lang=" + at.lang + "#show")
		page.Wait(`document.querySelector(".show-emotes")`)
		page.Ignore("422")
		if i == 0 {
			chooseEmotes(page, "Happy Face!.png", "a name that is as long as names may be.png")
		}
		page.Wait(`document.querySelectorAll(".emote-row").length === 2`)
		chooseEmotes(page, "notes.txt")
		page.Wait(`document.querySelector(".show-emotes .fault-list li")`)
		page.Eval(`document.querySelector(".show-emotes").scrollIntoView()`)
		what := fmt.Sprintf("emotes-%s-%s-%d", at.theme, at.lang, at.width)
		keepShot(t, page, what)
		checkColors(t, page, source, what)
		if over := browser.Value[string](page, `[...document.querySelectorAll(".show-emotes, .show-emotes *")].filter((e) => e.checkVisibility() && (e.getBoundingClientRect().right > innerWidth + 0.5 || e.getBoundingClientRect().left < -0.5)).map((e) => e.className || e.tagName).join()`); over != "" {
			t.Errorf("%s: outside of the page are %s", what, over)
		}
		if gap := browser.Value[float64](page, `(() => { const [add, count] = document.querySelector(".show-emotes .with").children; return count.getBoundingClientRect().left - add.getBoundingClientRect().right; })()`); gap < 4 {
			t.Errorf("%s: the count is %.0f px from the button", what, gap)
		}
		if small := browser.Value[string](page, `[...document.querySelectorAll(".show-emotes :is(button, input:not([type=file]), label.button)")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 32).map((e) => e.className || e.tagName).join()`); small != "" {
			t.Errorf("%s: too low for a finger or a pointer: %s", what, small)
		}
	}
}

// keepShot writes a screenshot to the folder PICTURES, for people to look at.
func keepShot(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), p.Screenshot(), 0o644); err != nil {
		t.Fatal(err)
	}
}
