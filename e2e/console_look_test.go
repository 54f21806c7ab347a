package e2e

import (
	"os"
	"testing"

	"danmaku/e2e/browser"
)

// axe finds nothing that it calls moderate or worse, on any page of the console,
// in any language, dark or light, wide or as a dock.
func TestConsoleAxe(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("axe is not installed: run npm ci")
	}
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	hall(h)
	address, _ := h.link("owner", "Mika")
	look := func(page *browser.Page, what string) {
		t.Helper()
		found := browser.Value[[]struct {
			ID, Impact, Help string
			Nodes            []struct{ HTML, FailureSummary string }
		}](page, `axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.filter((v) => ["serious", "critical", "moderate"].includes(v.impact)))`)
		for _, v := range found {
			t.Errorf("%s: %s %s (%s): %+v", what, v.Impact, v.ID, v.Help, v.Nodes)
		}
	}
	for _, at := range []struct{ theme, lang string }{{"dark", "en"}, {"light", "zh-CN"}, {"light", "ja"}} {
		page := browser.New(t)
		dress(page, at.theme)
		page.Goto(address)
		for _, size := range []struct {
			width int64
			path  string
		}{{1440, "/console/live"}, {768, "/console/live"}, {320, "/dock/live"}} {
			page.Size(size.width, 900, 1)
			page.Goto(h.base + size.path + "?lang=" + at.lang)
			page.Wait(`document.querySelector(".held-item") && document.querySelector("#feed .row")`)
			page.Eval(string(axe) + `;0`)
			look(page, size.path+" "+at.theme+" "+at.lang)
			if size.width == 768 {
				continue
			}
			if size.width == 320 {
				page.Eval(`document.querySelector("#tab-review").click()`)
				look(page, "review on the dock "+at.theme)
				continue
			}
			for _, section := range []string{"rules", "people", "stats", "links", "audit", "room"} {
				page.Eval(`location.hash = "` + section + `"`)
				page.Wait(`document.querySelector("#page h2") && document.documentElement.dataset.section === "` + section + `" && document.querySelector("#page :is(.set, .line-row, .none-yet, .fault-list li, .stats-grid section)")`)
				look(page, section+" "+at.theme+" "+at.lang)
			}
			page.Eval(`location.hash = ""`)
			page.Wait(`document.documentElement.dataset.section === "live"`)
			for _, dialog := range []string{`document.querySelector('.feed .row:not(.removed) [data-act="person"]').click()`, `document.querySelector('.held-item [data-act="ban"]').click()`, `document.querySelector("#help").click()`} {
				page.Eval(dialog)
				page.Wait(`document.querySelector("dialog[open]")`)
				look(page, dialog+" "+at.theme)
				press(page, "Escape")
				page.Wait(`!document.querySelector("dialog")`)
			}
		}
	}
}
