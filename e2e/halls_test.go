package e2e

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"danmaku/e2e/browser"
	"danmaku/freeport"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// freePort returns an address at which no program listens.
func freePort(t *testing.T) string {
	t.Helper()
	address, err := freeport.Next(1)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// saveLoader puts the loader into a file. It sends the overlay's key; a
// console that is signed in needs none.
func saveLoader(t *testing.T, overlay, file string) {
	t.Helper()
	resp, err := http.Get(strings.Replace(overlay, "/overlay/", "/overlay-loader/", 1) + "&size=48")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the loader: %d, %v", resp.StatusCode, err)
	}
	if got := resp.Header.Get("Content-Disposition"); got != `attachment; filename="overlay-loader.html"` {
		t.Errorf("it is not a download: %q", got)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// OBS starts first: the file waits without a visible pixel, however long,
// and opens the overlay once the server is there.
func TestTheLoaderWaitsForTheServer(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "overlay-loader.html")
	args := []string{"--listen", freePort(t), "--data", filepath.Join(folder, "data")}
	if !t.Run("fetch", func(t *testing.T) { saveLoader(t, startProduct(t, args...).overlay, file) }) {
		return
	}
	obs := browser.New(t)
	obs.IgnoreAway() // it waits for the missing server
	obs.Goto("file://" + file)
	obs.Wait(`performance.getEntriesByType("resource").length >= 3`) // it has tried three times
	picture, err := png.Decode(bytes.NewReader(obs.Screenshot()))
	if err != nil {
		t.Fatal(err)
	}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if _, _, _, a := picture.At(x, y).RGBA(); a != 0 {
				t.Fatalf("the pixel %d,%d is visible", x, y)
			}
		}
	}
	arrived := awaitNavigation(t, obs, "/overlay/live?key=")
	p := startProduct(t, args...)
	if to := <-arrived; !strings.Contains(to, "size=48") {
		t.Errorf("it went to %s", to)
	}
	phone := openConnectedPhone(t, p.audience)
	obs.Wait(`typeof danmaku === "object"`)
	sendComment(phone, "there you are")
	obs.Wait(containsJS(".dm-text", "there you are"))
}

