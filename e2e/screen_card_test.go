package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"
	"testing"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
)

// longTitle is as long as a room's title may be.
const longTitle = "The finals of the spring tournament, day two, with friends"

// picture returns a picture for the room's look.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.NRGBA{uint8(40 + x/8), uint8(30 + y/3), uint8(160 - x/10), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// startVenue starts a product whose room has a picture, a colour and a hall's Wi-Fi.
func startVenue(t *testing.T, title string) (product, *owner) {
	t.Helper()
	p := startInNetwork(t, free...)
	o := p.owner(t)
	o.call("PUT", room+"/picture", picture(t, 1280, 320))
	look := o.call("GET", room, nil)["look"].(map[string]any)
	look["color"] = "#e0467c"
	o.changeSettings(map[string]any{"title": title, "look": look})
	o.call("PUT", room+"/wifi", map[string]any{"name": "Town hall · guests", "password": "come;and:join"})
	return p, o
}

// wholeCard is empty if every line and code of the card is inside it, and the card
// is inside the screen and not below the open panel.
const wholeCard = `(() => {
	const card = document.getElementById("card"), box = card.getBoundingClientRect(), panel = document.getElementById("panel").getBoundingClientRect();
	const inside = (r, of) => r.left >= of.left - 1 && r.right <= of.right + 1 && r.top >= of.top - 1 && r.bottom <= of.bottom + 1;
	const parts = [...card.querySelectorAll(".code, p")].filter((e) => e.checkVisibility() && (e.textContent || e.tagName === "IMG"));
	const faults = parts.filter((e) => {
		const lines = document.createRange();
		lines.selectNodeContents(e);
		return e.getBoundingClientRect().width < 4 || !inside(e.getBoundingClientRect(), box) || [...lines.getClientRects()].some((r) => !inside(r, box));
	}).map((e) => e.className);
	if (!inside(box, { left: 0, top: 0, right: innerWidth, bottom: innerHeight })) faults.push("card", JSON.stringify(box));
	if (!document.documentElement.classList.contains("still") && box.top < panel.bottom && box.left < panel.right && box.right > panel.left) faults.push("panel");
	return faults.join();
})()`

// makesWay is empty if the bar leaves the overlay's card whole, and neither of them
// nor a comment is behind the codes.
const makesWay = `(() => {
	const code = document.getElementById("card").getBoundingClientRect();
	const overlay = document.getElementById("overlay").contentDocument;
	const bar = overlay.querySelector(".dm-ticker"), card = overlay.querySelector(".dm-show-lower > *");
	const meets = (r) => r.width > 0 && r.left < code.right && r.right > code.left && r.top < code.bottom && r.bottom > code.top;
	if (!bar || !card) return "nothing is shown";
	if (card.getBoundingClientRect().bottom > bar.getBoundingClientRect().top) return "the bar covers the last line of the overlay's card";
	return [["bar", bar], ["card", card], ...[...overlay.querySelectorAll(".dm")].map((e) => ["comment " + e.textContent, e])]
		.filter(([, e]) => meets(e.getBoundingClientRect())).map(([name, e]) => name + JSON.stringify(e.getBoundingClientRect()) + JSON.stringify(code)).join();
})()`

