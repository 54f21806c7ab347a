package export_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/room"
	"danmaku/testrace"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

var began = time.Date(2023, 11, 14, 22, 13, 7, 655e6, time.UTC)

// shownRow makes a row that was shown at an offset from began.
func shownRow(n int, offset time.Duration, text string, style func(*room.Row)) room.Row {
	at := began.Add(offset)
	row := room.Row{Seq: int64(n), Status: comment.Shown, Comment: comment.Comment{
		ID: comment.NewID(at, uint32(n)), At: at, Text: text, User: fmt.Sprintf("user%d", n%7),
		Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
	}}
	if style != nil {
		style(&row)
	}
	return row
}

// sampleRows has a case of everything that could break a format.
func sampleRows() []room.Row {
	masked := func(r *room.Row) { r.Original, r.Rule = "not to be read", "words" }
	return []room.Row{
		shownRow(1, -5*time.Second, "before the recording", nil),
		shownRow(2, 0, "hello 世界 👋🏽", func(r *room.Row) { r.Name = "Kim, \"the\" one" }),
		shownRow(3, 12345*time.Millisecond, "top & big <b>", func(r *room.Row) {
			r.Mode, r.Size, r.Color, r.At = comment.Top, comment.Big, "#ff8000", time.UnixMilli(1700000000000).UTC()
		}),
		shownRow(4, 13*time.Second, "below, small", func(r *room.Row) { r.Mode, r.Size = comment.Bottom, comment.Small }),
		shownRow(5, 14*time.Second, "backwards in red", func(r *room.Row) { r.Mode, r.Color = comment.Reverse, "#ff0000" }),
		shownRow(6, 15*time.Second, `{\fs200\an5}tags \N and {\p1}m 0 0{\p0}`, nil),
		shownRow(7, 16*time.Second, "=HYPERLINK(\"http://x\",\"y\")", func(r *room.Row) { r.Name = "@SUM(A1)" }),
		shownRow(8, 17*time.Second, "a ***** word", masked),
		shownRow(9, 18*time.Second, "bad\x01 \uFFFE\x00char\u0085s ]]> '\"", nil),
		shownRow(10, 59996*time.Millisecond, "＝1＋1", func(r *room.Row) { r.Color = "#000000" }),
	}
}

