package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/report"
	"danmaku/room"
	"danmaku/store"
)

// runReport runs the command on a data folder.
func runReport(t *testing.T, data string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), environment{args: append([]string{"report", "--data", data}, args...), out: &o, err: &e})
	return code, o.String(), e.String()
}

// The report of a show has comments, a poll, a question and moderators' actions, and
// nothing removed; every file of it and the command agree, with the server
// and without.
func TestReportOfAShow(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	boss := p.console()
	if status, body := boss.do("GET", "/api/rooms/live/report", nil, nil); status != http.StatusOK || !strings.Contains(body, `"comments":0`) || !strings.Contains(body, `"peaks":[]`) {
		t.Errorf("before the show: %d %s", status, body)
	}
	ann, bob := p.phone(), p.phone()
	post := func(b *browser, text string, more ...string) string {
		t.Helper()
		fields := map[string]string{"text": text}
		for i := 0; i < len(more); i += 2 {
			fields[more[i]] = more[i+1]
		}
		status, body := b.do("POST", "/api/rooms/live/comments", fields, ours)
		var ack struct{ ID string }
		if err := json.Unmarshal([]byte(body), &ack); err != nil || status/100 != 2 {
			t.Fatalf("%q: %d %s", text, status, body)
		}
		return ack.ID
	}
	list := newItem(boss, "questions", `{"title":"Ask us"}`)
	post(ann, "ocean level | <b>now</b>", "name", "Ann")
	post(bob, "the ocean level 🎉")
	gone := post(bob, "ocean of secrets")
	post(ann, "Is there an encore?", "name", "Ann", "item", list.ID)
	hidden := post(ann, "secret question", "name", "Ann", "item", list.ID)
	for _, id := range []string{gone, hidden} {
		if status, body := boss.do("POST", "/api/rooms/live/comments/"+id+"/remove", nil, ours); status/100 != 2 {
			t.Fatalf("%d %s", status, body)
		}
	}
	poll := newItem(boss, "poll", `{"question":"Which map?","options":["Ice","Fire"]}`)
	if status, body := ann.do("POST", "/api/rooms/live/items/"+poll.ID+"/take_part", map[string]string{"choice": "1"}, ours); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	// A vote is stored when it is answered, and counted shortly afterwards.
	for end := time.Now().Add(patience); boss.item("GET", poll.ID, nil).poll(t).Counts[1] != 1; {
		if time.Now().After(end) {
			t.Fatal("the vote is not counted")
		}
	}

	status, body := boss.do("GET", "/api/rooms/live/report", nil, nil)
	var r report.Report
	if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if r.Comments != 2 || r.People != 2 || r.Removed != 1 || r.ZeroIs != report.ZeroFirst || len(r.Peaks) != 1 || r.Peaks[0].OffsetMS != 0 {
		t.Errorf("the report is %s", body)
	}
	if len(r.Polls) != 1 || r.Polls[0].Options[1] != (report.Count{Text: "Fire", N: 1}) || len(r.Asked) != 1 || r.Asked[0].Text != "Is there an encore?" {
		t.Errorf("polls %+v, questions %+v", r.Polls, r.Asked)
	}
	if !slices.ContainsFunc(r.Staff, func(m report.Moderator) bool { return m.Taken == 2 && m.Shown == 2 }) {
		t.Errorf("moderators' actions are %+v", r.Staff)
	}
	if !slices.Contains(r.Words, report.Count{Text: "ocean", N: 2}) {
		t.Errorf("words are %+v", r.Words)
	}
	wants := map[string]string{
		export.ReportCSV: "total,,,comments,,2,2", export.ReportMarkdown: "| Fire | 1 |", export.ReportChapters: "0:00 Start", export.ReportJSON: `"comments":2`,
	}
	files := map[string]string{}
	for _, format := range export.ReportFormats {
		status, files[format] = boss.do("GET", "/api/rooms/live/report?format="+format, nil, nil)
		if status != http.StatusOK || !strings.Contains(files[format], wants[format]) || strings.Contains(files[format], "secret") {
			t.Errorf("%s: %d %s", format, status, files[format])
		}
		if code, out, errs := runReport(t, dir, "--lang", "en", "--format", format); code != exitDone || out != files[format] {
			t.Errorf("%s by command: %d %s%s", format, code, errs, out)
		}
	}
	if _, body := boss.do("GET", "/api/rooms/live/report?format=md&lang=ja", nil, nil); !strings.Contains(body, "コメント 2 件") {
		t.Errorf("in Japanese: %s", body)
	}
	for _, bad := range []string{"format=pdf", "session=yesterday", "session=1700000000000", "to=1700000000000", "from=1500000000000", "zero=recording"} {
		if status, body := boss.do("GET", "/api/rooms/live/report?"+bad, nil, nil); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, status, body)
		}
	}
	if code, _, errs := runReport(t, dir, "--lang", "en", "--room", "other"); code != exitFailed || !strings.Contains(errs, `no room "other"`) {
		t.Errorf("of another room: %d %s", code, errs)
	}
	p.stop()
	for _, format := range export.ReportFormats {
		if code, out, errs := runReport(t, dir, "--lang", "en", "--format", format); code != exitDone || out != files[format] {
			t.Errorf("%s without a server: %d %s%s, want %s", format, code, errs, out, files[format])
		}
	}
}