// The second screen uses the room's picture and colour, shows the Wi-Fi, and hides no
// line on projectors of any shape, in any language, with everything on it.
func TestTheSecondScreenClipsNoLine(t *testing.T) {
	p, o := startVenue(t, longTitle)
	o.startItem("ticker", map[string]any{"texts": []string{"The bar closes at ten", "Lost: a red umbrella"}})
	screen := browser.New(t)
	address := strings.Replace(p.overlay, "/overlay/", "/screen/", 1)
	front := ".dm-ticker"
	for _, mode := range []string{"large", "corner"} {
		if mode == "corner" { // a large card makes way for an announcement
			o.startItem("announcement", map[string]any{"text": "The second half begins in five minutes, please find your seats again"})
			front = ".dm-show-lower > *"
		}
		for i, size := range [][2]int64{{1920, 1080}, {1024, 768}, {1280, 1024}, {768, 1024}} {
			lang := []string{"en", "ja", "zh-CN", "en"}[i]
			for _, network := range []string{"", "&wifi=0"} {
				setTheme(screen, []string{"dark", "light"}[i%2])
				screen.Size(size[0], size[1], 1)
				screen.Goto(address + "&lang=" + lang + "&code=" + mode + network)
				screen.Wait(`document.querySelector("#overlay").contentDocument?.querySelector(".dm-ticker") && document.querySelector("#overlay").contentDocument.querySelector("` + front + `") && [...document.querySelectorAll("#card .code, #banner")].every((i) => i.naturalWidth > 0)`)
				screen.Eval(`dispatchEvent(new PointerEvent("pointermove"))`)
				name := fmt.Sprintf("%d × %d, %s, %s%s", size[0], size[1], lang, mode, network)
				if faults := browser.Value[string](screen, wholeCard); faults != "" {
					t.Errorf("%s: hidden or cut: %s", name, faults)
				}
				if got := isTrue(screen, `document.getElementById("card").classList.contains("large")`); got != (mode == "large") {
					t.Errorf("%s: large is %v", name, got)
				}
				if mode == "corner" {
					o.say("what flies over " + name)
					screen.Wait(`document.querySelector("#overlay").contentDocument.querySelector(".dm-text")`)
					screen.Wait(makesWay + ` === ""`)
				}
				keepPhoneShot(t, screen, fmt.Sprintf("screen-%d-%s%s.png", size[0], mode, strings.TrimPrefix(network, "&")))
			}
		}
	}
	// The room's look changes while the screen is open.
	screen.Goto(address + "&code=corner")
	screen.Wait(`document.getElementById("backdrop").checkVisibility() && document.getElementById("card").classList.contains("branded")`)
	look := map[string]any{"color": "#00ff00", "picture": ""}
	o.changeSettings(map[string]any{"look": look})
	screen.Wait(`!document.getElementById("backdrop").checkVisibility() && !document.getElementById("banner").checkVisibility() && document.getElementById("color").value === "#08640c"`)
}

// inFront is empty if the item in front is whole, and no code, large or small,
// covers it.
const inFront = `(() => {
	const overlay = document.getElementById("overlay").contentDocument, code = document.getElementById("card").getBoundingClientRect();
	const shown = [...overlay.querySelectorAll(".dm-show-lower > *, .dm-show-corner > *, .dm-questions")].filter((e) => e.checkVisibility());
	if (shown.length === 0) return "nothing is shown";
	return shown.map((e) => [e.className, e.getBoundingClientRect()])
		.filter(([, r]) => r.left < 0 || r.top < 0 || r.right > innerWidth || r.bottom > innerHeight || (r.left < code.right && r.right > code.left && r.top < code.bottom && r.bottom > code.top))
		.map(([name, r]) => name + JSON.stringify(r) + JSON.stringify(code)).join();
})()`

// The longest items fit a 4:3 projector beside the code: no line of them is above the screen, and
// a poll's options keep their words whole.
func TestTheLongestItemsFitASquareScreen(t *testing.T) {
	p, o := startVenue(t, longTitle)
	screen := browser.New(t)
	screen.Size(1024, 768, 1)
	screen.Goto(strings.Replace(p.overlay, "/overlay/", "/screen/", 1) + "&code=corner")
	options := make([]string, 10)
	for i := range options {
		options[i] = fmt.Sprintf("%d wonderful castles beside the blue sea", i+10)
	}
	for kind, spec := range map[string]map[string]any{
		"poll": {"question": strings.Repeat("Which of these comes next? ", 4), "options": options},
		"card": {"text": strings.Repeat("ここの音楽ほんと好き。", 27), "name": "とても長い名前の視聴者", "seconds": 0},
	} {
		id := o.startItem(kind, spec)
		screen.Wait(`document.getElementById("overlay").contentDocument?.querySelector(".dm-` + kind + `") && document.querySelector("#card .code").naturalWidth > 0`)
		screen.Wait(`document.getElementById("card").getBoundingClientRect().top > innerHeight / 4`)
		keepPhoneShot(t, screen, "screen-square-"+kind+".png")
		if faults := browser.Value[string](screen, inFront); faults != "" {
			t.Errorf("%s: hidden or cut: %s", kind, faults)
		}
		if narrow := browser.Value[float64](screen, `Math.min(...[...document.getElementById("overlay").contentDocument.querySelectorAll(".dm-poll-text")].map((e) => e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize)), 99)`); narrow < 5 {
			t.Errorf("an option has a column of %.1f em, too narrow for a word", narrow)
		}
		o.call("POST", room+"/items/"+id+"/stop", nil)
		o.call("DELETE", room+"/items/"+id, nil)
		screen.Wait(`!document.getElementById("overlay").contentDocument.querySelector(".dm-` + kind + `")`)
	}
}

