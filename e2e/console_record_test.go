package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// Every action that can be undone is undone from the record, by keyboard. The
// record shows what others do meanwhile, can be searched, and is exported as filtered.
func TestUndoFromTheActivityPage(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("moderator", "Ann")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := openConsole(t, address)
	s := h.sender()
	yes, no := s.say("moss", "boss approved", nil), s.say("noodle", "boss refused", nil)
	pin := s.say("tapioca", "pinned line", nil)
	rude := s.say("rudolf", "a rude line", nil)
	user := h.do("GET", "/api/rooms/live/comments?q=rude", nil)["comments"].([]any)[0].(map[string]any)["user"].(string)
	h.do("POST", "/api/rooms/live/comments/"+yes+"/approve", nil)
	h.do("POST", "/api/rooms/live/comments/"+no+"/refuse", nil)
	h.do("POST", "/api/rooms/live/comments/"+pin+"/pin", nil)
	h.do("PATCH", "/api/rooms/live", map[string]any{"title": "Friday", "slow_ms": 10000})
	h.do("POST", "/api/rooms/live/bans", map[string]any{"user": user, "kind": "mute", "reason": "for being rude"})
	overlay.Wait(containsJS(".dm-text", "boss approved"))
	console.Wait(containsJS(".feed .row", "a rude line"))

	console.Eval(`location.hash = "audit"`)
	row := func(text string) string {
		return `[...document.querySelectorAll("#page .line-row")].find((e) => e.textContent.includes(` + strconv.Quote(text) + `))`
	}
	undo := func(text string) {
		t.Helper()
		console.Wait(row(text) + `?.querySelector("button")`)
		console.Eval(row(text) + `.querySelector("button").focus()`)
		press(console, "Enter")
		console.Wait(row(text) + `?.querySelector(".chip")`)
		console.Wait(row(text) + `.contains(document.activeElement)`)
	}
	room := func(field string) string { return fmt.Sprint(h.do("GET", "/api/rooms/live", nil)[field]) }
	bans := func() int { return len(h.do("GET", "/api/rooms/live/bans", nil)["bans"].([]any)) }

	undo("Slow mode: 0 s → 10 s · Title: live → Friday")
	if room("title") != "live" || room("slow_ms") != "0" {
		t.Errorf("the settings: %s, %s", room("title"), room("slow_ms"))
	}
	undo("mutedrudolf · for being rude")
	if n := bans(); n != 0 {
		t.Errorf("%d bans", n)
	}
	undo("liftedrudolf · for being rude")
	if n := bans(); n != 1 {
		t.Errorf("%d bans after lifting was undone", n)
	}
	undo("approvedboss approved")
	overlay.Wait(`!` + containsJS(".dm-text", "boss approved"))
	undo("refusedboss refused")
	overlay.Wait(containsJS(".dm-text", "boss refused"))
	undo("hostpinnedpinned line") // not the unpinned one
	console.Wait(`document.querySelector("#pinned").hidden`)

	// A list of rules, and a setting that somebody else has changed since.
	h.do("PUT", "/api/rooms/live/rules", map[string]any{"name": "words", "text": holdBoss + "plum", "on": true})
	h.do("PATCH", "/api/rooms/live", map[string]any{"slow_ms": 5000})
	h.do("PATCH", "/api/rooms/live", map[string]any{"slow_ms": 7000})
	undo("changed ruleswords · entries changed · +plum")
	if lists := fmt.Sprint(h.do("GET", "/api/rooms/live/rules", nil)["lists"]); strings.Contains(lists, "plum") {
		t.Errorf("the lists: %s", lists)
	}
	console.Ignore("409")
	console.Wait(row("Slow mode: 0 s → 5 s") + `?.querySelector("button")`)
	console.Eval(row("Slow mode: 0 s → 5 s") + `.querySelector("button").click()`)
	console.Wait(containsJS("#banner", "host changed it since. Nothing was undone."))
	if room("slow_ms") != "7000" {
		t.Errorf("slow mode is %s", room("slow_ms"))
	}

	// Actions of others appear by themselves; removed comments stay removed.
	h.do("POST", "/api/rooms/live/lockdown", nil)
	undo("locked down")
	if room("locked") != "<nil>" {
		t.Errorf("locked: %s", room("locked"))
	}
	h.do("POST", "/api/rooms/live/comments/"+rude+"/remove", nil)
	console.Wait(row("took downa rude line"))
	if browser.Value[bool](console, row("took downa rude line")+`.querySelector("button") !== null`) {
		t.Error("an undo is offered for a removed comment")
	}

	console.Eval(`(() => { const f = document.querySelector("#page input[type=search]"); f.value = "being rude"; f.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	console.Wait(`document.querySelectorAll("#page .line-row").length === 3`)
	console.Eval(`(() => { const f = document.querySelector("#page select"); f.value = "mute"; f.dispatchEvent(new Event("change", { bubbles: true })); })()`)
	console.Wait(`document.querySelectorAll("#page .line-row").length === 2`)
	for format, line := range map[string]string{"csv": ",mute,", "jsonl": `"act":"mute"`} {
		file := browser.Value[string](console, `fetch(document.querySelector('#page a[download][href*="`+format+`"]').href).then(async (r) => r.headers.get("Content-Disposition") + "\n" + await r.text())`)
		if !strings.Contains(file, "live-audit."+format) || strings.Count(file, line) != 2 || strings.Contains(file, "unban") {
			t.Errorf("exported as %s:\n%s", format, file)
		}
	}
}
