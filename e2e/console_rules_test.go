package e2e

import (
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// listText returns the list on the server, for all rooms or for one
// room; "none" if there is none.
func (h *runner) listText(name string, all bool) string {
	for _, l := range h.do("GET", "/api/rooms/live/rules", nil)["lists"].([]any) {
		if l := l.(map[string]any); l["name"] == name && (l["all"] == true) == all {
			return l["text"].(string)
		}
	}
	return "none"
}

const rulesEditor = `.editor textarea`

// A new list is empty from the start, a list for all rooms is saved only
// after confirmation, and the shipped one can be restored.
func TestANewListOverwritesNoOther(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	shipped := h.listText("starter", true)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Eval(`location.hash = "rules"`)
	console.Wait(`document.querySelector("` + rulesEditor + `")?.value.length > 100`) // an owner begins with the shipped list

	// The words are covered until somebody edits them or reveals them.
	const blurred = `getComputedStyle(document.querySelector("` + rulesEditor + `")).filter.includes("blur")`
	console.Wait(blurred)
	keepPhoneShot(t, console, "rules-covered.png")
	console.Eval(`document.querySelector("` + rulesEditor + `").focus()`)
	console.Wait(`!` + blurred)
	console.Eval(`document.activeElement.blur()`)
	console.Wait(blurred)
	clickText(console, "#page button", "Show the words")
	console.Wait(`!` + blurred + ` && document.querySelector('#page [aria-pressed="true"]').textContent === "Show the words"`)
	clickText(console, "#page button", "Show the words")
	console.Wait(blurred)
	clickText(console, "#page button", "New list")
	console.Wait(`document.querySelector("` + rulesEditor + `").value === ""`)
	enterText(console, rulesEditor, "gooseberry\n/(/\nplum => burn")
	console.Wait(containsJS("#page .faulty", "2 faulty lines, left out"))
	enterText(console, rulesEditor, strings.Repeat("plum => burn\n", 130))
	console.Wait(containsJS("#page .faulty", "100 faulty lines, left out 30 further remarks are not listed."))
	clickText(console, "#page button", "Against the last 500")
	console.Wait(containsJS("#page .rules, #page", "30 further remarks are not listed: fix those above first."))
	enterText(console, rulesEditor, "gooseberry\n/(/\nplum => burn")
	console.Wait(containsJS("#page .faulty", "2 faulty lines, left out"))
	keepPhoneShot(t, console, "rules-new.png")
	for _, bad := range []struct{ name, want string }{{"", "Give the list a name first."}, {"starter", ""}} {
		enterText(console, `#page input.plain-field`, bad.name)
		if bad.want != "" {
			clickText(console, "#page button.main", "Save")
			console.Wait(containsJS("#page .saved-now", bad.want))
		}
	}
	clickText(console, "#page button.main", "Save") // a list of the room may have this name
	console.Wait(containsJS("#page .saved-now", "Saved and in force"))
	if got := h.listText("starter", true); got != shipped {
		t.Errorf("the shipped list became %.60q", got)
	}
	if got := h.listText("starter", false); !strings.HasPrefix(got, "gooseberry") {
		t.Errorf("the new list is %.60q", got)
	}

	// A name that another list of the room has.
	clickText(console, "#page button", "New list")
	enterText(console, rulesEditor, "mine")
	enterText(console, `#page input.plain-field`, "starter")
	clickText(console, "#page button.main", "Save")
	console.Wait(containsJS("#page .saved-now", "There is a list of this name already."))
	// A list for all rooms asks for confirmation.
	enterText(console, `#page input.plain-field`, "everywhere")
	clickText(console, "#page .page-bar .toggle", "For all rooms")
	clickText(console, "#page button.main", "Save")
	console.Wait(containsJS("dialog", "holds in every room"))
	keepPhoneShot(t, console, "rules-all.png")
	clickText(console, "dialog button", "Cancel")
	if got := h.listText("everywhere", true); got != "none" {
		t.Errorf("it was saved before the confirmation: %q", got)
	}
	clickText(console, "#page button.main", "Save")
	clickText(console, "dialog .dialog-buttons button", "Save")
	console.Wait(containsJS("#page .saved-now", "Saved and in force"))
	if got := h.listText("everywhere", true); got != "mine" {
		t.Errorf("the list for all rooms is %q", got)
	}

	// The shipped list: its switch and its lines ask, too, and it can be restored.
	choose := func(n int) {
		t.Helper()
		console.Eval(`(() => { const lists = document.querySelector("#page select"); lists.selectedIndex = ` + string(rune('0'+n)) + `; lists.dispatchEvent(new Event("change")); })()`)
	}
	choose(0)
	console.Wait(`document.querySelector("` + rulesEditor + `").value.length > 100`)
	clickText(console, "#page .page-bar .toggle", "On")
	console.Wait(containsJS("dialog", "comes with danmaku"))
	clickText(console, "dialog button", "Cancel")
	console.Wait(`document.querySelector("#page .page-bar .toggle input").checked`)
	enterText(console, rulesEditor, "only mine")
	clickText(console, "#page button.main", "Save")
	clickText(console, "dialog .dialog-buttons button", "Save")
	console.Wait(containsJS("#page .saved-now", "Saved and in force"))
	if got := h.listText("starter", true); got != "only mine" {
		t.Errorf("instead of the shipped list there is %.60q", got)
	}
	clickText(console, "#page button", "Restore the shipped list")
	clickText(console, "dialog .dialog-buttons button", "Restore the shipped list")
	console.Wait(`document.querySelector("` + rulesEditor + `").value.length > 100`)
	if got := h.listText("starter", true); got != shipped {
		t.Errorf("restored is %.60q", got)
	}
	console.Wait(`![...document.querySelectorAll("#page button")].some((b) => b.textContent.includes("Restore") && b.checkVisibility())`)
}

// Unsaved lines survive a change of language and of the list, and
// a moderator who leaves the page must confirm first.
func TestLeavingWithUnsavedLinesAsks(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, "pear")
	address, _ := h.makeLink("moderator", "Ann")
	console := openConsole(t, address)
	console.Eval(`location.hash = "rules"`)
	console.Wait(`document.querySelector("` + rulesEditor + `")?.value === "pear"`)
	enterText(console, rulesEditor, "pear\nplum")

	console.Eval(`location.hash = "people"`)
	console.Wait(containsJS("dialog", "What you typed is not saved: words."))
	keepPhoneShot(t, console, "rules-leave.png")
	if got := browser.Value[string](console, `location.hash`); got != "#rules" {
		t.Errorf("meanwhile the address is %q", got)
	}
	clickText(console, "dialog button", "Stay here")
	if got := browser.Value[string](console, `document.querySelector("`+rulesEditor+`").value`); got != "pear\nplum" {
		t.Errorf("after staying: %q", got)
	}
	// The page is opened again in another language, with the typed text.
	console.Eval(`document.querySelector('#languages a[lang="ja"]').click()`)
	console.Wait(`document.documentElement.lang === "ja" && document.querySelector("#page h2") !== null && document.querySelector("` + rulesEditor + `")?.value === "pear\nplum"`)
	console.Wait(containsJS("#page .saved-now", "未保存"))
	// Closing the tab asks, too.
	if !browser.Value[bool](console, `!dispatchEvent(new Event("beforeunload", { cancelable: true }))`) {
		t.Error("a tab with unsaved lines closes without a question")
	}
	console.Eval(`location.hash = "people"`)
	clickText(console, "dialog button", "移動する")
	console.Wait(`document.documentElement.dataset.section === "people" && location.hash === "#people"`)
	if browser.Value[bool](console, `!dispatchEvent(new Event("beforeunload", { cancelable: true }))`) {
		t.Error("leaving asks nothing")
	}
	console.Eval(`location.hash = "rules"`)
	console.Wait(`document.querySelector("` + rulesEditor + `")?.value === "pear"`)
	console.Eval(`location.hash = ""`)
	console.Wait(`document.documentElement.dataset.section === "live"`)
	if got := h.listText("words", false); got != "pear" {
		t.Errorf("saved is %q", got)
	}
}
