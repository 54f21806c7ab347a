package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"danmaku/e2e/browser"
)

// Two rooms are shown side by side, each with its own feed, keys and focus; a link for one
// room opens that room alone.
func TestTwoRoomsSideBySide(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	h.do("POST", "/api/rooms", map[string]any{"id": "stage", "title": "Stage two"})
	all := h.do("POST", "/api/links", map[string]string{"role": "owner", "label": "Mika"}) // of every room
	console := openConsole(t, all["url"].(string))
	console.Size(1280, 800, 1)
	console.Eval(`document.querySelector("#rooms-menu").open = true`)
	console.Wait(containsJS("#rooms a", "Beside it: Stage two"))
	console.Eval(`[...document.querySelectorAll("#rooms a")].find((e) => e.textContent.includes("Beside it")).click()`)
	console.Wait(`location.search === "?rooms=live,stage"`)
	inside := func(i int, expression string) string {
		return fmt.Sprintf(`((document) => %s)(window.document.querySelectorAll("iframe")[%d]?.contentDocument)`, expression, i)
	}
	for i := range 2 {
		console.Wait(inside(i, `document?.querySelector("#rate") && document.querySelector("#rate").textContent !== "–"`))
	}
	phone := openConnectedPhone(t, h.base+"/r/stage")
	sendComment(phone, "only on the stage")
	console.Wait(inside(1, `document.querySelector("#feed").textContent.includes("only on the stage")`))
	if browser.Value[bool](console, inside(0, `document.querySelector("#feed").textContent.includes("only on the stage")`)) {
		t.Error("a comment of one room is in the feed of the other")
	}

	// F6 moves from one to the other, and keys stay in the focused room.
	for _, at := range []int{0, 1, 0} {
		press(console, "F6")
		console.Wait(fmt.Sprintf(`document.activeElement === document.querySelectorAll("iframe")[%d]`, at))
		press(console, "c")
		console.Wait(inside(at, `document.activeElement.id === "say"`))
		console.Eval(inside(at, `document.activeElement.blur()`))
		if browser.Value[bool](console, inside(1-at, `document.activeElement.id === "say"`)) {
			t.Errorf("a key in room %d reached the other", at)
		}
	}
	for _, size := range [][2]int64{{1280, 800}, {1920, 1080}, {360, 740}} {
		console.Size(size[0], size[1], 1)
		keepPhoneShot(t, console, fmt.Sprintf("beside-%d.png", size[0]))
		if over := browser.Value[int](console, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("at %d it runs %d px off the side", size[0], over)
		}
	}
	console.Size(1280, 800, 1)
	console.Eval(inside(1, `(() => { document.querySelector("#rooms-menu").open = true; })()`))
	console.Wait(inside(1, `document.querySelector("#rooms a[target=_top]")`))
	console.Eval(inside(1, `document.querySelector("#rooms a[target=_top]").click()`))
	console.Wait(`location.pathname === "/console/stage"`)

	console.Ignore("422")
	console.Ignore("404")
	for path, want := range map[string]int{"/console?rooms=live": 422, "/console?rooms=live,live": 422, "/console?rooms=live,nowhere": 404, "/console?rooms=live,stage": 200} {
		if got := browser.Value[int](console, `fetch("`+path+`").then((got) => got.status)`); got != want {
			t.Errorf("%s answers %d, want %d", path, got, want)
		}
	}
	given, _ := h.makeLink("moderator", "Ann") // of one room
	ann := openConsole(t, given)
	ann.Ignore("403")
	if got := browser.Value[int](ann, `fetch("/console?rooms=live,stage").then((got) => got.status)`); got != http.StatusForbidden {
		t.Errorf("a moderator of one room gets status %d", got)
	}
}
