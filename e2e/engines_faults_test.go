package e2e

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"danmaku/e2e/browser/engine"
)

// WebKit sends no leave event for a row that is redrawn under the mouse: the
// feed resumes nevertheless when the mouse leaves.
func TestTheFeedContinuesWhenTheMouseLeaves(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	s := h.sender()
	engine.Each(t, []string{engine.WPE}, func(t *testing.T, name string) {
		console := signIn(t, h, name, 1280)
		first, next := name+" first", name+" next"
		s.say("moss", first, nil)
		console.Wait(containsJS(".feed .row", first))
		console.Wait(`!document.querySelector("#feed").getAnimations({ subtree: true }).some((a) => a.playState === "running")`)
		console.Click(`.feed .row:last-of-type [data-act="takedown"], .feed .row:nth-last-child(2) [data-act="takedown"]`)
		console.Wait(containsJS(".feed .row.removed", first))
		s.say("moss", next, nil)
		console.Wait(containsJS("#hold-why", "point at it")) // it waits for the mouse
		console.Move(300, 20)                                // into the header
		console.Wait(containsJS(".feed .row", next) + ` && document.querySelector("#hold").hidden`)
	})
}

// Quick phrases are written in the order of the taps, also without focus in the
// field: Chromium before 150 reports the cursor at its beginning then.
func TestPhrasesGoToTheEndOfAFieldWithoutFocus(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	h.do("PATCH", "/api/rooms/live", map[string]any{"phrases": []string{"one ", "two ", "three "}})
	engine.Each(t, []string{engine.Chromium103, engine.WPE}, func(t *testing.T, name string) {
		phone := engine.New(t, name)
		phone.Goto(p.audience)
		phone.Wait(`document.documentElement.hasAttribute("data-greeted") && !document.querySelector("#phrase-key").hidden`)
		phone.Click("#phrase-key")
		phone.Wait(`!document.querySelector("#phrases").hidden`)
		tap := func(i int) { t.Helper(); phone.Click(fmt.Sprintf("#phrases button:nth-child(%d)", i)) }
		phone.Eval(`(() => { const text = document.querySelector("#text"); text.focus(); text.value = "go "; text.setSelectionRange(0, 0); text.blur(); })()`)
		// The driver of WPE answers before the page receives the click.
		reads := func(one, other string) {
			t.Helper()
			phone.Wait(fmt.Sprintf(`[%q, %q].includes(document.querySelector("#text").value)`, one, other))
		}
		tap(1)
		tap(2)
		tap(3)
		reads("go onetwothree", "go one two three ")
		if engine.Value[bool](phone, `document.activeElement === document.querySelector("#text")`) {
			t.Error("the field has got the focus")
		}
		// With focus they go to the cursor.
		phone.Eval(`(() => { const text = document.querySelector("#text"); text.value = "ab"; text.focus(); text.setSelectionRange(1, 1); })()`)
		tap(1)
		reads("aoneb", "aone b")
	})
}

// Unsent text is there again after a step away and back.
func TestBackRestoresTypedText(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	away := "http://" + p.host() + "/poster/live"
	engine.Each(t, []string{engine.Chromium103, engine.WPE}, func(t *testing.T, name string) {
		page := engine.New(t, name)
		back := func(where string, ready string, fields map[string]string) {
			t.Helper()
			page.Wait(ready)
			for selector, text := range fields {
				page.Eval(`(() => { const field = document.querySelector(` + strconv.Quote(selector) + `); field.focus(); field.value = ` + strconv.Quote(text) + `; for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true })); })()`)
			}
			page.Goto(away)
			page.Wait(`location.pathname.startsWith("/poster/")`)
			page.Back()
			page.Wait(`!location.pathname.startsWith("/poster/") && document.readyState === "complete"`)
			page.Wait(ready)
			for selector, text := range fields {
				page.Wait(`document.querySelector(` + strconv.Quote(selector) + `)?.value === ` + strconv.Quote(text))
			}
		}
		page.Goto(p.audience)
		back("phone", `document.documentElement.hasAttribute("data-greeted")`, map[string]string{"#text": "half a thought"})
		address, _ := h.makeLink("owner", "Mika")
		page.Goto(address)
		back("console", `document.querySelector("#rate") !== null && document.querySelector("#rate").textContent !== "–"`, map[string]string{"#say": "half an answer", "#search": "moss"})
		page.Goto("http://" + p.host() + "/builder/live")
		back("builder", `document.querySelector("#groups").childElementCount > 0`, map[string]string{"#keep-name": "my look"})
	})
}

// lanAddress returns an address of this machine that other machines would use: a page
// there is not in a secure context.
func lanAddress(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			return ip.IP.String()
		}
	}
	t.Skip("this machine has only its loopback address")
	return ""
}

