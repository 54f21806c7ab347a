package export_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/room"

	"github.com/google/go-cmp/cmp"
)

// read reads as much of a file as can be read; strictly reads only a well-formed one.
func read(r io.Reader) ([]export.Item, export.Report, error) {
	items, report, _, err := export.Read(r, export.ReadOptions{})
	return items, report, err
}

func readStrictly(r io.Reader) ([]export.Item, export.Report, error) {
	items, report, _, err := export.Read(r, export.ReadOptions{Strict: true})
	return items, report, err
}

func readFile(t *testing.T, name string) ([]export.Item, export.Report, error) {
	t.Helper()
	f, err := os.Open("../testdata/replay/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return readStrictly(f)
}

// The counts were taken from the files with other tools.
func TestRealFiles(t *testing.T) {
	type counts struct {
		items, positioned, malformed int
		scroll, top, bottom          int
		small, medium, big           int
		first, last                  time.Duration
	}
	for name, want := range map[string]counts{
		"comment.xml": {items: 1386, scroll: 1202, top: 74, bottom: 110, small: 125, medium: 1216, big: 45,
			first: 0, last: 506400 * time.Millisecond},
		"boss.xml": {items: 937, positioned: 63, scroll: 770, top: 50, bottom: 117, small: 64, medium: 873,
			first: 0, last: 258477997 * time.Microsecond},
	} {
		t.Run(name, func(t *testing.T) {
			items, report, err := readFile(t, name)
			if err != nil {
				t.Fatal(err)
			}
			got := counts{items: len(items), positioned: report.Positioned, malformed: len(report.Malformed)}
			got.last = items[len(items)-1].Offset
			for _, it := range items {
				switch it.Mode {
				case comment.Scroll:
					got.scroll++
				case comment.Top:
					got.top++
				case comment.Bottom:
					got.bottom++
				}
				switch it.Size {
				case comment.Small:
					got.small++
				case comment.Medium:
					got.medium++
				case comment.Big:
					got.big++
				}
				if it.Text == "" || it.Sender == "" || it.ID == "" || it.SentAt.Year() < 2009 {
					t.Errorf("line %d is not complete: %+v", it.Line, it)
				}
			}
			want.first, got.first = 0, 0
			if d := cmp.Diff(want, got, cmp.AllowUnexported(counts{})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if !slices.IsSortedFunc(items, func(a, b export.Item) int { return int(a.Offset - b.Offset) }) {
				t.Error("the items are not in order of time")
			}
		})
	}
}

func TestBrokenFiles(t *testing.T) {
	for name, want := range map[string]room.Fault{
		"no_closing.xml": {Line: 9, Column: 1, Code: "inside", Word: "d", OfLine: 8, OfColumn: 1,
			Message: "a comment begins inside another one; <d> of line 8, column 1 is not closed"},
		"xss.xml": {Line: 1, Column: 1, Code: "other_root", Word: "img", Other: "i",
			Message: "this is not a comment file of Bilibili: it begins with <img> and not with <i>"},
	} {
		items, report, err := readFile(t, name)
		var got *room.Fault
		if !errors.As(err, &got) || *got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		if len(items) > 0 || report.Skipped() > 0 {
			t.Errorf("%s: a broken file still yields something", name)
		}
	}
}

const good = `12.345,5,36,16744448,1700000000,0,ab12,7`

func TestFields(t *testing.T) {
	item := export.Item{
		Offset: 12345 * time.Millisecond, Text: "hi", Mode: comment.Top, Color: "#ff8000", Size: comment.Big,
		Sender: "ab12", SentAt: time.Unix(1700000000, 0).UTC(), ID: "7", Line: 2, Column: 1,
	}
	with := func(change func(*export.Item)) *export.Item { i := item; change(&i); return &i }
	plain := func() *export.Item {
		return &export.Item{Offset: item.Offset, Text: "hi", Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Line: 2, Column: 1}
	}
	dandan := func(sender string) *export.Item {
		i := plain()
		i.Mode, i.Color, i.Sender = comment.Top, "#ff8000", sender
		return i
	}
	for _, row := range []struct {
		p          string
		want       *export.Item
		positioned bool
		reason     string // why it is skipped
		note       string // the fault of one of its fields
	}{
		{p: good, want: &item},
		{p: good + ",11", want: &item},
		{p: " 12.345, 5,36 ,16744448,1700000000,0,ab12,7", want: &item},
		{p: "12.345,5,35,16744448,1700000000,0,ab12,7", want: with(func(i *export.Item) { i.Size = comment.Medium })},
		{p: "12.345,5,18,16744448,1700000000,0,ab12,7", want: with(func(i *export.Item) { i.Size = comment.Small })},
		{p: "12.345,1,64,16744448,1700000000,0,ab12,7", want: with(func(i *export.Item) { i.Mode = comment.Scroll })},
		{p: "12.345,2,64,16744448,1700000000,0,ab12,7", want: with(func(i *export.Item) { i.Mode = comment.Scroll })},
		{p: "12.345,4,64,16744448,1700000000,0,ab12,7", want: with(func(i *export.Item) { i.Mode = comment.Bottom })},
		{p: "12.345,6,64,16744448,1700000000,0,ab12,7", want: with(func(i *export.Item) { i.Mode = comment.Reverse })},
		{p: "12.345,5,36,0,0,0,,7", want: with(func(i *export.Item) { i.Color, i.Sender, i.SentAt = "#000000", "", time.Time{} })},
		{p: "12.345,7,36,16744448,1700000000,0,ab12,7", positioned: true},
		{p: "12.345,9,36,16744448,1700000000,0,ab12,7", positioned: true},
		{p: "", reason: `the time is missing`},
		{p: "soon,5,36,16744448,1700000000,0,ab12,7", reason: `the time "soon" is not a number of seconds`},
		{p: "NaN,5,36,16744448,1700000000,0,ab12,7", reason: `the time "NaN"`},
		{p: "1e300,5,36,16744448,1700000000,0,ab12,7", reason: "it comes more than 30 days after the first"},
		{p: "12.345,7.0,36,1,1,0,a,1", positioned: true},
		// Recorders of live shows: the date in milliseconds, a user's number in place of the
		// hash, 0 for a missing ID, a time before the beginning.
		{p: "12.345,5,36,16744448,1700000000000,0,ab12,7", want: &item},
		{p: "12.345,5,36,16744448,1700000000000000,0,ab12,7", want: &item},
		{p: "12.345,5,36,16744448,1700000000.0,0,ab12,7", want: &item},
		{p: "12.345,5,36,16744448,2023-11-14T22:13:20Z,0,ab12,7", want: &item},
		{p: "12.345,5,36,-32768,1700000000,0,ab12,7", want: &item},
		{p: "12.345,5,36,4294934528,1700000000,0,ab12,7", want: &item},
		{p: "12.345,5,36,#FF8000,1700000000,0,ab12,7", want: &item},
		{p: "12.345,5.0,36.0,16744448,1700000000,0,ab12,0", want: with(func(i *export.Item) { i.ID = "" })},
		{p: good + ",8,9,10", want: &item},
		{p: "-0.12,5,36,16744448,1700000000,0,ab12,7", want: with(func(i *export.Item) { i.Offset = 0 })},
		{p: "1.2345E1,5,36,16744448,1700000000,0,ab12,7", want: &item},
		// dandanplay: time, type, colour, user.
		{p: "12.345,5,16744448,[Bilibili]u1", want: dandan("[Bilibili]u1")},
		{p: "12.345,5,16744448,u,1", want: dandan("u,1")},
		{p: "12.345,5,16744448,12345", want: dandan("12345")},
		{p: "12.345,5,0,u1", want: with(func(i *export.Item) { *i = *dandan("u1"); i.Color = "#000000" })},
		// Another layout of eight and more: ID, attributes, milliseconds.
		{p: "1234567890123,0,12345,5,36,16744448,1700000000,0,ab12", want: with(func(i *export.Item) { i.ID = "1234567890123" })},
		// Optional fields that are missing or unreadable.
		{p: "12.345", note: `fields are missing in "12.345"`, want: plain()},
		{p: "12.345,1,25", note: `fields are missing`, want: plain()},
		{p: "12.345,1,25,16777215", note: `fields are missing`, want: plain()},
		{p: "12.345,5,36,16744448,1700000000,0,ab12", note: "fields are missing", want: with(func(i *export.Item) { i.ID = "" })},
		{p: "12.345,0,0,0,0,0,0", note: "fields are missing", want: plain()},
		{p: "12.345,x,36,16744448,1700000000,0,ab12,7", note: `the type "x" is unknown`, want: with(func(i *export.Item) { i.Mode = comment.Scroll })},
		{p: "12.345,0,36,16744448,1700000000,0,ab12,7", note: `the type "0" is unknown`, want: with(func(i *export.Item) { i.Mode = comment.Scroll })},
		{p: "12.345,5,tall,16744448,1700000000,0,ab12,7", note: `the size "tall"`, want: with(func(i *export.Item) { i.Size = comment.Medium })},
		{p: "12.345,5,0,0,1700000000,0,ab12,7", note: `the size "0"`, want: with(func(i *export.Item) { i.Size, i.Color = comment.Medium, comment.White })},
		{p: "12.345,5,36,16777216,1700000000,0,ab12,7", note: `the colour "16777216" is not a number from 0 to 16777215`, want: with(func(i *export.Item) { i.Color = comment.White })},
		{p: "12.345,5,36,azure?,1700000000,0,ab12,7", note: `the colour "azure?"`, want: with(func(i *export.Item) { i.Color = comment.White })},
		{p: "12.345,5,36,16744448,yesterday,0,ab12,7", note: `the date "yesterday"`, want: with(func(i *export.Item) { i.SentAt = time.Time{} })},
		{p: "12.345,5,36,16744448,-5,0,ab12,7", note: `the date "-5"`, want: with(func(i *export.Item) { i.SentAt = time.Time{} })},
	} {
		t.Run(row.p, func(t *testing.T) {
			items, report, err := read(strings.NewReader("<i>\n<d p=\"" + row.p + "\">hi</d></i>"))
			if err != nil {
				t.Fatal(err)
			}
			if (report.Positioned == 1) != row.positioned || (len(report.Malformed) == 1) != (row.reason != "") {
				t.Fatalf("report %+v", report)
			}
			note := ""
			for _, n := range report.Notes {
				note += n.Message
			}
			if (note != "") != (row.note != "") || !strings.Contains(note, row.note) || (report.Defaulted == 1) != (row.note != "") {
				t.Errorf("noted %q, %d have a default, want %q", note, report.Defaulted, row.note)
			}
			if row.reason != "" && (report.Malformed[0].Line != 2 || !strings.HasPrefix(report.Malformed[0].Message, row.reason)) {
				t.Errorf("defect %+v, want line 2: %s", report.Malformed[0], row.reason)
			}
			var want []export.Item
			if row.want != nil {
				want = []export.Item{*row.want}
			}
			if d := cmp.Diff(want, items); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func bilibiliElement(sec float64, id, text string) string {
	return fmt.Sprintf(`<d p="%g,1,25,1,1,0,a,%s">%s</d>`, sec, id, text)
}

func TestOrder(t *testing.T) {
	items, _, err := readStrictly(strings.NewReader("<i>" + bilibiliElement(2, "9", "c") + bilibiliElement(2, "10", "d") + bilibiliElement(0.5, "99", "a") +
		bilibiliElement(2, "8", "b") + bilibiliElement(2, "18446744073709551616", "e") + "</i>"))
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, it := range items {
		got += it.Text
	}
	if got != "abcde" {
		t.Errorf("order %q, want by time, then by ID as a number", got)
	}
}

func TestTexts(t *testing.T) {
	for in, want := range map[string]string{
		"a &lt;b&gt; &amp; &quot;c&quot; &#x5f39;&#24149;": `a <b> & "c" 弹幕`,
		"<![CDATA[<script>]]>":                             "<script>",
		"bad\x08 and \x00 bytes\uFFFE":                     "bad and  bytes",
		"&#8;&#x1F;&#xD800;&#x110000;refs&#65;":            "refsA",
		"line\r\nbreak":                                    "line\nbreak",
		"<b>bold</b> text":                                 "bold text",
		"<!-- note -->x":                                   "x",
		"":                                                 "",
	} {
		items, report, err := readStrictly(strings.NewReader("\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<i>" + bilibiliElement(1, "1", in) + "</i>\n"))
		if err != nil || report.Skipped() > 0 || len(items) != 1 {
			t.Errorf("%q: %d items, %+v, %v", in, len(items), report, err)
			continue
		}
		if items[0].Text != want {
			t.Errorf("%q: got %q, want %q", in, items[0].Text, want)
		}
	}
}

func TestPlacesOfFaults(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "line 1, column 1: the file is empty",
		" \n":                         "line 1, column 1: the file is empty",
		"hello":                       "line 1, column 1: this is plain text, not a file of comments",
		"hello <d p=\"1\">x</d>":      "line 1, column 1: this is not a comment file of Bilibili: it begins with text",
		"\n\n  <html></html>":         "line 1, column 1: this is a file of the kind HTML",
		"&#65;<i/>":                   "line 1, column 1: this is plain text",
		"{\"a\": 1}":                  "line 1, column 1: this is JSON of a kind that is not known; its fields are: a",
		"<!-- x -->":                  "line 1, column 11: this is not a comment file of Bilibili: there is no <i> in it",
		"<i>\n<d p=\"1\">弹幕</i>":      "line 2, column 12: </i> comes before the end of <d> of line 2, column 1",
		"<i>\n弹幕<d p='1'>x":           "line 2, column 13: the file ends before <d> of line 2, column 3 is closed",
		"<i></i></i>":                 "line 1, column 8: </i> closes nothing",
		"<i></i>\n<i></i>":            "line 2, column 1: <i> stands behind the end",
		"<i>\uffff\x01<d p='1'>x</i>": "line 1, column 16: </i> comes before the end of <d> of line 1, column 6",
		"<i></i> more":                "line 1, column 9: text stands behind the end",
		"<i><d p=1>x</d></i>":         "line 1, column",
		"<i>\n\n<d p=\"&nope;\"/>":    "line 3, column",
		"<?xml version='1.0' encoding='ebcdic-cp-us'?><i/>": `line 1, column 1: the file says that it is in "ebcdic-cp-us"; save it as UTF-8`,
		"\xff\xfe<\x00i\x00":          "line 1, column 3: this is not a comment file of Bilibili: there is no <i> in it",
		strings.Repeat("<i>", 100000): "line 1, column 193: elements are nested more than 64 deep",
	} {
		_, _, err := readStrictly(strings.NewReader(in))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60q: got %v, want %s", in, err, want)
		}
	}
}
