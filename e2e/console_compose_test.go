package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// The host writes in every mode that the menu beside the field offers: flying, fixed at
// the bottom, pinned, and as a card in front. The overlay shows each in its mode,
// and the next comment flies again.
func TestTheHostWritesWithEveryOption(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := openConsole(t, address)
	for _, way := range []struct{ name, text, seen string }{
		{"Fixed at bottom", "low words", containsJS(".dm[data-mode=bottom]", "low words")},
		{"Pinned", "rules of the room", containsJS(".dm-pin", "rules of the room")},
		{"In front", "welcome, everyone", containsJS(".dm-card", "welcome, everyone")},
		{"", "and it flies again", containsJS(".dm[data-mode=scroll]", "and it flies again")},
	} {
		if way.name != "" {
			console.Eval(`document.querySelector("#say-more").click()`)
			console.Wait(containsJS("[role=menuitemradio]", way.name))
			clickText(console, "[role=menuitemradio]", way.name)
			console.Wait(`document.querySelector("#say-more").ariaLabel.includes("` + way.name + `") && document.activeElement.id === "say"`)
		}
		enterText(console, "#say", way.text)
		press(console, "Enter")
		overlay.Wait(way.seen)
		console.Wait(containsJS(".feed .row", way.text) + ` && document.querySelector("#say").value === "" && document.querySelector("#say-more").ariaLabel.endsWith("Flying")`)
	}
	console.Wait(containsJS("#pinned", "rules of the room"))
}

// Saved replies are made, changed and deleted on the page of alerts, appear in the menu
// beside the field, and survive a reload. A chosen reply goes behind the name
// that is addressed.
func TestSavedReplies(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("moderator", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := openConsole(t, address)
	const field = `#page textarea[aria-label="One reply a line"]`
	edit := func(lines string) {
		t.Helper()
		console.Eval(`document.querySelector("#say-more").click()`)
		console.Wait(containsJS("[role=menuitem]", "Edit saved replies"))
		clickText(console, "[role=menuitem]", "Edit saved replies")
		console.Wait("document.querySelector('" + field + "')")
		enterText(console, field, lines)
		console.Eval(`location.hash = ""`)
	}
	offered := func(want string) {
		t.Helper()
		console.Wait(`document.querySelector("#say-more")?.checkVisibility() && document.querySelector("#say-more").ariaLabel`)
		console.Eval(`document.querySelector("#say-more").click()`)
		console.Wait(menuOpen)
		if got := browser.Value[string](console, `[...document.querySelectorAll("[role=menuitem] span")].map((e) => e.textContent).join(" | ")`); got != want {
			t.Errorf("the menu offers %q, want %q", got, want)
		}
		press(console, "Escape")
		console.Wait(menuClosed)
	}
	edit("We begin at eight.\n\nNo spoilers, please.")
	offered("We begin at eight. | No spoilers, please. | Edit saved replies")

	console.Goto(h.base + "/console/live")
	offered("We begin at eight. | No spoilers, please. | Edit saved replies")
	s := h.sender()
	s.say("moss", "when does it start?", nil)
	console.Wait(containsJS(".feed .row", "when does it start?"))
	console.Eval(`document.querySelector(".feed .said").dispatchEvent(new PointerEvent("contextmenu", { bubbles: true, cancelable: true, button: 2 }))`)
	console.Wait(containsJS("[role=menuitem]", "Reply"))
	clickText(console, "[role=menuitem]", "Reply")
	console.Wait(`document.querySelector("#say").value === "@moss "`)
	console.Eval(`document.querySelector("#say-more").click()`)
	console.Wait(containsJS("[role=menuitem]", "We begin"))
	clickText(console, "[role=menuitem]", "We begin")
	console.Wait(`document.querySelector("#say").value === "@moss We begin at eight." && document.activeElement.id === "say"`)
	press(console, "Enter")
	overlay.Wait(containsJS(".dm-text", "@moss We begin at eight."))

	edit("We begin at nine.")
	offered("We begin at nine. | Edit saved replies")
	edit("")
	offered("Edit saved replies")
	console.Goto(h.base + "/console/live")
	offered("Edit saved replies")
}