// While the panel is open, the codes stay whole on a small 4:3 projector, whatever stands in the
// upper corners: somebody who sets up the screen must not hide them from the hall.
func TestTheOpenPanelNeverCoversTheCodes(t *testing.T) {
	p, o := startVenue(t, "The finals")
	screen := browser.New(t)
	address := strings.Replace(p.overlay, "/overlay/", "/screen/", 1) + "&code=corner&lang=ja"
	const covered = `(() => {
		const panel = document.getElementById("panel").getBoundingClientRect(), card = document.getElementById("card").getBoundingClientRect();
		const meets = panel.left < card.right && panel.right > card.left && panel.top < card.bottom && panel.bottom > card.top;
		const whole = panel.top >= 0 && panel.bottom <= innerHeight && card.top >= 0 && card.bottom <= innerHeight;
		return whole && !meets && card.width > 80 ? "" : JSON.stringify([panel, card]);
	})()`
	for _, front := range []string{"", "countdown"} {
		if front != "" {
			o.startItem(front, map[string]any{"title": "The second half of this evening begins in", "seconds": 900})
		}
		for _, size := range [][2]int64{{640, 480}, {800, 600}, {1024, 768}} {
			for _, query := range []string{"", "&wide=4&distance=30", "&wifi=0&words=1"} {
				screen.Size(size[0], size[1], 1)
				screen.Goto(address + query)
				screen.Wait(`[...document.querySelectorAll("#card .code, #banner")].every((i) => i.naturalWidth > 0) && document.getElementById("overlay").contentWindow.danmaku !== undefined`)
				if front != "" {
					screen.Wait(`document.getElementById("overlay").contentDocument.querySelector(".dm-show-corner > *")`)
				}
				screen.Eval(`dispatchEvent(new PointerEvent("pointermove"))`)
				screen.Wait(covered + ` === ""`)
			}
		}
	}
	screen.Eval(`document.getElementById("code").value = ""; document.getElementById("code").dispatchEvent(new Event("change"))`)
	screen.Wait(`!document.getElementById("card").checkVisibility()`)
	screen.Eval(`document.getElementById("code").value = "corner"; document.getElementById("code").dispatchEvent(new Event("change"))`)
	screen.Wait(covered + ` === ""`)
}

// A large code would cover a poll: it moves to the corner while something is in
// front, and is large again afterwards, without anybody at the projector.
func TestALargeCodeMakesWayForTheItemInFront(t *testing.T) {
	p, o := startVenue(t, longTitle)
	screen := browser.New(t)
	address := strings.Replace(p.overlay, "/overlay/", "/screen/", 1) + "&code=large"
	const large = `document.querySelector("#card.large")?.checkVisibility() && [...document.querySelectorAll("#card .code, #banner")].every((i) => i.naturalWidth > 0)`
	for _, size := range [][2]int64{{1920, 1080}, {1024, 768}} {
		screen.Size(size[0], size[1], 1)
		screen.Goto(address + "&questions=3")
		screen.Wait(large + ` && document.getElementById("overlay").contentWindow.danmaku !== undefined`)
		for _, row := range []struct {
			kind string
			spec map[string]any
		}{
			{"poll", map[string]any{"question": "Which song shall they play after the break, with everybody on the stage?", "options": []string{"The first", "海の底", "One that nobody has heard yet", "The last of the tour"}}},
			{"countdown", map[string]any{"title": "The second half", "seconds": 900}},
		} {
			id := o.startItem(row.kind, row.spec)
			screen.Wait(inFront + ` === ""`)
			if isTrue(screen, large) || !isTrue(screen, `document.getElementById("card").checkVisibility()`) {
				t.Errorf("%d × %d, %s: the code is large or gone", size[0], size[1], row.kind)
			}
			keepPhoneShot(t, screen, fmt.Sprintf("screen-%d-large-%s.png", size[0], row.kind))
			o.call("DELETE", room+"/items/"+id, nil)
			screen.Wait(large)
			if faults := browser.Value[string](screen, wholeCard); faults != "" {
				t.Errorf("%d × %d, after the %s: %s", size[0], size[1], row.kind, faults)
			}
		}
	}
}

