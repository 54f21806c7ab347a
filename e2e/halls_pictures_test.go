package e2e

import (
	"os"
	"testing"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/emulation"
)

// TestPicturesOfVenues makes the pictures of the poster and the second screen
// in docs/pictures, in the folder PICTURES.
func TestPicturesOfVenues(t *testing.T) {
	if os.Getenv("PICTURES") == "" {
		t.Skip("only makes pictures; set PICTURES to a folder")
	}
	p := startProduct(t, append([]string{"--listen", "0.0.0.0:2333"}, free...)...)
	o := p.owner(t)
	o.changeSettings(map[string]any{"title": "Friday game night"})

	poster := browser.New(t)
	poster.Size(794, 1123, 1) // A4 at 96 dots an inch
	browser.Call(poster, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	poster.Goto(o.base + "/poster/live")
	poster.Wait(`document.querySelector(".code").naturalWidth > 0`)
	keepPhoneShot(t, poster, "poster.png")

	screen := browser.New(t)
	screen.Goto(p.overlay) // its key opens the screen, too
	screen.Goto(o.base + "/screen/live?" + browser.Value[string](screen, `location.search.slice(1)`) + "&color=1c3a4a&code=corner")
	screen.Wait(`document.getElementById("overlay").contentWindow.danmaku !== undefined && document.querySelector("#card .code").naturalWidth > 0`)
	phone := openConnectedPhone(t, o.base+"/r/live")
	for _, text := range []string{"前方高能，非战斗人员请撤离", "that dodge was clean", "ここの音楽ほんと好き", "hello from Lyon 👋", "哈哈哈哈哈哈", "chest on the left"} {
		sendComment(phone, text)
		screen.Wait(`[...document.getElementById("overlay").contentDocument.querySelectorAll(".dm-text")].some((e) => e.textContent.includes("` + text + `"))`)
		phone.Wait(containsJS(".feed .own", text))
	}
	screen.Wait(`document.documentElement.classList.contains("still") && document.getAnimations().length === 0`)
	keepPhoneShot(t, screen, "screen.png")
	screen.Eval(`(() => { const s = document.getElementById("code"); s.value = "large"; s.dispatchEvent(new Event("change", { bubbles: true })); })()`)
	screen.Wait(`document.documentElement.classList.contains("still") && document.getAnimations().length === 0`)
	keepPhoneShot(t, screen, "screen-code.png")
}