// awaitNavigation returns a channel that receives the address once the tab is at one that contains a
// text, and that closes without one when the tab ends.
func awaitNavigation(t *testing.T, p *browser.Page, text string) <-chan string {
	t.Helper()
	arrived := make(chan string, 1)
	var once sync.Once
	tell := func(url string) { once.Do(func() { arrived <- url; close(arrived) }) }
	context.AfterFunc(p.Ctx, func() { tell("nowhere") })
	if err := chromedp.Listen(p.Ctx, func(event any) {
		if e, ok := event.(*page.EventFrameNavigated); ok && strings.Contains(e.Frame.URL, text) {
			tell(e.Frame.URL)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return arrived
}

// colorAt returns the colour of a page's pixel.
func colorAt(t *testing.T, p *browser.Page, x, y int) color.NRGBA {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(p.Screenshot()))
	if err != nil {
		t.Fatal(err)
	}
	return color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
}

// The second screen shows its colour through the overlay, with comments over it.
func TestTheSecondScreenShowsCommentsOverItsColour(t *testing.T) {
	p := startProduct(t)
	for _, scheme := range []string{"dark", "light"} {
		screen := browser.New(t)
		screen.Size(1280, 720, 1)
		browser.Call(screen, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		screen.Goto(strings.Replace(p.overlay, "/overlay/", "/screen/", 1) + "&color=204060")
		screen.Wait(`document.getElementById("overlay").contentWindow.danmaku !== undefined`)
		if got, want := colorAt(t, screen, 30, 700), (color.NRGBA{0x20, 0x40, 0x60, 0xff}); got != want {
			t.Errorf("%s: the colour is %v, want %v", scheme, got, want)
		}
		phone := openConnectedPhone(t, p.audience)
		sendComment(phone, "on the wall, "+scheme)
		screen.Wait(`[...document.getElementById("overlay").contentDocument.querySelectorAll(".dm-text")].some((e) => e.textContent.includes("on the wall, ` + scheme + `"))`)

		screen.Eval(`(() => { const c = document.getElementById("color"); c.value = "#112233"; c.dispatchEvent(new Event("input", { bubbles: true })); const s = document.getElementById("code"); s.value = "large"; s.dispatchEvent(new Event("change", { bubbles: true })); })()`)
		screen.Wait(`location.search.includes("color=112233") && location.search.includes("code=large")`)
		screen.Wait(`document.querySelector("#card .code").naturalWidth > 0 && document.querySelector("#card").checkVisibility()`)
		screen.Wait(`document.documentElement.classList.contains("still")`)
		// A projector is rarely as wide as a television: the card is whole on each.
		for _, size := range [][2]int64{{1024, 768}, {1280, 1024}, {1280, 800}, {768, 1024}, {1280, 720}} {
			screen.Size(size[0], size[1], 1)
			screen.Wait(fmt.Sprintf(`innerWidth === %d && innerHeight === %d && (() => {
				const card = document.getElementById("card").getBoundingClientRect();
				return card.left > 0 && card.top > 0 && card.right < innerWidth && card.bottom < innerHeight
					&& ["#card .code", "#card .title", "#card .lead", "#address"].every((s) => {
						const r = document.querySelector(s).getBoundingClientRect();
						return r.width > 0 && r.left >= card.left && r.right <= card.right && r.top >= card.top && r.bottom <= card.bottom;
					});
			})()`, size[0], size[1]))
		}
	}
}

// The poster has title, code and address, and prints them on one sheet alone.
func TestThePosterIsOneSheetWithTitleCodeAndAddress(t *testing.T) {
	p := startInNetwork(t)
	poster := browser.New(t)
	poster.Size(900, 1200, 1)
	poster.Goto("http://" + p.host() + "/poster/live")
	poster.Wait(`document.querySelector(".code").naturalWidth > 0 && document.querySelector("#print") !== null`)
	if !browser.Value[bool](poster, containsJS(".address", "192.168.7.20:"+p.host()[strings.LastIndex(p.host(), ":")+1:]+"/r/live")) || !browser.Value[bool](poster, containsJS("h1", "live")) {
		t.Error("the poster lacks its address or title")
	}
	p.owner(t).changeSettings(map[string]any{"title": "The finals of the spring tournament, day two, with friends"})
	poster.Goto("http://" + p.host() + "/poster/live")
	poster.Wait(`document.querySelector(".code").naturalWidth > 0`)
	for name, sheet := range map[string]page.PrintToPDFParams{
		"A4":            {PaperWidth: 8.27, PaperHeight: 11.69},
		"A4, landscape": {PaperWidth: 11.69, PaperHeight: 8.27},
		"A6":            {PaperWidth: 4.13, PaperHeight: 5.83},
		"letter":        {PaperWidth: 8.5, PaperHeight: 11},
	} {
		pdf := browser.Call(poster, page.PrintToPDF, sheet).Data
		if n := pagesOf(pdf); n != 1 {
			t.Errorf("%s: it prints on %d sheets", name, n)
		}
	}
	browser.Call(poster, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if browser.Value[bool](poster, `document.querySelector(".bar").checkVisibility()`) {
		t.Error("the buttons are printed, too")
	}
}

// A wide picture fills the poster's band; a logo, which the band would crop, is shown whole.
func TestThePosterShowsTheWholeLogo(t *testing.T) {
	p := startInNetwork(t, free...)
	o := p.owner(t)
	poster := browser.New(t)
	for _, c := range []struct {
		width, height int
		fit           string
	}{{1280, 320, "cover"}, {400, 400, "contain"}} {
		o.call("PUT", room+"/picture", picture(t, c.width, c.height))
		poster.Goto("http://" + p.host() + "/poster/live")
		poster.Wait(`getComputedStyle(document.getElementById("banner")).objectFit === "` + c.fit + `" && document.getElementById("banner").naturalWidth > 0`)
	}
}

// axe finds nothing on the pages for venues, in any language, dark or light.
func TestVenuePagesAxe(t *testing.T) {
	source := axe(t)
	p := startProduct(t, "--listen", "0.0.0.0:0") // the default, with every address
	page := browser.New(t)
	page.Size(1280, 800, 1)
	page.Goto(p.welcome())
	base := strings.TrimSuffix(strings.Split(p.console, "?")[0], "/console/live")
	for _, at := range []struct{ theme, lang string }{{"dark", "en"}, {"light", "zh-CN"}, {"light", "ja"}} {
		setTheme(page, at.theme)
		for path, ready := range map[string]string{
			"/welcome/live": `document.querySelector(".next") && document.getElementById("code").naturalWidth > 0`,
			"/poster/live":  `document.querySelector(".code").naturalWidth > 0`,
			"/screen/live":  `document.getElementById("overlay").contentWindow.danmaku !== undefined`,
		} {
			page.Goto(base + path + "?lang=" + at.lang)
			page.Wait(ready + ` && document.documentElement.lang === "` + at.lang + `"`)
			checkAxe(t, page, source, path+" "+at.theme+" "+at.lang, at.lang != "ja")
		}
	}
}

// On a screen with more pixels, comments and the card with the code have the same relative size as
// on a smaller one, unless the address sets a size.
func TestTheSecondScreenIsReadableInAHall(t *testing.T) {
	p := startProduct(t)
	screen := browser.New(t)
	address := strings.Replace(p.overlay, "/overlay/", "/screen/", 1)
	for _, row := range []struct {
		width, height int64
		query, size   string
	}{{1920, 1080, "", "36"}, {3840, 2160, "", "72"}, {3840, 2160, "&size=50", "50"}, {3840, 2160, "&theme=hall", "112"}} {
		screen.Size(row.width, row.height, 1)
		screen.Goto(address + row.query + "&code=corner")
		screen.Wait(`document.querySelector("#card .code").naturalWidth > 0`)
		screen.Wait(`document.getElementById("overlay").contentDocument?.defaultView.danmaku !== undefined`)
		if !isTrue(screen, `new URLSearchParams(document.getElementById("overlay").contentWindow.location.search).get("size") === "`+row.size+`"`) {
			t.Errorf("%d × %d%s: the overlay is at %s", row.width, row.height, row.query, browser.Value[string](screen, `document.getElementById("overlay").src`))
		}
		if high := browser.Value[float64](screen, `document.querySelector("#card .code").getBoundingClientRect().height / innerHeight`); high < 0.25 {
			t.Errorf("%d × %d: the code takes %.2f of the height", row.width, row.height, high)
		}
	}
	// The window is enlarged: the overlay follows.
	screen.Goto(address)
	screen.Size(1280, 720, 1)
	screen.Wait(`document.getElementById("overlay").src.includes("size=24")`)
}