// An open screen follows the Wi-Fi in the console's settings: it appears, changes
// and disappears without a reload, and so do the choices in the panel.
func TestTheScreenFollowsTheWiFiOfTheConsole(t *testing.T) {
	p := startProduct(t, free...)
	console := browser.New(t)
	console.Size(1280, 900, 1)
	console.Goto(p.console)
	console.Wait(`location.pathname.startsWith("/console/")`)
	console.Eval(`location.hash = "room"`)
	console.Wait(`document.querySelector("#set-wifi-name")`)
	screen := browser.New(t)
	screen.Size(1280, 960, 1)
	screen.Before(`{ const slow = window.setInterval; window.setInterval = (fn, ms) => slow(fn, Math.min(ms, 200)); }`) // the test does not wait for half a minute
	screen.Goto(strings.Replace(p.overlay, "/overlay/", "/screen/", 1) + "&code=corner")
	screen.Wait(`document.getElementById("card").checkVisibility() && document.getElementById("wifi").parentElement.hidden`)
	screen.Eval(`window.stays = true`)
	say := func(id, text string) {
		t.Helper()
		console.Eval(`(() => { const field = document.getElementById("set-wifi-` + id + `"); field.value = ` + strconv.Quote(text) + `; field.dispatchEvent(new Event("change", { bubbles: true })); })()`)
	}
	const shown = `[...document.querySelectorAll("#network .name, #network .secret")].map((e) => e.textContent).join("|")`
	say("name", "Hall <b>")
	screen.Wait(shown + ` === "Hall <b>"`)
	say("password", "come in 2026")
	screen.Wait(shown + ` === "Hall <b>|come in 2026"`)
	code := `document.querySelector("#network .code")`
	screen.Wait(code + `.naturalWidth > 0 && !document.getElementById("wifi").parentElement.hidden`)
	first := browser.Value[string](screen, code+`.src`)
	if faults := browser.Value[string](screen, wholeCard); faults != "" {
		t.Errorf("with the new network: %s", faults)
	}
	keepPhoneShot(t, screen, "screen-wifi-came.png")
	tap(screen, "#wifi")
	screen.Wait(`document.getElementById("network").hidden`)
	console.Ignore("/wifi")
	say("password", "short") // is refused with a message
	console.Wait(`[...document.querySelectorAll(".fault")].some((e) => !e.hidden && e.textContent)`)
	say("password", "another one")
	screen.Wait(shown + ` === "Hall <b>|another one"`)
	if got := browser.Value[string](screen, code+`.src`); got == first || !isTrue(screen, `document.getElementById("network").hidden`) {
		t.Error("the code is the old one, or the switched-off network is back")
	}
	// The console shows it when it is opened again, with the password covered.
	console.Goto(browser.Value[string](console, `location.origin`) + "/console/live#room")
	console.Wait(`document.querySelector("#set-wifi-name")?.value === "Hall <b>" && document.querySelector("#set-wifi-password").value === "another one" && document.querySelector("#set-wifi-password").type === "password"`)
	say("name", "")
	screen.Wait(`!document.getElementById("network") && document.getElementById("wifi").parentElement.hidden`)
	if !isTrue(screen, `window.stays && !document.querySelector("#network b")`) {
		t.Error("the screen was reloaded, or a name became an element")
	}
}

