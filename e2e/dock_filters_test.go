package e2e

import (
	"fmt"
	"testing"

	"danmaku/e2e/browser"
)

// A dock of 320 px has the menu of filters, too, with the saved ones. The
// search is a magnifier until it is used; then it has its own line.
func TestSavedFiltersInANarrowDock(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("moderator", "Kim")
	s := h.sender()
	s.say("noodle", "the boss waits", nil)
	s.say("noodle", "hello everybody", nil)
	dock := openConsole(t, address)
	dock.Eval(`localStorage.setItem("danmaku-console-filters", JSON.stringify([{ name: "Bosses", kind: "held", query: "boss", source: "", calm: false }]))`)
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		for _, width := range []int64{320, 360, 599} {
			t.Run(fmt.Sprint(lang, " ", width), func(t *testing.T) {
				dock.Size(width, 720, 2)
				dock.Goto(h.base + "/dock/live?lang=" + lang)
				dock.Wait(`document.querySelectorAll(".feed .row").length === 2 && !document.querySelector("#search").value`)
				inLine := "4"
				if lang == "ja" && width == 320 {
					inLine = "3" // its words are longer, so that the search moves below
				}
				line := `(() => {
					const boxes = ["#filter", "#filter-menu > summary", "#calm", ".search"].slice(0, ` + inLine + `).map((s) => document.querySelector(s).getBoundingClientRect());
					return boxes.every((r) => r.width >= 34 && r.height >= 34 && r.left >= 0 && r.right <= innerWidth) && Math.max(...boxes.map((r) => r.top)) < Math.min(...boxes.map((r) => r.bottom));
				})()`
				if !isTrue(dock, line) {
					t.Errorf("filter, menu, calm and search are not in one line: %s", boxesOf(dock, "#filter, #filter-menu, #calm, .search"))
				}
				keepShot(t, dock, fmt.Sprint("dock-filters-", width, "-", lang))
				dock.Eval(`document.querySelector("#filter-menu").open = true`)
				dock.Wait(`[...document.querySelectorAll("#filters button")].some((b) => b.textContent === "Bosses")`)
				if !isTrue(dock, `(() => { const r = document.querySelector("#filters").getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth && r.bottom <= innerHeight; })()`) {
					t.Errorf("the menu leaves the dock: %s", boxesOf(dock, "#filters"))
				}
				keepShot(t, dock, fmt.Sprint("dock-filters-open-", width, "-", lang))
				if lang == "en" {
					checkAxe(t, dock, source, "the menu of filters in a dock", true)
				}
				dock.Eval(`[...document.querySelectorAll("#filters button")].find((b) => b.textContent === "Bosses").click()`)
				dock.Wait(`document.querySelectorAll(".feed .row").length === 1 && document.querySelector("#search").value === "boss" && document.querySelector("#search").getBoundingClientRect().width > 150`)
				keepShot(t, dock, fmt.Sprint("dock-filters-used-", width, "-", lang))
				dock.Eval(`document.querySelector("#filtered .chip").click()`)
				dock.Eval(`(() => { const field = document.querySelector("#search"); field.value = ""; field.dispatchEvent(new Event("input")); })()`)
				dock.Wait(`document.querySelectorAll(".feed .row").length === 2`)
			})
		}
	}
}

// boxesOf returns the rectangles of elements in the window.
func boxesOf(p *browser.Page, selectors string) string {
	return browser.Value[string](p, `[...document.querySelectorAll("`+selectors+`")].map((e) => { const r = e.getBoundingClientRect(); return [e.id || e.className, ...[r.left, r.top, r.right, r.bottom].map(Math.round)].join(" "); }).join("; ")`)
}
