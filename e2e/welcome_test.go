package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
)

// welcomeOf is the address that the first start prints.
func (p product) welcome() string { return strings.Replace(p.console, "/console/", "/welcome/", 1) }

// The three steps are ticked when they have happened: an overlay connects, a
// phone comes, a test comment flies.
func TestTheWelcomeLeadsToAir(t *testing.T) {
	p := startProduct(t)
	welcome := browser.New(t)
	welcome.Size(1280, 800, 1)
	welcome.Goto(p.welcome())
	welcome.Wait(`document.querySelector("#step-obs.next") !== null && !location.search.includes("code")`)
	if got := browser.Value[string](welcome, `document.getElementById("overlay").value`); got != p.overlay {
		t.Errorf("it shows the overlay %q, the start printed %q", got, p.overlay)
	}
	done := func(step string) string { return `document.getElementById("` + step + `").classList.contains("done")` }
	for _, step := range []string{"step-obs", "step-audience", "step-test"} {
		if browser.Value[bool](welcome, done(step)) {
			t.Errorf("%s is ticked before anything has happened", step)
		}
	}
	overlay := browser.Open(t, browser.Value[string](welcome, `document.getElementById("overlay").value`))
	welcome.Wait(done("step-obs") + ` && ` + has("#overlay-check", "The overlay is on air."))
	phoneAt(t, p.audience)
	welcome.Wait(done("step-audience") + ` && ` + has("#phone-check", "1 phone is connected."))
	welcome.Eval(`document.getElementById("send").click()`)
	overlay.Wait(has(".dm-text", "Hello from the console"))
	welcome.Wait(done("step-test") + ` && ` + has("#sent", "On screen."))
	browser.Call(overlay, page.Close, cdp.Empty{}) // as when the source is taken out of OBS
	welcome.Wait(`!` + done("step-obs") + ` && ` + has("#overlay-check", "No overlay is connected yet."))
}

// A server that has gone is told, and its return, too.
func TestTheWelcomeNoticesThatTheServerIsAway(t *testing.T) {
	args := []string{"--listen", freePort(t), "--data", filepath.Join(t.TempDir(), "data")}
	p, stop := launch(t, args...)
	welcome := browser.New(t)
	welcome.IgnoreAway()
	welcome.Goto(p.welcome())
	welcome.Wait(has("#phone-check", "No phone has opened it yet."))
	stop()
	welcome.Wait(has("#overlay-check", "danmaku does not answer.") + ` && ` + has("#phone-check", "danmaku does not answer."))
	launch(t, args...)
	welcome.Wait(has("#overlay-check", "No overlay is connected yet.") + ` && ` + has("#phone-check", "No phone has opened it yet."))
}

// Every address of the audience has its own code, poster and file.
func TestTheWelcomeHasACodeForEachAddress(t *testing.T) {
	p := startProduct(t, "--listen", "0.0.0.0:0")
	welcome := browser.New(t)
	welcome.Goto(p.welcome())
	welcome.Wait(`document.querySelector("#step-obs.next") !== null`)
	n := browser.Value[int](welcome, `document.querySelectorAll("#ways input").length`)
	if n == 0 {
		t.Fatal("there is no address")
	}
	welcome.Eval(`[...document.querySelectorAll("#ways input")].at(-1).click()`) // that of this machine alone
	welcome.Wait(`document.getElementById("code").src.includes("at=http%3A%2F%2F127.0.0.1") && document.getElementById("code").naturalWidth > 0`)
	poster := browser.Value[string](welcome, `document.getElementById("poster").href`)
	sheet := browser.Open(t, poster)
	sheet.Wait(`document.querySelector(".code").naturalWidth > 0`)
	if !browser.Value[bool](sheet, has(".address", "127.0.0.1")) {
		t.Error("the poster has another address than was chosen")
	}
}

// Nothing runs off the side, in any language, theme or width; the pictures are
// kept when PICTURES names a folder.
func TestTheWelcomeFitsEverywhere(t *testing.T) {
	p := startProduct(t, "--listen", "0.0.0.0:0") // as it comes, with every address
	page := browser.New(t)
	page.Goto(p.welcome())
	base, _, _ := strings.Cut(p.console, "/console/")
	pictures, ready := os.Getenv("PICTURES") != "", ".next"
	if pictures { // that an overlay is connected comes with the next stats
		browser.Open(t, p.overlay)
		ready = "#step-obs.done"
	}
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		for _, width := range []int64{360, 768, 1280} {
			for _, theme := range []string{"dark", "light"} {
				browser.Call(page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
				})
				page.Size(width, 900, 1)
				page.Goto(base + "/welcome/live?lang=" + lang)
				page.Wait(`document.querySelector("` + ready + `") !== null && document.documentElement.lang === "` + lang + `"`)
				if over := browser.Value[int](page, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
					t.Errorf("%s at %d: %d px run off", lang, width, over)
				}
				if pictures && (width == 1280 && lang == "en" || width != 768 && theme == "dark") {
					page.Wait(`document.querySelector("#code").naturalWidth > 0`)
					shoot(t, page, fmt.Sprintf("welcome-%s-%d-%s.png", lang, width, theme))
				}
			}
		}
	}
}
