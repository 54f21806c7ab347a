package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"testing"

	"danmaku/e2e/browser"
)

// sendNewcomers makes n new people write, each with its own identity, as phones
// do.
func (h *runner) sendNewcomers(n int, text func(i int) string) {
	h.t.Helper()
	for i := range n {
		jar, err := cookiejar.New(nil)
		if err != nil {
			h.t.Fatal(err)
		}
		phone := &http.Client{Jar: jar}
		page, err := phone.Get(h.base + "/r/live")
		if err != nil {
			h.t.Fatal(err)
		}
		page.Body.Close()
		body, err := json.Marshal(map[string]string{"text": text(i)})
		if err != nil {
			h.t.Fatal(err)
		}
		q, err := http.NewRequest("POST", h.base+"/api/rooms/live/comments", bytes.NewReader(body))
		if err != nil {
			h.t.Fatal(err)
		}
		q.Header.Set("Content-Type", "application/json")
		q.Header.Set("X-Requested-With", "danmaku")
		r, err := phone.Do(q)
		if err != nil {
			h.t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusCreated && r.StatusCode != http.StatusAccepted && r.StatusCode != http.StatusUnprocessableEntity {
			h.t.Fatalf("newcomer %d: %d", i, r.StatusCode)
		}
	}
}

// Every console shows a raid with an answer for each click; one click
// reverts all answers, and one dismisses the news.
func TestARaidIsAnswered(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	h.do("PATCH", "/api/rooms/live", map[string]any{"links": "allowed"})
	one, _ := h.makeLink("moderator", "Ann")
	two, _ := h.makeLink("moderator", "Ben")
	ann, ben := openConsole(t, one), openConsole(t, two)
	settings := func() string {
		r := h.do("GET", "/api/rooms/live", nil)
		return fmt.Sprint(r["newcomers"], " ", r["slow_ms"], " ", r["links"], " ", r["state"])
	}
	click := func(word string) string {
		return `[...document.querySelectorAll("#banner button")].find((b) => (b.getAttribute("aria-label") ?? b.textContent) === "` + word + `").click()`
	}
	const calm = "open 0 allowed open"
	const stream = "come and see the other <b>stream</b>"
	// A show begins, so newcomers are a raid only if the rules stop many.
	h.sendNewcomers(25, func(i int) string {
		if i < 14 {
			return stream
		}
		return fmt.Sprint("fuck you ", i)
	})
	// The first numbers depend on when they are read; they change
	// by a quarter at a time.
	ann.Wait(containsJS("#banner.warn", " newcomers in 30 s. The rules stopped ") + " && " + containsJS("#banner.warn", " people write the same:"))
	ann.Wait(containsJS("#banner bdi", stream))
	for _, dir := range []string{"ltr", "rtl"} { // the direction of their text
		gap := browser.Value[float64](ann, `(() => {
			const quote = document.querySelector("#banner bdi"), before = quote.previousSibling, last = document.createRange();
			quote.dir = "`+dir+`";
			last.setStart(before, before.length - 2);
			last.setEnd(before, before.length - 1);
			const [r, q] = [last.getBoundingClientRect(), quote.getBoundingClientRect()];
			return q.top >= r.bottom ? 99 : q.left - r.right;
		})()`)
		if gap < 2 {
			t.Errorf("before a quote in direction %s there are %v px", dir, gap)
		}
	}
	if got := textsOf(ann, "#banner button"); got != "Hold newcomers|Slow mode|URLs off|Lock down|" {
		t.Errorf("the answers are %q", got)
	}
	ann.Eval(`[...document.querySelectorAll("#banner button")][0].focus()`)
	ann.Eval(click("Hold newcomers"))
	ann.Wait(containsJS("#banner", "Their comments go to review.") + ` && document.activeElement.matches("#banner [data-undo]")`)
	ann.Eval(click("Slow mode"))
	ann.Eval(click("URLs off"))
	ann.Wait(`document.querySelectorAll("#banner .button").length === 2`) // lock down and undo
	if got := settings(); got != "held 10000 refused open" {
		t.Errorf("after three answers: %s", got)
	}
	// The other moderator can revert them, by key.
	ben.Wait(`document.querySelectorAll("#banner .button").length === 2`)
	press(ben, "z")
	ben.Wait(`document.querySelectorAll("#banner .button").length === 4`)
	if got := settings(); got != calm {
		t.Errorf("reverted: %s", got)
	}
	ann.Wait(`document.querySelectorAll("#banner .button").length === 4`)
	// A ban reports its effect, with its undo, in a line below the raid, whose answers
	// stay. Z reverts it once the ban is confirmed, and while the focus is
	// in the banner; so does the button.
	for _, undo := range []string{
		`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "z", code: "KeyZ", bubbles: true }))`,
		`document.querySelector("#banner > .banner [data-undo]").click()`,
	} {
		press(ann, "f")
		ann.Wait(`document.activeElement.matches(".feed .row")`)
		press(ann, "b")
		ann.Wait(`document.querySelector("dialog[open]")`)
		press(ann, "Enter")
		ann.Wait(`!document.querySelector("dialog")`)
		ann.Wait(containsJS("#banner > .banner", "is banned") + ` && document.querySelectorAll("#banner > .banner-acts .button").length === 4`)
		below := browser.Value[bool](ann, `document.querySelector("#banner > .banner").getBoundingClientRect().top >= document.querySelector("#banner > .banner-acts").getBoundingClientRect().bottom`)
		if !below {
			t.Error("the report of the action is not below the raid")
		}
		ann.Eval(`performance.clearResourceTimings(); document.querySelector("#banner button").focus()`)
		ann.Eval(undo)
		ann.Wait(`performance.getEntriesByType("resource").some((e) => /\/bans\/[0-9]+$/.test(e.name))`)
		if bans := h.do("GET", "/api/rooms/live/bans", nil)["bans"].([]any); len(bans) != 0 {
			t.Errorf("not lifted: %v", bans)
		}
	}
	// The raid goes on, however long all this has taken.
	h.sendNewcomers(20, func(i int) string { return fmt.Sprint("fuck you again ", i) })
	ann.Wait(containsJS("#banner button", "Lock down"))
	ann.Eval(click("Lock down"))
	ann.Wait(containsJS("#banner button", "Press again"))
	awaitArmed(ann)
	ann.Eval(click("Press again"))
	ann.Wait(containsJS("#banner", "Locked down"))
	press(ann, "z")
	ann.Wait(containsJS("#banner", "newcomers in 30 s."))
	if got := settings(); got != calm {
		t.Errorf("the lock-down reverted: %s", got)
	}
	ann.Eval(click("Close"))
	ann.Wait(`document.querySelector("#banner").hidden`)
	ben.Wait(containsJS("#banner", "newcomers in 30 s."))
}
