package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// Console and welcome distinguish an overlay on air from one that OBS hides and one
// that is connected and gets no frames.
func TestAnOverlayThatIsNotDrawnIsNotOnAir(t *testing.T) {
	p := startProduct(t)
	console := browser.New(t)
	console.Size(1440, 900, 1)
	console.Goto(p.console)
	// The frames of the page can be stopped, as OBS does with a source that it no longer draws.
	overlay := browser.New(t)
	overlay.Before(`{
		const frame = window.requestAnimationFrame.bind(window), waiting = [];
		let frozen = false;
		window.requestAnimationFrame = (fn) => (frozen ? waiting.push(fn) : frame(fn));
		window.freeze = (on) => { frozen = on; if (!on) for (const fn of waiting.splice(0)) frame(fn); };
	}`)
	overlay.Goto(p.overlay)
	welcome := console.Sibling()
	welcome.Size(1280, 800, 1)
	welcome.Goto("http://" + p.host() + "/welcome/live")

	state := func(name, header, step, class string, done bool) {
		t.Helper()
		console.Wait(containsJS("#overlay .long", header))
		if got := browser.Value[string](console, `document.querySelector("#overlay").className`); got != class {
			t.Errorf("%s: the header's mark is %q, want %q", name, got, class)
		}
		welcome.Wait(containsJS("#overlay-check", step))
		if got := browser.Value[bool](welcome, `document.querySelector("#step-obs").classList.contains("done")`); got != done {
			t.Errorf("%s: the first step is ticked: %v", name, got)
		}
	}
	seen := func(visible string) {
		overlay.Eval(`dispatchEvent(new CustomEvent("obsSourceVisibleChanged", { detail: { visible: ` + visible + ` } }))`)
	}
	state("drawn", "Overlay on air", "The overlay is on air.", "on-air", true)
	seen("false")
	state("hidden", "Overlay hidden in OBS", "hidden in OBS", "on-air off", false)
	overlay.Eval(`freeze(true)`)
	seen("true")
	state("frozen", "Overlay not drawing", "OBS does not draw it", "on-air warn", false)
	console.Wait(containsJS("#banner", "OBS draws no new picture of it"))
	keepPhoneShot(t, console, "onair-console-frozen.png")
	keepPhoneShot(t, welcome, "onair-welcome-frozen.png")
	overlay.Eval(`freeze(false)`)
	state("drawn again", "Overlay on air", "The overlay is on air.", "on-air", true)
	console.Wait(`document.querySelector("#banner").hidden`)
}
