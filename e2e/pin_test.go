package e2e

import (
	"path/filepath"
	"testing"

	"danmaku/e2e/browser"
)

// A pin stays until it is unpinned, over a reload and a restart; flying comments
// continue after a reload where they would be.
func TestAPinStaysOverAReloadAndARestart(t *testing.T) {
	data := filepath.Join(t.TempDir(), "kept")
	const text = "Draw at ten, write here"
	const pinned = `document.querySelector(".dm-pin .dm-text")?.textContent === "` + text + `"`
	act := func(console *browser.Page, method, path, body string) string {
		return browser.Value[string](console, `fetch("/api/rooms/live/comments`+path+`", { method: "`+method+`", headers: { "Content-Type": "application/json", "X-Requested-With": "danmaku" }, body: `+body+` })
			.then(async (r) => { if (!r.ok) throw new Error("said: " + r.status); return r.status === 204 ? "" : (await r.json()).id; })`)
	}
	id := ""
	t.Run("first", func(t *testing.T) {
		p := startProduct(t, "--data", data)
		overlay, console := browser.Open(t, p.overlay), browser.Open(t, p.console)
		id = act(console, "POST", "", `JSON.stringify({ text: "`+text+`" })`)
		act(console, "POST", "/"+id+"/pin", "undefined")
		overlay.Wait(pinned)
		way := `(innerWidth - (danmaku.rects().find((r) => r.id === "` + id + `")?.x ?? 1e9)) * 9000 / innerWidth` // ms that it has flown
		overlay.Wait(way + ` > 1000`)
		before := browser.Value[float64](overlay, way)
		overlay.Goto(p.overlay)
		overlay.Wait(pinned + ` && ` + way + ` > -1`)
		if after := browser.Value[float64](overlay, way); after < before {
			t.Errorf("it had flown for %v ms, and for %v ms after a reload", before, after)
		}
	})
	t.Run("restarted", func(t *testing.T) {
		p := startProduct(t, "--data", data)
		overlay, console := browser.Open(t, p.overlay), browser.Open(t, p.console)
		overlay.Wait(pinned)
		act(console, "DELETE", "/"+id+"/pin", "undefined")
		overlay.Wait(`!document.querySelector(".dm-pin")`)
	})
}
