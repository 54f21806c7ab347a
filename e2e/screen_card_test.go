package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
)

// longTitle is as long as a room's title may be.
const longTitle = "The finals of the spring tournament, day two, with friends"

// picture is something to dress a room with.
func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 1280, 320))
	for y := range 320 {
		for x := range 1280 {
			img.Set(x, y, color.NRGBA{uint8(40 + x/8), uint8(30 + y/3), uint8(160 - x/10), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inHall starts a product whose room has a picture, a colour and the Wi-Fi of a hall.
func inHall(t *testing.T, title string) (product, *owner) {
	t.Helper()
	p := startProduct(t, free...)
	o := p.owner(t)
	o.call("PUT", room+"/picture", picture(t))
	look := o.call("GET", room, nil)["look"].(map[string]any)
	look["color"] = "#e0467c"
	o.set(map[string]any{"title": title, "look": look})
	o.call("PUT", room+"/wifi", map[string]any{"name": "Town hall · guests", "password": "come;and:join"})
	return p, o
}

// wholeCard is empty when every line and code of the card is inside it, and the card
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

// makesWay is empty when neither the bar nor the card of the overlay nor a comment is
// behind the codes.
const makesWay = `(() => {
	const code = document.getElementById("card").getBoundingClientRect();
	const overlay = document.getElementById("overlay").contentDocument;
	const bar = overlay.querySelector(".dm-ticker"), card = overlay.querySelector(".dm-show-lower > *");
	const meets = (r) => r.width > 0 && r.left < code.right && r.right > code.left && r.top < code.bottom && r.bottom > code.top;
	if (!bar || !card) return "nothing is shown";
	return [["bar", bar], ["card", card], ...[...overlay.querySelectorAll(".dm")].map((e) => ["comment " + e.textContent, e])]
		.filter(([, e]) => meets(e.getBoundingClientRect())).map(([name, e]) => name + JSON.stringify(e.getBoundingClientRect()) + JSON.stringify(code)).join();
})()`

// The second screen wears the room's picture and colour, shows the Wi-Fi, and hides no
// line on projectors of any shape, in any language, with everything on it.
func TestTheSecondScreenHidesNoLine(t *testing.T) {
	p, o := inHall(t, longTitle)
	for kind, spec := range map[string]any{
		"ticker":       map[string]any{"texts": []string{"The bar closes at ten", "Lost: a red umbrella"}},
		"announcement": map[string]any{"text": "The second half begins in five minutes, please find your seats again"},
	} {
		id := o.call("POST", room+"/items", map[string]any{"kind": kind, "spec": spec})["id"].(string)
		o.call("POST", room+"/items/"+id+"/start", nil)
	}
	screen := browser.New(t)
	address := strings.Replace(p.overlay, "/overlay/", "/screen/", 1)
	for i, size := range [][2]int64{{1920, 1080}, {1024, 768}, {1280, 1024}, {768, 1024}} {
		lang := []string{"en", "ja", "zh-CN", "en"}[i]
		for _, mode := range []string{"corner", "large"} {
			for _, network := range []string{"", "&wifi=0"} {
				dress(screen, []string{"dark", "light"}[i%2])
				screen.Size(size[0], size[1], 1)
				screen.Goto(address + "&lang=" + lang + "&code=" + mode + network)
				screen.Wait(`document.querySelector("#overlay").contentDocument?.querySelector(".dm-ticker") && document.querySelector("#overlay").contentDocument.querySelector(".dm-show-lower > *") && [...document.querySelectorAll("#card .code, #banner")].every((i) => i.naturalWidth > 0)`)
				screen.Eval(`dispatchEvent(new PointerEvent("pointermove"))`)
				name := fmt.Sprintf("%d × %d, %s, %s%s", size[0], size[1], lang, mode, network)
				if faults := browser.Value[string](screen, wholeCard); faults != "" {
					t.Errorf("%s: hidden or cut: %s", name, faults)
				}
				if mode == "corner" {
					o.say("what flies over " + name)
					screen.Wait(`document.querySelector("#overlay").contentDocument.querySelector(".dm-text")`)
					screen.Wait(makesWay + ` === ""`)
				}
				shoot(t, screen, fmt.Sprintf("screen-%d-%s%s.png", size[0], mode, strings.TrimPrefix(network, "&")))
			}
		}
	}
	// The room is dressed anew while the screen is open.
	screen.Goto(address + "&code=corner")
	screen.Wait(`document.getElementById("dress").checkVisibility() && document.getElementById("card").classList.contains("dressed")`)
	look := map[string]any{"color": "#00ff00", "picture": ""}
	o.set(map[string]any{"look": look})
	screen.Wait(`!document.getElementById("dress").checkVisibility() && !document.getElementById("banner").checkVisibility() && document.getElementById("color").value === "#08640c"`)
}

// At a stated distance a code is a tenth of it wide, on the screen as on paper, and
// both say what does not fit.
func TestCodesAreSizedForADistance(t *testing.T) {
	p, o := inHall(t, "Friday game night")
	o.call("PUT", room+"/wifi", map[string]any{"name": ""})
	screen := browser.New(t)
	screen.Size(1920, 1080, 1)
	address := strings.Replace(p.overlay, "/overlay/", "/screen/", 1) + "&code=large"
	// modules is the width of the code alone, of that of the screen.
	const share = `(() => { const c = document.querySelector("#card .code"), n = Number(c.dataset.modules); return c.naturalWidth > 0 ? c.getBoundingClientRect().width * n / (n + 8) / innerWidth : 0; })()`
	screen.Goto(address + "&wide=4&distance=12")
	screen.Wait(share + ` > 0`)
	if got, want := browser.Value[float64](screen, share), 12.0/10/4; got < want-0.002 {
		t.Errorf("at 12 m on 4 m the code takes %.3f of the width, want %.3f", got, want)
	}
	if is(screen, `document.getElementById("reach").classList.contains("warn") || document.getElementById("reach").textContent === ""`) {
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
		if warned := is(poster, `/A0|no paper/.test(document.getElementById("fits").textContent)`); row.fits == warned {
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
		shoot(t, poster, "poster-"+row.metres+"m.png")
		browser.Call(poster, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen"})
	}
}

// A poster with everything on it is one sheet in every language, and no line of it is cut.
func TestThePosterHidesNoLine(t *testing.T) {
	_, o := inHall(t, longTitle)
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
			shoot(t, poster, "poster-"+name+"-"+lang[:2]+".png")
			browser.Call(poster, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen"})
			if lang == "en" {
				poster.Size(1280, 900, 1)
				shoot(t, poster, "poster-page.png")
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