// At a stated distance the width of a code is a tenth of it, on the screen as on paper, and
// both report what does not fit.
func TestCodesAreSizedForADistance(t *testing.T) {
	p, o := startVenue(t, "Friday game night")
	o.call("PUT", room+"/wifi", map[string]any{"name": ""})
	screen := browser.New(t)
	screen.Size(1920, 1080, 1)
	address := strings.Replace(p.overlay, "/overlay/", "/screen/", 1) + "&code=large"
	// modules returns the width of the code alone, as a share of the screen's.
	const share = `(() => { const c = document.querySelector("#card .code"), n = Number(c.dataset.modules); return c.naturalWidth > 0 ? c.getBoundingClientRect().width * n / (n + 8) / innerWidth : 0; })()`
	screen.Goto(address + "&wide=4&distance=12")
	screen.Wait(share + ` > 0`)
	if got, want := browser.Value[float64](screen, share), 12.0/10/4; got < want-0.002 {
		t.Errorf("at 12 m on 4 m the code takes %.3f of the width, want %.3f", got, want)
	}
	if isTrue(screen, `document.getElementById("reach").classList.contains("warn") || document.getElementById("reach").textContent === ""`) {
		t.Error("it fits, and the panel does not say so")
	}
	screen.Goto(address + "&wide=4&distance=60")
	screen.Wait(share + ` > 0 && document.getElementById("reach").classList.contains("warn")`)
	if faults := browser.Value[string](screen, wholeCard); faults != "" {
		t.Errorf("too far: %s", faults)
	}

	poster := browser.New(t)
	poster.Goto(o.base + "/poster/live")
	for _, row := range []struct {
		metres        string
		width, height int64 // of the paper within its margins, in mm
		fits          bool
	}{{"1", 186, 273, true}, {"1.5", 273, 396, true}, {"2", 396, 570, true}, {"5", 186, 273, false}} {
		poster.Size(1280, 900, 1)
		poster.Goto(o.base + "/poster/live?distance=" + row.metres)
		poster.Wait(`document.getElementById("fits").textContent !== ""`)
		if warned := isTrue(poster, `/A0|no paper/.test(document.getElementById("fits").textContent)`); row.fits == warned {
			t.Errorf("%s m: %s", row.metres, browser.Value[string](poster, `document.getElementById("fits").textContent`))
		}
		browser.Call(poster, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		poster.Size(int64(math.Round(float64(row.width)*96/25.4)), int64(math.Round(float64(row.height)*96/25.4)), 1)
		const wide = `(() => { const c = document.querySelector("#sheet > .code"), n = Number(c.dataset.modules), r = c.getBoundingClientRect(); return Math.min(r.width, r.height) * n / (n + 8) / 96 * 25.4; })()`
		var metres float64
		if _, err := fmt.Sscan(row.metres, &metres); err != nil {
			t.Fatal(err)
		}
		if got := browser.Value[float64](poster, wide); row.fits && math.Abs(got-metres*100) > 1 {
			t.Errorf("%s m: the printed code is %.1f mm wide", row.metres, got)
		}
		keepPhoneShot(t, poster, "poster-"+row.metres+"m.png")
		browser.Call(poster, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen"})
	}
}

// A poster with everything on it is one sheet in every language, and no line of it is cut.
func TestThePosterClipsNoLine(t *testing.T) {
	_, o := startVenue(t, longTitle)
	poster := browser.New(t)
	key := o.call("POST", "/api/links", map[string]any{"room": "live", "role": "moderator"})["key"].(string)
	poster.Goto(o.base + "/console/live?key=" + key) // the Wi-Fi is for those who run the room
	poster.Wait(`!location.search.includes("key")`)
	const cut = `(() => {
		const sheet = document.getElementById("sheet"), box = sheet.getBoundingClientRect();
		const parts = [...sheet.querySelectorAll("img, h1, p")];
		const boxes = parts.map((e) => e.getBoundingClientRect());
		const out = parts.filter((e, i) => boxes[i].width < 8 || boxes[i].top < box.top - 1 || boxes[i].bottom > box.bottom + 1 || boxes[i].left < box.left - 1 || boxes[i].right > box.right + 1);
		const over = parts.filter((e, i) => parts.some((o, j) => j !== i && !e.contains(o) && !o.contains(e) && boxes[i].left < boxes[j].right - 1 && boxes[i].right > boxes[j].left + 1 && boxes[i].top < boxes[j].bottom - 1 && boxes[i].bottom > boxes[j].top + 1));
		return [...out, ...over].map((e) => e.className || e.tagName).join();
	})()`
	for _, lang := range []string{"en", "zh-CN&distance=0.5", "ja"} {
		for name, mm := range map[string][2]float64{"a4": {186, 273}, "a4-landscape": {273, 186}, "a3": {273, 396}} {
			poster.Goto(o.base + "/poster/live?lang=" + lang)
			poster.Wait(`document.querySelector(".network .code").naturalWidth > 0 && document.getElementById("fits").textContent !== ""`)
			browser.Call(poster, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			poster.Size(int64(mm[0]*96/25.4), int64(mm[1]*96/25.4), 1)
			if faults := browser.Value[string](poster, cut); faults != "" {
				t.Errorf("%s, %s: cut or covered: %s", name, lang, faults)
			}
			keepPhoneShot(t, poster, "poster-"+name+"-"+lang[:2]+".png")
			browser.Call(poster, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen"})
			if lang == "en" {
				poster.Size(1280, 900, 1)
				keepPhoneShot(t, poster, "poster-page.png")
				if said := browser.Value[string](poster, `document.getElementById("fits").textContent`); strings.Contains(said, " 0 m") {
					t.Errorf("with a Wi-Fi: %s", said)
				}
			}
		}
		if n := pagesOf(browser.Call(poster, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69}).Data); n != 1 {
			t.Errorf("%s: it prints on %d sheets", lang, n)
		}
	}
}
