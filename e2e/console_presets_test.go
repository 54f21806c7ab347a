package e2e

import "testing"

// A moderator saves a filter of the feed under a name and can use it on the next evening.
// Another name is another filter, and an undo restores a deleted one.
func TestFiltersAreSaved(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	s := h.sender()
	s.say("noodle", "the boss waits", nil)
	s.say("noodle", "hello everybody", nil)
	console.Wait(`document.querySelectorAll(".feed .row").length === 2`)
	open := func() {
		console.Eval(`document.querySelector("#filter-menu").open = true`)
		console.Wait(`document.querySelector("#filters button")`)
	}
	item := func(word string) string {
		return `[...document.querySelectorAll("#filters button")].find((b) => b.textContent === "` + word + `")`
	}

	// A filter that hides nothing cannot be saved.
	open()
	console.Wait(`!` + item("Save this filter…"))
	console.Eval(item("Waiting") + `.click()`)
	console.Wait(`document.querySelectorAll(".feed .row").length === 1`)
	search(console, "boss")
	open()
	console.Wait(item("Save this filter…"))
	console.Eval(item("Save this filter…") + `.click()`)
	console.Wait(containsJS("dialog", "Waiting · with “boss”"))
	checkAxe(t, console, source, "the dialog that saves a filter", true)
	enterText(console, "dialog input", "Bosses")
	press(console, "Enter")
	console.Wait(`!document.querySelector("dialog") && ` + containsJS("#banner", "“Bosses” is saved"))
	console.Eval(`document.querySelector("#filtered .chip").click()`)
	press(console, "Escape")
	console.Eval(`(() => { const field = document.querySelector("#search"); field.value = ""; field.dispatchEvent(new Event("input")); })()`)
	console.Wait(`document.querySelectorAll(".feed .row").length === 2`)

	// It is there after a reload, and its rows with it.
	console.Goto(h.base + "/console/live")
	console.Wait(`document.querySelectorAll(".feed .row").length === 2`)
	open()
	console.Wait(item("Bosses") + `.getAttribute("aria-pressed") === "false"`)
	checkAxe(t, console, source, "the menu of filters", true)
	console.Eval(item("Bosses") + `.click()`)
	console.Wait(`document.querySelectorAll(".feed .row").length === 1 && document.querySelector("#search").value === "boss" && ` + item("Bosses") + `.getAttribute("aria-pressed") === "true"`)

	// Deleted, and restored.
	console.Eval(`document.querySelector('#filters [aria-label="Delete the filter “Bosses”"]').click()`)
	console.Wait(`!` + item("Bosses") + ` && ` + containsJS("#banner", "is deleted"))
	console.Eval(`document.querySelector("#banner button").click()`)
	open()
	console.Wait(item("Bosses"))

	// With twelve there is no room for another, and the dialog reports it.
	console.Eval(`localStorage.setItem("danmaku-console-filters", JSON.stringify(Array.from({ length: 12 }, (_, i) => ({ name: "filter " + i, kind: "refused", query: "q" + i, source: "", calm: false }))))`)
	console.Goto(h.base + "/console/live")
	console.Wait(`document.querySelector(".feed .row")`) // the search keeps its words
	open()
	console.Eval(item("Waiting") + `.click()`)
	open()
	console.Eval(item("Save this filter…") + `.click()`)
	enterText(console, "dialog input", "one more")
	press(console, "Enter")
	console.Wait(containsJS("dialog .fault", "12 filters are saved"))
	enterText(console, "dialog input", "filter 3")
	press(console, "Enter")
	console.Wait(`!document.querySelector("dialog")`)
	open()
	console.Wait(item("filter 3") + `.getAttribute("aria-pressed") === "true"`)
}