func write(t testing.TB, f export.Format, opt export.Options, rows []room.Row) (string, export.Summary) {
	t.Helper()
	var b bytes.Buffer
	w, err := export.NewWriter(&b, f, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.Summary()
}

func TestGolden(t *testing.T) {
	for _, f := range export.Formats {
		t.Run(string(f), func(t *testing.T) {
			got, sum := write(t, f, export.Options{Room: "live", Zero: began, BOM: true}, sampleRows())
			if strings.Contains(got, "nobody") {
				t.Error("the text from before masking is in the file")
			}
			wantEarly := 0
			if f.Timed() {
				wantEarly = 1
			}
			if sum.Early != wantEarly || sum.Written != 10-wantEarly {
				t.Errorf("summary %+v", sum)
			}
			path := "testdata/sample" + f.Suffix()
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPublishedVector(t *testing.T) {
	got, _ := write(t, export.BilibiliXML, export.Options{Zero: began}, sampleRows())
	if want := `<d p="12.345,5,36,16744448,1700000000,0,`; !strings.Contains(got, want) {
		t.Errorf("%s is not in\n%s", want, got)
	}
	ass, _ := write(t, export.ASS, export.Options{Zero: began}, sampleRows())
	for _, want := range []string{`\c&H0080FF&`, ",0:01:00.00,"} {
		if !strings.Contains(ass, want) {
			t.Errorf("%s is not in\n%s", want, ass)
		}
	}
}

func TestWhereAnExportsTimeBegins(t *testing.T) {
	rows := sampleRows()
	for _, tt := range []struct {
		name  string
		opt   export.Options
		first string
		early int
	}{
		{"first comment", export.Options{}, `<d p="0.000,1,25,16777215,1699999982,`, 0},
		{"given, dropped", export.Options{Zero: began}, `<d p="0.000,1,25,16777215,1699999987,`, 1},
		{"given, clamped", export.Options{Zero: began, Early: export.EarlyClamp}, `<d p="0.000,1,25,16777215,1699999982,`, 1},
	} {
		got, sum := write(t, export.BilibiliXML, tt.opt, rows)
		if i := strings.Index(got, "<d "); !strings.HasPrefix(got[i:], tt.first) || sum.Early != tt.early {
			t.Errorf("%s: %+v\n%s", tt.name, sum, got)
		}
	}
}

// TestRecording exports a recording that ended, after a pause: later comments do not belong to
// it.
func TestRecording(t *testing.T) {
	at := func(s int) time.Time { return began.Add(time.Duration(s) * time.Second) }
	var rows []room.Row
	for i, s := range []int{-5, 0, 15, 59, 60, 61, 500} {
		rows = append(rows, room.Row{Seq: int64(i + 1), Status: comment.Shown, Comment: comment.Comment{ID: comment.ID(i + 1), At: at(s), Text: strconv.Itoa(s)}})
	}
	pauses := []room.Pause{{From: at(10), To: at(20)}}
	stoppedPaused := []room.Pause{{From: at(30), To: at(60)}}
	for _, tt := range []struct {
		format export.Format
		early  export.Early
		pauses []room.Pause
		want   string // text@seconds
		after  int
	}{
		{export.JSONLines, export.EarlyDefault, pauses, "-5@-5 0@0 15@10 59@49 60@50 61@51 500@490", 0},
		{export.JSONLines, export.EarlyDrop, pauses, "0@0 59@49", 3},
		{export.BilibiliXML, export.EarlyDefault, pauses, "0@0 59@49", 3},
		{export.BilibiliXML, export.EarlyClamp, pauses, "-5@0 0@0 15@10 59@49 60@50 61@50 500@50", 3},
		{export.BilibiliXML, export.EarlyClamp, stoppedPaused, "-5@0 0@0 15@15 59@30 60@30 61@30 500@30", 3},
		{export.BilibiliXML, export.EarlyDefault, stoppedPaused, "0@0 15@15", 3},
	} {
		text, sum := write(t, tt.format, export.Options{Zero: began, End: at(60), Early: tt.early, Pauses: tt.pauses}, rows)
		if got := strings.Join(offsets(tt.format, text), " "); got != tt.want || sum.After != tt.after {
			t.Errorf("%s %q: %+v\n got %s\nwant %s", tt.format, tt.early, sum, got, tt.want)
		}
	}
}

// offsets returns the texts of a file with their whole seconds.
func offsets(format export.Format, text string) (list []string) {
	pattern := regexp.MustCompile(`<d p="(-?\d+)\.000[^>]*>([^<]+)<`)
	if format == export.JSONLines {
		pattern = regexp.MustCompile(`"offset_ms":(-?\d+?)(?:000)?,"text":"([^"]+)"`)
	}
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		list = append(list, m[2]+"@"+m[1])
	}
	return list
}

// TestPauses exports a recording that was paused twice: its clock was stopped, and comments
// from the pauses are left out.
func TestPauses(t *testing.T) {
	at := func(s int) time.Time { return began.Add(time.Duration(s) * time.Second) }
	pauses := []room.Pause{{From: at(10), To: at(30)}, {From: at(40), To: at(45)}, {From: at(100)}}
	var rows []room.Row
	for i, s := range []int{-5, 0, 9, 10, 29, 30, 39, 42, 46, 99, 100, 500} {
		rows = append(rows, room.Row{Seq: int64(i + 1), Status: comment.Shown, Comment: comment.Comment{ID: comment.ID(i + 1), At: at(s), Text: strconv.Itoa(s)}})
	}
	for _, tt := range []struct {
		format        export.Format
		early         export.Early
		want          string // text@seconds
		before, stood int
	}{
		{export.JSONLines, export.EarlyDefault, "-5@-5 0@0 9@9 10@10 29@10 30@10 39@19 42@20 46@21 99@74 100@75 500@75", 0, 0},
		{export.JSONLines, export.EarlyDrop, "0@0 9@9 30@10 39@19 46@21 99@74", 1, 5},
		{export.BilibiliXML, export.EarlyDefault, "0@0 9@9 30@10 39@19 46@21 99@74", 1, 5},
		{export.BilibiliXML, export.EarlyClamp, "-5@0 0@0 9@9 10@10 29@10 30@10 39@19 42@20 46@21 99@74 100@75 500@75", 1, 5},
	} {
		text, sum := write(t, tt.format, export.Options{Zero: began, Early: tt.early, Pauses: pauses}, rows)
		if s := strings.Join(offsets(tt.format, text), " "); s != tt.want || sum.Early != tt.before || sum.Paused != tt.stood {
			t.Errorf("%s %q: %+v\n got %s\nwant %s", tt.format, tt.early, sum, s, tt.want)
		}
	}
}

// TestSpreadsheet reads the CSV back and looks for cells that a spreadsheet would read as
// formulas.
func TestSpreadsheet(t *testing.T) {
	rows := sampleRows()
	for i, start := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} {
		rows = append(rows, shownRow(20+i, 2*time.Minute, start+"1", func(r *room.Row) { r.Name = start + "name" }))
	}
	got, _ := write(t, export.CSV, export.Options{Room: "live"}, rows)
	table, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(table) != len(rows)+1 || strings.Count(got, "\r\n") != len(table) {
		t.Errorf("%d lines of %d rows", len(table), len(rows))
	}
	for _, line := range table[1:] {
		for i, cell := range line {
			if i != 4 && strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") || strings.HasPrefix(cell, "＝") {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
}

// TestTextsAreNotMarkup looks for any part of a comment that a player would interpret.
func TestTextsAreNotMarkup(t *testing.T) {
	got, _ := write(t, export.ASS, export.Options{}, sampleRows())
	for line := range strings.Lines(got) {
		fields := strings.SplitN(strings.TrimPrefix(line, "Dialogue: "), ",", 10)
		if len(fields) != 10 || !strings.HasPrefix(line, "Dialogue: ") {
			continue
		}
		_, text, _ := strings.Cut(fields[9], "}")
		if strings.ContainsAny(text, `{}\`) {
			t.Errorf("a tag of the author: %s", text)
		}
	}
}

// counter counts bytes and keeps none.
type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// TestMemoryOfAnExport writes 100,000 comments and measures the peak of live memory.
func TestMemoryOfAnExport(t *testing.T) {
	testrace.Skip(t)
	texts := random(rand.New(rand.NewPCG(1, 2)), 500)
	for _, f := range export.Formats {
		var out counter
		w, err := export.NewWriter(&out, f, export.Options{Room: "live"})
		if err != nil {
			t.Fatal(err)
		}
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		peak := uint64(0)
		for i := range 100_000 {
			row := texts[i%len(texts)]
			row.At = began.Add(time.Duration(i) * 25 * time.Millisecond) // 40 a second
			row.ID = comment.NewID(row.At, uint32(i))
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
			if i%10_000 == 9999 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if peak > 4<<20 || out < 1_000_000 || w.Summary().Written != 100_000 {
			t.Errorf("%s: %d bytes live, %d written, %+v", f, peak, out, w.Summary())
		}
	}
}