// With two shows in one room each report has only its own comments, polls and moments.
// OBS reported where the recording of each began, and the peaks count from there.
func TestReportOfOneOfTwoShows(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	p.stop()
	db, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	first := time.Now().Add(-5 * time.Hour).Truncate(time.Second)
	second := first.Add(2 * time.Hour)
	for i, show := range []struct {
		at       time.Time
		recorded time.Duration // before the first comment
		text     string
		people   int
	}{{first, 10 * time.Minute, "volcano", 3}, {second, 2 * time.Minute, "glacier", 2}} {
		if err := db.AddMoment(t.Context(), room.Moment{Room: "live", Kind: room.RecordStart, At: show.at.Add(-show.recorded)}); err != nil {
			t.Fatal(err)
		}
		for n := range show.people {
			at := show.at.Add(time.Duration(n) * time.Second)
			c := comment.Comment{ID: comment.NewID(at, uint32(10*i+n)), At: at, Text: show.text, User: fmt.Sprint("u", n), Source: comment.FromAudience}
			if _, err := db.Append(t.Context(), room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: c}); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.AddMoment(t.Context(), room.Moment{Room: "live", Kind: room.RecordStop, At: show.at.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	p = start(t, dir)
	boss := p.console()
	for _, show := range []struct {
		at           time.Time
		zero         time.Time
		offset, text string
		other        string
		n            int
	}{
		{first, first.Add(-10 * time.Minute), "10:00", "volcano", "glacier", 3},
		{second, second.Add(-2 * time.Minute), "2:00", "glacier", "volcano", 2},
	} {
		session := "session=" + strconv.FormatInt(show.at.UnixMilli(), 10)
		status, body := boss.do("GET", "/api/rooms/live/report?"+session, nil, nil)
		var r report.Report
		if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		if r.Comments != show.n || r.People != show.n || r.ZeroIs != report.ZeroRecording || r.Zero != show.zero.UnixMilli() || r.From != show.at.UnixMilli() ||
			len(r.Peaks) != 1 || r.Peaks[0].Outside || r.Peaks[0].OffsetMS != show.at.Sub(show.zero).Milliseconds() {
			t.Errorf("the report of %s is %s", show.text, body)
		}
		wants := map[string]string{
			export.ReportCSV: "," + show.offset + "," + show.text, export.ReportMarkdown: fmt.Sprintf("| %s | %d | %s |", show.offset, show.n, show.text),
			export.ReportChapters: "0:00 Start\n" + show.offset + " " + show.text, export.ReportJSON: show.text,
		}
		for _, format := range export.ReportFormats {
			status, file := boss.do("GET", "/api/rooms/live/report?format="+format+"&"+session, nil, nil)
			if status != http.StatusOK || !strings.Contains(file, wants[format]) || strings.Contains(file, show.other) {
				t.Errorf("%s of %s: %d, want %q in it\n%s", format, show.text, status, wants[format], file)
			}
		}
		if _, file := boss.do("GET", "/api/rooms/live/report?format=chapters&zero=first&"+session, nil, nil); file != "0:00 Start\n" {
			t.Errorf("from the first comment on: %s", file)
		}
	}
}
