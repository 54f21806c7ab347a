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

// welcomeOf returns the address that the first start prints.
func (p product) welcome() string { return strings.Replace(p.console, "/console/", "/welcome/", 1) }

// The four steps are ticked once they have happened: the show has a name, an overlay
// connects, a test comment flies, a phone comes.
func TestTheWelcomePageLeadsOnAir(t *testing.T) {
	p := startProduct(t)
	welcome := browser.New(t)
	welcome.Size(1280, 800, 1)
	welcome.Goto(p.welcome())
	welcome.Wait(`document.querySelector("#step-name.next") !== null && !location.search.includes("code")`)
	if got := browser.Value[string](welcome, `document.getElementById("overlay").value`); got != p.overlay {
		t.Errorf("it shows the overlay %q, the start printed %q", got, p.overlay)
	}
	done := func(step string) string { return `document.getElementById("` + step + `").classList.contains("done")` }
	for _, step := range []string{"step-name", "step-obs", "step-test", "step-audience"} {
		if browser.Value[bool](welcome, done(step)) {
			t.Errorf("%s is ticked before anything has happened", step)
		}
	}
	welcome.Eval(`(() => { const name = document.getElementById("name"); name.value = "Friday quiz"; document.getElementById("name-save").click(); })()`)
	welcome.Wait(done("step-name") + ` && document.querySelector("#step-obs.next") !== null`)
	overlay := browser.Open(t, browser.Value[string](welcome, `document.getElementById("overlay").value`))
	welcome.Wait(done("step-obs") + ` && ` + containsJS("#overlay-check", "The overlay is on air."))
	openConnectedPhone(t, p.audience).Wait(containsJS("body", "Friday quiz"))
	welcome.Wait(done("step-audience") + ` && ` + containsJS("#phone-check", "1 phone is connected."))
	welcome.Eval(`document.getElementById("send").click()`)
	overlay.Wait(containsJS(".dm-text", "Hello from the console"))
	welcome.Wait(done("step-test") + ` && ` + containsJS("#sent", "On screen."))
	browser.Call(overlay, page.Close, cdp.Empty{}) // as if the source were removed from OBS
	welcome.Wait(`!` + done("step-obs") + ` && ` + containsJS("#overlay-check", "No overlay is connected yet."))
}

// The page reports that the server is gone, and its return, too.
func TestTheWelcomeShowsThatTheServerIsGone(t *testing.T) {
	args := []string{"--listen", freePort(t), "--data", filepath.Join(t.TempDir(), "data")}
	p, stop := launch(t, args...)
	welcome := browser.New(t)
	welcome.IgnoreAway()
	welcome.Goto(p.welcome())
	welcome.Wait(containsJS("#phone-check", "No phone has opened it yet."))
	stop()
	welcome.Wait(containsJS("#overlay-check", "danmaku does not answer.") + ` && ` + containsJS("#phone-check", "danmaku does not answer."))
	launch(t, args...)
	welcome.Wait(containsJS("#overlay-check", "No overlay is connected yet.") + ` && ` + containsJS("#phone-check", "No phone has opened it yet."))
}

// The test comment flies in the miniature before OBS is there, and is removed there,
// too; the miniature does not count as an overlay. A fault disappears with its cause.
func TestTheWelcomeShowsTheOverlayInMiniature(t *testing.T) {
	p := startProduct(t)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	welcome := browser.New(t)
	welcome.Size(1280, 800, 1)
	welcome.Goto(address)
	welcome.Goto(h.base + "/welcome/live")
	small := `document.getElementById("frame").contentDocument`
	texts := `[...(` + small + `?.querySelectorAll(".dm-text") ?? [])].map((e) => e.textContent)`
	welcome.Wait(`document.querySelector(".next") && document.getElementById("frame").contentWindow.danmaku?.stats().active === 0`)
	welcome.Eval(`document.getElementById("send").click()`)
	welcome.Wait(texts + `.some((text) => text.includes("Hello from the console"))`)
	welcome.Wait(containsJS("#sent", "no overlay is connected") + ` && ` + containsJS("#overlay-check", "No overlay is connected yet."))
	// Fixed, it would stay: only the clearing removes it.
	welcome.Eval(`document.getElementById("frame").contentWindow.danmaku.pause()`)
	h.do("POST", "/api/rooms/live/clear", nil)
	welcome.Wait(`document.getElementById("frame").contentWindow.danmaku.stats().active === 0`)

	welcome.Eval(`document.getElementById("add").click()`) // there is no OBS here
	welcome.Wait(`document.querySelector("#added.bad:not([hidden])") !== null`)
	browser.Open(t, p.overlay)
	welcome.Wait(containsJS("#overlay-check", "The overlay is on air.") + ` && document.getElementById("added").hidden && document.getElementById("sent").hidden`)
}

// Everything needed is visible at 1280 × 800 without scrolling, also once the
// show has its name and OBS does not answer.
func TestTheWelcomeNeedsNoScrolling(t *testing.T) {
	p := startProduct(t, "--listen", "0.0.0.0:0")
	page := browser.New(t)
	page.Size(1280, 800, 1)
	page.Goto(p.welcome())
	base, _, _ := strings.Cut(p.console, "/console/")
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		page.Goto(base + "/welcome/live?lang=" + lang)
		page.Wait(`document.querySelector(".next") && document.querySelector("#code").naturalWidth > 0 && document.documentElement.lang === "` + lang + `"`)
		for _, then := range []string{"at first", "with a name and without OBS"} {
			low := browser.Value[[]string](page, `["#name-save", "#add", "#copy", "#small", "#send", "#code", "#poster", "#save", "#to-console"].filter((s) => {
				const r = document.querySelector(s).getBoundingClientRect();
				return r.height === 0 || !document.elementFromPoint(r.left + r.width / 2, Math.min(r.bottom - 2, 799))?.closest(s);
			})`)
			if len(low) > 0 {
				t.Errorf("%s, %s: %v are below the window, or behind something", lang, then, low)
			}
			page.Eval(`(() => { document.getElementById("name").value = "Friday quiz"; document.getElementById("name-save").click(); document.getElementById("add").click(); })()`)
			page.Wait(`document.querySelector("#added.bad:not([hidden])") && document.querySelector("#named.good[hidden]")`)
		}
	}
}

