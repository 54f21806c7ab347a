package e2e

import "testing"

// Other moderators see on its row what one moderator has open, in the feed and in review,
// until it is closed or the console is gone.
func TestOthersSeeWhatAModeratorLooksAt(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	mika, _ := h.makeLink("owner", "Mika")
	kim, _ := h.makeLink("moderator", "Kim")
	mine, theirs := openConsole(t, mika), openConsole(t, kim)
	s := h.sender()
	s.say("noodle", "hello everybody", nil)
	s.say("noodle", "the boss waits", nil)
	s.say("ramen", "another boss, quite different", nil)
	for _, console := range []string{`document.querySelectorAll(".feed .row").length === 3 && document.querySelectorAll(".held-item").length === 2`} {
		mine.Wait(console)
		theirs.Wait(console)
	}
	row := func(word string) string {
		return `[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("` + word + `"))`
	}
	none := `document.querySelectorAll(".lookers").length === 0`

	// A person's card, until it is closed. No console is notified about itself.
	theirs.Eval(row("hello everybody") + `.querySelector('[data-act="person"]').click()`)
	mine.Wait(row("hello everybody") + `.querySelector(".lookers")?.textContent === "Kim is looking at this" && document.querySelectorAll(".lookers").length === 1`)
	theirs.Wait(`document.querySelector("dialog .person-comments li")`)
	if shown := textsOf(theirs, ".lookers"); shown != "" {
		t.Errorf("a console shows its own mark: %s", shown)
	}
	theirs.Eval(`document.querySelector("dialog").close()`)
	mine.Wait(none)

	// From one dialog into the next it is the same person; and both moderators see each other.
	theirs.Eval(`document.querySelector('.held-item.current [data-act="person"]').click()`)
	mine.Wait(containsJS(".held-item.current", "Kim is looking at this") + ` && ` + row("the boss waits") + `.querySelector(".lookers")`)
	checkAxe(t, mine, source, "rows that somebody looks at", true)
	theirs.Eval(`[...document.querySelectorAll("dialog .person-acts button")].find((e) => e.textContent === "Mute").click()`)
	theirs.Wait(`document.querySelector("dialog .ban-form")`)
	mine.Eval(`document.querySelector('.held-item:not(.current) [data-act="look"]').click()`)
	theirs.Wait(containsJS(".held-item:not(.current)", "Mika is looking at this"))
	mine.Wait(containsJS(".held-item:not(.current)", "Kim is looking at this"))

	// A console that disconnects takes its mark with it.
	theirs.Goto("about:blank")
	mine.Wait(none)
}
