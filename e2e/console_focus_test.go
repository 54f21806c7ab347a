package e2e

import (
	"fmt"
	"testing"

	"danmaku/e2e/browser"
)

// focusedRowJS is the ID of the row with the focus, and the act of its button.
const focusedRowJS = `(document.activeElement.closest("[data-id]")?.dataset.id ?? "none") + " " + (document.activeElement.dataset.act ?? document.activeElement.id)`

// Review is drawn anew with every comment that arrives. The focus stays on its button,
// so that Enter decides about the comment that was chosen.
func TestTheFocusStaysInItsRowOfReview(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	s := h.sender()
	var ids []string
	hold := func() {
		n := len(ids)
		ids = append(ids, s.say(fmt.Sprint("guest", n), "boss "+wordFor(n)+" "+wordFor(n+40), nil))
	}
	for range 4 {
		hold()
	}
	console := openConsole(t, address)
	rows := func(n int) {
		t.Helper()
		console.Wait(fmt.Sprintf(`document.querySelectorAll(".held-item").length === %d`, n))
	}
	focused := func(want string) {
		t.Helper()
		if got := browser.Value[string](console, focusedRowJS); got != want {
			t.Fatalf("the focus is on %q, not on %q", got, want)
		}
	}
	rows(4)

	console.Eval(`document.querySelectorAll(".held-item")[2].querySelector("[data-act=refuse]").focus()`)
	hold()
	rows(5)
	focused(ids[2] + " refuse")
	press(console, "Enter")
	console.Wait(`document.querySelector(".decided")?.dataset.id === ` + fmt.Sprintf("%q", ids[2]))
	rows(4)
	focused(ids[0] + " refuse") // the current one

	console.Eval(`document.querySelector(".decided [data-act=undo]").focus()`)
	hold()
	rows(5)
	focused(ids[2] + " undo")

	// Opening a row leaves the focus in it.
	console.Eval(`document.querySelectorAll(".held-item")[1].querySelector("[data-act=look]").focus()`)
	press(console, "Enter")
	console.Wait(`document.querySelector(".held-item.current").dataset.id === ` + fmt.Sprintf("%q", ids[1]))
	console.Wait(`document.activeElement.dataset.act === "approve"`)
	focused(ids[1] + " approve")

	// Another moderator decides everything.
	for i, id := range ids {
		if i != 2 {
			h.do("POST", "/api/rooms/live/comments/"+id+"/refuse", nil)
		}
	}
	rows(0)
	console.Wait(`document.activeElement.id !== ""`)
	focused("none review-empty")
}

// A key opens the dialog of a ban at once even if the server is gone, and not when the
// connection returns, when the next key is meant for something else.
func TestDialogsOpenWithoutAConnection(t *testing.T) {
	p, stop := startStoppable(t, t.TempDir(), freePort(t))
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	h.sender().say("moss", "boss one", nil)
	console := openConsole(t, address)
	console.IgnoreAway()
	awaitQueueItem(console, "boss one")
	console.Wait(`performance.getEntriesByType("resource").some((e) => e.name.includes("/ban-times.js"))`)
	stop()
	console.Wait(containsJS("#banner", "No connection"))
	press(console, "b")
	console.Wait(`document.querySelector("dialog[open] .ban-form") !== null`)
	press(console, "Enter")
	console.Wait(containsJS("#alarm", "No connection. Try again."))
}