// Every copy button copies its text, on https and this machine, where
// pages have a clipboard, and on plain http, where they have none.
func TestEveryCopyButtonCopiesTheShownText(t *testing.T) {
	p := startProduct(t, append([]string{"--listen", "0.0.0.0:0"}, free...)...)
	h := newRunner(t, p.console)
	u, err := url.Parse(p.console)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", lanAddress(t)} {
		base := "http://" + net.JoinHostPort(host, u.Port())
		engine.Each(t, []string{engine.Chromium103}, func(t *testing.T, name string) {
			if name == engine.WPE {
				t.Skip("WPE has no clipboard without a display")
			}
			address, _ := h.makeLink("owner", "Mika")
			at, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			page := engine.New(t, name)
			page.Goto(base + at.RequestURI())
			page.Size(1440, 900)
			page.Wait(`document.querySelector("#rate") !== null && document.querySelector("#rate").textContent !== "–"`)
			if secure := engine.Value[bool](page, `isSecureContext`); secure != (host == "127.0.0.1") {
				t.Errorf("%s is a secure context: %v", host, secure)
			}
			pasted := func(what, button, want string) {
				t.Helper()
				page.Eval(`(() => { document.querySelector("#pasted")?.remove(); const box = document.createElement("textarea"); box.id = "pasted"; box.style.cssText = "position: fixed; right: 0; bottom: 0; width: 60px; height: 20px; z-index: 99"; (document.querySelector("dialog[open]") ?? document.body).append(box); })()`)
				page.Eval(`document.querySelector(` + strconv.Quote(button) + `).scrollIntoView({ block: "center" })`)
				page.Click(button)
				page.Wait(`/Copied|Not copied/.test(document.querySelector(` + strconv.Quote(button) + `).textContent)`)
				page.Eval(`document.querySelector("#pasted").focus()`)
				page.Paste()
				page.Wait(`document.querySelector("#pasted").value !== ""`)
				if got := engine.Value[string](page, `document.querySelector("#pasted").value`); got != want {
					t.Errorf("%s on %s: pasted %q, want %q", what, host, got, want)
				}
				page.Eval(`document.querySelector("#pasted").remove()`)
			}
			page.Eval(`document.documentElement.toggleAttribute("data-numbers", innerWidth < 1360)`) // WPE's window has a fixed size
			pasted("the code's address", "#copy", engine.Value[string](page, `document.documentElement.dataset.origin`)+"/r/live")
			page.Eval(`location.hash = "air"`)
			page.Wait(`document.querySelectorAll("#page .with .button").length > 1`)
			overlay := engine.Value[string](page, `document.querySelector("#page .mono").textContent`)
			if !strings.HasPrefix(overlay, "http://") {
				t.Errorf("the overlay's address is %q", overlay)
			}
			page.Eval(`document.querySelector("#page .mono ~ .with button, #page .with button").id = "copy-overlay"`)
			pasted("the overlay's address", "#copy-overlay", overlay)
			page.Eval(`location.hash = "links"`)
			page.Wait(`[...document.querySelectorAll("#page .line-row button")].some((b) => b.textContent.includes("Copy"))`)
			link := engine.Value[string](page, `(() => { const b = [...document.querySelectorAll("#page .line-row button")].find((b) => b.textContent.includes("Copy")); b.id = "copy-link"; return b.closest(".line-row").querySelector(".mono").textContent; })()`)
			pasted("a link", "#copy-link", link)
			page.Goto(base + "/welcome/live")
			page.Wait(`document.querySelector(".step.next, .step.done") !== null`)
			pasted("the welcome's address", "#copy", engine.Value[string](page, `document.querySelector("#overlay").value`))
			page.Goto(base + "/builder/live")
			page.Wait(`document.querySelector("#link").textContent !== ""`)
			pasted("the builder's address", "#copy", overlay) // it shows only the ends of the key
		})
	}
}

var (
	pdfStream = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)
	pdfPage   = regexp.MustCompile(`/Type\s*/Page[^s]`)
)

// pagesOf counts the pages of a PDF, whose objects may lie in packed streams.
func pagesOf(pdf []byte) int {
	n := len(pdfPage.FindAll(pdf, -1))
	for _, m := range pdfStream.FindAllSubmatch(pdf, -1) {
		packed, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue // a font or a picture with another compression
		}
		text, err := io.ReadAll(packed)
		if err == nil {
			n += len(pdfPage.FindAll(text, -1))
		}
	}
	return n
}

// The poster is one sheet, whatever the margins.
func TestThePosterIsOneSheet(t *testing.T) {
	p := startInNetwork(t)
	engine.Each(t, []string{engine.Chromium103}, func(t *testing.T, name string) {
		poster := engine.New(t, name)
		poster.Goto("http://" + p.host() + "/poster/live")
		poster.Wait(`document.querySelector(".code").naturalWidth > 0`)
		for _, margin := range []float64{0, 0.5, 1, 2} {
			if n := pagesOf(poster.Print(margin)); n != 1 {
				t.Errorf("with margins of %v cm it has %d pages", margin, n)
			}
		}
	})
}
