package e2e

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/e2e/browser"
	rooms "danmaku/room"
	"danmaku/store"
)

// After the show a moderator sees its report, sets where the recording began, and
// downloads a picture, a table, a text and chapters. None contains a removed comment.
func TestAfterTheShow(t *testing.T) {
	source := axe(t)
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("moderator", "Mika")
	console := openConsole(t, address)
	next := console.Downloads()
	console.Eval(`location.hash = "report"`)
	console.Wait(containsJS("#page", "No show yet"))

	s := h.sender()
	for _, who := range []string{"moss", "noodle", "pike"} {
		s.say(who, "BOSS fight 🎉", nil)
	}
	gone := s.say("moss", "a secret", nil)
	h.do("POST", "/api/rooms/live/comments/"+gone+"/remove", nil)
	console.Eval(`location.hash = ""`)
	console.Eval(`location.hash = "report"`)
	console.Wait(containsJS("#page .report-totals", "Comments"))
	if got := browser.Value[string](console, `[...document.querySelectorAll("#page .report-totals dd")].map((e) => e.textContent).join()`); got != "3,3,3,0,1" {
		t.Errorf("the totals are %s", got)
	}
	console.Wait(containsJS("#page .report-chips", "boss") + `&& ` + containsJS("#page .report-offset", "0:00") + `&& ` + containsJS("#page .help", "The first comment"))
	checkAxe(t, console, source, "the report", true)

	// The recording began ten minutes before the show.
	console.Eval(`(() => {
		const [day, clock] = document.querySelectorAll("#page .moment input");
		const at = new Date(new Date(day.value + "T" + clock.value).getTime() - 600_000);
		[day.value, clock.value] = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).split("T");
		clock.dispatchEvent(new Event("change"));
	})()`)
	console.Wait(containsJS("#page .report-offset", "10:00") + `&& ` + containsJS("#page .help", "As you set it."))

	// The time shows 24 hours in every browser, and says what it does not understand.
	setClock := func(text string) {
		console.Eval(`(() => { const clock = document.querySelector("#page .moment .clock"); clock.value = ` + strconv.Quote(text) + `; clock.dispatchEvent(new Event("change")); })()`)
	}
	kept := browser.Value[string](console, `document.querySelector("#page .moment .clock").value`)
	setClock("8 pm")
	console.Wait(containsJS("#page [role=status].fault", "such as 20:18") + `&& document.querySelector("#page .moment .clock").getAttribute("aria-invalid") === "true"`)
	setClock(strings.ReplaceAll(kept, ":", ""))
	console.Wait(`document.querySelector("#page .moment .clock").value === ` + strconv.Quote(kept) + ` && !document.querySelector("#page [role=status].fault")`)

	console.Eval(pressButtonJS("Save as picture"))
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
	console.Eval(pressButtonJS("Copy as chapters"))
	console.Wait(`window.copied?.startsWith("0:00 Start\n10:00 boss fight")`)
	console.Wait(containsJS("#page [role=status]", "Chapters copied"))
	for lang, want := range map[string]string{"zh-CN": "直播复盘", "ja": "配信のふり返り"} {
		console.Eval(`document.querySelector('#languages [lang="` + lang + `"]').click()`)
		console.Wait(containsJS("#page h2", want) + ` && document.querySelector("#page .report-totals")`)
	}
}

// The report of an older show covers only that show, from its own recording on, in the
// page and in its files.
func TestAfterOneOfTwoShows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	_, stop := launch(t, "--listen", "127.0.0.1:0", "--data", dir)
	stop()
	db, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	newest := time.Now().Add(-2 * time.Hour).Truncate(time.Second)
	for i, text := range []string{"volcano", "glacier"} {
		at := newest.Add(time.Duration(i-1) * 3 * time.Hour)
		for kind, moment := range map[rooms.MomentKind]time.Time{rooms.RecordStart: at.Add(time.Duration(i-2) * 5 * time.Minute), rooms.RecordStop: at.Add(time.Minute)} {
			if err := db.AddMoment(t.Context(), rooms.Moment{Room: "live", Kind: kind, At: moment}); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 3 {
			c := comment.Comment{ID: comment.NewID(at, uint32(10*i+n)), At: at, Text: text, User: fmt.Sprint("u", n), Source: comment.FromAudience}
			if _, err := db.Append(t.Context(), rooms.Event{Room: "live", At: at, Kind: rooms.KindComment, Comment: c}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}

	p, _ := launch(t, "--listen", "127.0.0.1:0", "--data", dir)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("moderator", "Mika")
	console := openConsole(t, address)
	next := console.Downloads()
	console.Eval(`location.hash = "report"`)
	for i, show := range []struct{ text, other, offset string }{{"glacier", "volcano", "5:00"}, {"volcano", "glacier", "10:00"}} {
		console.Wait(`document.querySelectorAll("#page select option").length === 2`)
		console.Eval(fmt.Sprintf(`(() => { const show = document.querySelector("#page select"); show.value = "%d"; show.dispatchEvent(new Event("change")); })()`, i))
		console.Wait(containsJS("#page .report-chips", show.text) + ` && ` + containsJS("#page .report-offset", show.offset) + ` && !` + containsJS("#page", show.other))
		if got := browser.Value[string](console, `document.querySelector("#page .report-totals dd").textContent + ", " + document.querySelectorAll("#page .report-offset").length`); got != "3, 1" {
			t.Errorf("comments and peaks of %s: %s", show.text, got)
		}
		for _, link := range []string{"CSV", "Markdown"} {
			console.Eval(`[...document.querySelectorAll("#page a")].find((a) => a.textContent === "` + link + `").click()`)
			if name, file := next(); !strings.Contains(string(file), show.text) || !strings.Contains(string(file), show.offset) || strings.Contains(string(file), show.other) {
				t.Errorf("%s of %s holds\n%s", name, show.text, file)
			}
		}
	}
}
