package e2e

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/e2e/browser"
	"danmaku/export"

	"github.com/chromedp/chromedp"
)

// The owner downloads the comments, as a spreadsheet and as XML, and replays the
// XML: it flies over the overlay, marked as a replay, while every console
// can pause and stop it.
func TestExportAndReplayInTheConsole(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	s := h.sender()
	s.say("moss", "the first", nil)
	gone := s.say("moss", "taken down later", nil)
	s.say("=noodle", "=1+1, or \"so\"", nil)
	h.do("POST", "/api/rooms/live/comments/"+gone+"/remove", nil)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	next := console.Downloads()
	console.Eval(`location.hash = "export"`)
	console.Wait(`document.querySelector('#page [value="csv"]')`)

	for _, f := range export.Formats {
		console.Eval(fmt.Sprintf(`document.querySelector('#page [name="export-format"][value=%q]').click()`, string(f)))
		console.Wait(fmt.Sprintf(`document.querySelector('#page .help').textContent !== "" && [...document.querySelectorAll('#page .check')].some((box) => box.offsetParent !== null) === %t`, f.Marked()))
	}
	console.Eval(`document.querySelector('#page [value="csv"]').click()`)
	console.Eval(`document.querySelector('#page [value="removed"]').click()`)
	console.Eval(pressButtonJS("Download"))
	console.Wait(containsJS("#page [role=status]", "3 comments downloaded."))
	name, text := next()
	table, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(table) != 4 || !strings.HasPrefix(name, "live-") || !strings.HasSuffix(name, ".csv") {
		t.Fatalf("%s holds %q, %v", name, table, err)
	}
	for i, want := range []string{"text", "the first", "taken down later", `'=1+1, or "so"`} {
		if table[i][5] != want {
			t.Errorf("line %d says %q, want %q", i, table[i][5], want)
		}
	}
	if table[3][6] != "'=noodle" || table[2][11] != "removed" || table[1][11] != "shown" {
		t.Errorf("the table is %q", table)
	}

	// Without any status there is nothing to export, and the page says so.
	console.Eval(`for (const input of document.querySelectorAll('#page .swatches :checked')) input.click()`)
	console.Wait(containsJS("#page .fault", "Choose which comments."))
	console.Eval(`document.querySelector('#page [value="shown"]').click()`)
	console.Eval(`document.querySelector('#page [value="bilibili-xml"]').click()`)
	console.Eval(pressButtonJS("Download"))
	console.Wait(containsJS("#page [role=status]", "2 comments downloaded."))
	_, text = next()
	if !strings.Contains(string(text), ">the first</d>") || strings.Contains(string(text), "taken down") {
		t.Errorf("the XML is\n%s", text)
	}

	// The place of a fault in a file is reported; a downloaded file can be replayed.
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	overlay := browser.Open(t, p.overlay+"&duration=60")
	overlay.Wait(`typeof danmaku === "object" && danmaku.stats().state === "open" || document.readyState === "complete"`)
	play := func(path string) {
		console.Do(chromedp.SetUploadFiles(chromedp.CSS(`#page input[type="file"]`), []string{path}))
		console.Wait(`document.querySelector("#page section:last-of-type .button.main").getAttribute("aria-disabled") === "false"`)
		console.Eval(`document.querySelector("#page section:last-of-type .button.main").click()`)
	}
	console.Ignore("status of 422") // Chromium's own message about the refusal
	console.Eval(`document.querySelector('#page [value="file"]').click()`)
	play(file("broken.xml", "<i>\n<d p=\"1\">x</i>"))
	console.Wait(containsJS("#page .fault", "There is no comment in it that could be played.") + ` && ` + containsJS("#page .fault-list", "Line 2, column 1: The comment has no end."))
	play(file("subtitles.ass", "[Script Info]\n"))
	console.Wait(containsJS("#page .fault", "Line 1, column 1: This is a file of the kind ASS"))
	// The intact part of a damaged file is replayed, and its defects are reported.
	play(file("killed.xml", `<i><d p="0,1,25,1,later,0,a,1">whole</d><sc ts="0" user="Ann">paid</sc><gift ts="1"/>`+"\n"+`<d p="1,1`))
	console.Wait(containsJS("#page [role=status]", "The file plays. Remarks:"))
	for _, want := range []string{"Super chats, which are played highlighted: 1", "Gifts, which are not played: 1", "Line 2, column 1: The comment has no end.",
		"Line 2, column 10: The file ends before it is complete.", "Line 1, column 4: Comments with a field that cannot be read and has its default: 1. The first: The date “later” is not a number of seconds."} {
		console.Wait(containsJS("#page .fault-list", want))
	}
	overlay.Wait(containsJS(`.dm[data-source='replay']`, "paid"))
	console.Wait(containsJS(".replay-name .chip", "Played to the end"))

	// A file without an end can be stopped, and does not block another replay.
	_, key := h.makeLink("owner", "a slow line")
	body, sent := io.Pipe()
	defer sent.Close()
	slow, err := http.NewRequest("PUT", h.base+"/api/rooms/live/replay/file?name=slow.xml", body)
	if err != nil {
		t.Fatal(err)
	}
	slow.Header.Set("Authorization", "Bearer "+key)
	answered := make(chan int, 1)
	go func() {
		answer, err := http.DefaultClient.Do(slow)
		if err != nil {
			answered <- 0
			return
		}
		answer.Body.Close()
		answered <- answer.StatusCode
	}()
	fmt.Fprint(sent, "<i>")
	console.Wait(containsJS(".replay-name", "slow.xml") + ` && ` + containsJS(".replay-name .chip", "Loading"))
	console.Eval(`[...document.querySelectorAll(".replay-panel .page-bar > *")].filter((e) => e.checkVisibility()).map((e) => e.textContent).join() === "Stop" && document.querySelector(".replay-panel .stop").click()`)
	console.Wait(containsJS(".replay-name .chip", "Stopped"))
	long := strings.Replace(string(text), "</i>", `<d p="3000,1,25,16777215,1700000000,0,a,9">much later</d></i>`, 1)
	play(file("show <b>.xml", long))
	console.Wait(containsJS(".replay-name", "show <b>.xml") + ` && ` + containsJS(".replay-name .chip", "On air"))
	overlay.Wait(containsJS(`.dm[data-source='replay']`, "the first"))
	console.Wait(containsJS("#page .replay-panel .help", "3 comments · 2 shown · 0 held · 0 refused · 0 skipped"))

	fmt.Fprint(sent, `<d p="1,1,25,16777215,1700000000,0,a,9">too late</d></i>`)
	sent.Close()
	if status := <-answered; status != http.StatusConflict {
		t.Errorf("the stopped file gets status %d", status)
	}

	// Another console, of a moderator, sees it and controls it from its live page.
	modAddress, _ := h.makeLink("moderator", "Ann")
	mod := openConsole(t, modAddress)
	mod.Wait(containsJS("#banner", "Replay: show <b>.xml") + ` && ` + containsJS("#banner", "of 50:00"))
	mod.Wait(containsJS("#feed .source", "Replayed"))
	mod.Eval(`document.querySelector('#banner [data-answer="hold"]').click()`)
	console.Wait(containsJS(".replay-name .chip", "Paused"))
	console.Eval(`(() => { const at = document.querySelector('#page [type="range"]'); at.value = at.max; at.dispatchEvent(new Event("change")); })()`)
	mod.Wait(containsJS("#banner", "Replay paused: show <b>.xml, 50:00 of 50:00"))
	console.Eval(pressButtonJS("Go on"))
	overlay.Wait(containsJS(".dm-text", "much later"))
	console.Wait(containsJS(".replay-name .chip", "Played to the end"))
	mod.Wait(`!` + containsJS("#banner", "show"))
}

// pressButtonJS is JavaScript that presses the page's button with a label.
func pressButtonJS(word string) string {
	return `[...document.querySelectorAll("#page button")].find((b) => b.textContent.includes("` + word + `")).click()`
}
