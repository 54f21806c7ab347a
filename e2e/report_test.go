package e2e

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// After the show a moderator sees what it came to, sets where the recording began, and
// takes a picture, a table, a text and chapters along. What was taken down is in none.
func TestAfterTheShow(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := runnerAt(t, p.console)
	address, _ := h.link("moderator", "Mika")
	console := consoleAt(t, address)
	next := console.Downloads()
	console.Eval(`location.hash = "report"`)
	console.Wait(has("#page", "No show yet"))

	s := h.sender()
	for _, who := range []string{"moss", "noodle", "pike"} {
		s.say(who, "BOSS fight 🎉", nil)
	}
	gone := s.say("moss", "a secret", nil)
	h.do("POST", "/api/rooms/live/comments/"+gone+"/remove", nil)
	console.Eval(`location.hash = ""`)
	console.Eval(`location.hash = "report"`)
	console.Wait(has("#page .report-totals", "Comments"))
	if got := browser.Value[string](console, `[...document.querySelectorAll("#page .report-totals dd")].map((e) => e.textContent).join()`); got != "3,3,3,0,1" {
		t.Errorf("the totals are %s", got)
	}
	console.Wait(has("#page .report-chips", "boss") + `&& ` + has("#page .report-offset", "0:00") + `&& ` + has("#page .help", "The first comment"))
	checkAxe(t, console, source, "the report", true)

	// The recording began ten minutes before the show.
	console.Eval(`(() => {
		const zero = document.querySelector('#page [type="datetime-local"]');
		const at = new Date(new Date(zero.value).getTime() - 600_000);
		zero.value = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
		zero.dispatchEvent(new Event("change"));
	})()`)
	console.Wait(has("#page .report-offset", "10:00") + `&& ` + has("#page .help", "As you set it."))

	console.Eval(pressed("Save as picture"))
	name, file := next()
	picture, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil || name != "live-report.png" || picture.Width != 1200 || picture.Height != 675 {
		t.Errorf("%s is %d × %d, %v", name, picture.Width, picture.Height, err)
	}
	for link, want := range map[string]string{"CSV": ",10:00,", "Markdown": "| 10:00 | 3 |"} {
		console.Eval(`[...document.querySelectorAll("#page a")].find((a) => a.textContent === "` + link + `").click()`)
		if name, text := next(); !strings.Contains(string(text), want) || strings.Contains(string(text), "secret") {
			t.Errorf("%s holds\n%s", name, text)
		}
	}
	console.Eval(`navigator.clipboard.writeText = async (text) => { window.copied = text; }`)
	console.Eval(pressed("Copy as chapters"))
	console.Wait(`window.copied?.startsWith("0:00 Start\n10:00 boss fight")`)
	console.Wait(has("#page [role=status]", "Chapters copied"))
	for lang, want := range map[string]string{"zh-CN": "直播复盘", "ja": "配信のふり返り"} {
		console.Eval(`document.querySelector('#languages [lang="` + lang + `"]').click()`)
		console.Wait(has("#page h2", want) + ` && document.querySelector("#page .report-totals")`)
	}
}