// Every address of the audience has its own code, poster and file; an address that works
// only on this machine is not among them.
func TestTheWelcomeHasACodeForEachAddress(t *testing.T) {
	p := startProduct(t, "--listen", "0.0.0.0:0")
	welcome := browser.New(t)
	welcome.Goto(p.welcome())
	welcome.Wait(`document.querySelector(".next") !== null`)
	ways := browser.Value[[]string](welcome, `[...document.querySelectorAll("#ways input")].map((i) => i.value)`)
	if len(ways) == 0 {
		t.Fatal("there is no address")
	}
	for _, at := range ways {
		if strings.Contains(at, "127.0.0.1") {
			t.Errorf("the page offers the audience %s", at)
		}
	}
	last := ways[len(ways)-1]
	welcome.Eval(`(() => { const way = [...document.querySelectorAll("#ways input")].at(-1); way.checked = true; way.dispatchEvent(new Event("change", { bubbles: true })); })()`)
	welcome.Wait(`new URL(document.getElementById("code").src).searchParams.get("at") === "` + last + `" && document.getElementById("code").naturalWidth > 0`)
	sheet := browser.Open(t, browser.Value[string](welcome, `document.getElementById("poster").href`))
	sheet.Wait(`document.querySelector(".code").naturalWidth > 0`)
	if !browser.Value[bool](sheet, containsJS(".address", strings.TrimPrefix(last, "http://"))) {
		t.Error("the poster does not have the chosen address")
	}
	// A browser at this machine's own address gets the others, too.
	sheet.Goto("http://" + p.host() + "/poster/live?at=http%3A%2F%2F127.0.0.1%3A" + p.host()[strings.LastIndex(p.host(), ":")+1:])
	sheet.Wait(`document.querySelector(".code").naturalWidth > 0`)
	if browser.Value[bool](sheet, containsJS(".address", "127.0.0.1")) {
		t.Error("the poster offers an address that phones cannot reach")
	}
}

// If no phone can reach the server, the welcome says so instead of showing a code, and so does the
// poster, which has nothing to print.
func TestTheWelcomeOffersNoAddressThatPhonesCannotReach(t *testing.T) {
	p := startProduct(t, "--listen", "127.0.0.1:0")
	welcome := browser.New(t)
	welcome.Goto(p.welcome())
	welcome.Wait(`document.querySelector(".next") && ` + containsJS("#step-audience .warn", "Phones cannot reach this computer"))
	if browser.Value[bool](welcome, `document.querySelector("#code, #poster, #ways") !== null`) {
		t.Error("the page shows a code for phones")
	}
	welcome.Goto("http://" + p.host() + "/poster/live")
	welcome.Wait(containsJS(".bar #only-here", "Phones cannot reach this computer"))
	if browser.Value[bool](welcome, `document.querySelector(".code, #address, #print, [download]") !== null || document.getElementById("sheet").textContent.includes("127.0.0.1")`) {
		t.Error("the poster has an address that works only on this computer")
	}
}

// In a private network poster and welcome say that phones must be in the same Wi-Fi,
// and in Chinese that WeChat's scanner does not open such an address.
func TestPagesOfAPrivateNetworkSayWhichWiFiIsNeeded(t *testing.T) {
	p := startInNetwork(t)
	page := browser.New(t)
	page.Goto(p.welcome())
	page.Wait(`document.querySelector(".next") !== null && !location.search.includes("code")`)
	base, _, _ := strings.Cut(p.console, "/console/")
	for _, row := range []struct{ lang, network, wechat string }{
		{"en", "same Wi-Fi", ""}, {"ja", "同じWi-Fi", ""}, {"zh-CN", "同一个 Wi-Fi", "微信扫一扫打不开局域网地址"},
	} {
		for _, path := range []string{"/welcome/live", "/poster/live"} {
			page.Goto(base + path + "?lang=" + row.lang)
			page.Wait(`document.querySelector(".code")?.naturalWidth > 0 && document.documentElement.lang === "` + row.lang + `"`)
			text := browser.Value[string](page, `document.querySelector("main").innerText`)
			if !strings.Contains(text, row.network) || strings.Contains(text, "127.0.0.1:") && path == "/poster/live" {
				t.Errorf("%s in %s:\n%s", path, row.lang, text)
			}
			if got := browser.Value[string](page, `document.getElementById("wechat")?.innerText ?? ""`); (got == "") != (row.wechat == "") || !strings.Contains(got, row.wechat) {
				t.Errorf("%s in %s says of WeChat: %q", path, row.lang, got)
			}
		}
	}
}

// Nothing runs off the side, in any language, theme or width. The test writes the
// pictures if PICTURES names a folder.
func TestTheWelcomeFitsEverywhere(t *testing.T) {
	p := startProduct(t, "--listen", "0.0.0.0:0") // the default, with every address
	page := browser.New(t)
	page.Goto(p.welcome())
	base, _, _ := strings.Cut(p.console, "/console/")
	pictures, ready := os.Getenv("PICTURES") != "", ".next"
	if pictures { // the next stats report that an overlay is connected
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
					keepPhoneShot(t, page, fmt.Sprintf("welcome-%s-%d-%s.png", lang, width, theme))
				}
			}
		}
	}
}
