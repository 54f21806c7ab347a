package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// Feed, review, a person's card and the field for testing texts mark each match
// in place, and show the text before it was masked.
func TestTheConsoleMarksEveryMatch(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	saveRules(h, "tangerine => mask\nlemon => hold")
	s := h.sender()
	text := s.say("Ann", "a fresh tangerine", nil)
	name := s.say("my tangerine", "hello there", nil)
	held := s.say("a lemon", "good evening", nil)
	for _, text := range []string{"good evening", "Written: a fresh tangerine", "Written: my tangerine"} {
		console.Wait(containsJS("#feed", text))
	}
	for where, want := range map[string]string{
		`#feed [data-id="` + text + `"] .said mark`: "*********",
		`#feed [data-id="` + name + `"] .name mark`: "*********",
		`#feed .row.held .name mark`:                "lemon",
		`.held-item.current .held-head mark`:        "lemon",
	} {
		if got := browser.Value[string](console, `document.querySelector(`+"`"+where+"`"+`)?.textContent ?? ""`); got != want {
			t.Errorf("%s is %q, want %q", where, got, want)
		}
	}
	console.Eval(`document.querySelector('[data-id="` + held + `"].row [data-act="person"]').click()`)
	console.Wait(containsJS("dialog .person-comments", "good evening"))
	if got := browser.Value[string](console, `document.querySelector(".person-comments mark").textContent`); got != "lemon" {
		t.Errorf("the card marks %q", got)
	}
	console.Eval(`location.hash = "rules"`)
	console.Wait(`document.querySelector("#rules-test")`)
	console.Eval(`{ const box = document.querySelector("#rules-test"); box.value = "  a \t cafe\u0301   tangerine"; box.dispatchEvent(new Event("input")); }`)
	console.Wait(`document.querySelector(".verdict mark")?.textContent === "tangerine"`)
	console.Wait(containsJS(".verdict", "a café *********"))
}
