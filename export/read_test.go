package export_test

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/room"
	"danmaku/testrace"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// endless is a reader that repeats itself endlessly.
type endless struct {
	fragment string
	read     int
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.fragment[e.read%len(e.fragment):])
	e.read += n
	return n, nil
}

// An endless file is read only as far as needed to detect that.
func TestTooLarge(t *testing.T) {
	testrace.Skip(t)
	const line = `{"text":"x","offset_ms":1}` + "\n"
	for name, row := range map[string]struct {
		file   string
		reason string
		most   int // bytes that may have been read
	}{
		"lines":     {strings.Repeat(" ", 60<<10) + "\n", "the file is larger than 64 MiB", 65 << 20},
		"one line":  {`{"text":"`, "the file is larger than 64 MiB", 65 << 20},
		"a text":    {"x", "line 1, column 1: this is plain text, not a file of comments", 1 << 20},
		"a tag":     {"y", "line 1, column 1048584: a tag or a text is longer than 1 MiB", 2 << 20},
		"depth":     {"<i>", "line 1, column 193: elements are nested more than 64 deep", 1 << 20},
		"comments":  {line, "the file holds more than 50 comments", 1 << 20},
		"malformed": {"{}\n", "the file holds more than 50 comments", 1 << 20},
	} {
		e := &endless{fragment: row.file}
		var in io.Reader = e
		switch name {
		case "lines":
			in = io.MultiReader(strings.NewReader(line), e)
		case "a tag":
			in = io.MultiReader(strings.NewReader("<i a='"), e)
		}
		_, _, _, err := export.Read(in, export.ReadOptions{Most: 50})
		if err == nil || err.Error() != row.reason || e.read > row.most {
			t.Errorf("%s: %v after %d bytes", name, err, e.read)
		}
	}
	one := strings.Repeat(`<d p="1,1,25,1,1,0,a,1">x</d>`, 51)
	if _, _, _, err := export.Read(strings.NewReader("<i>"+one+"</i>"), export.ReadOptions{Most: 50}); err == nil || err.Error() != "the file holds more than 50 comments" {
		t.Errorf("51 comments in XML: %v", err)
	}
	huge := "<i><d p='1,1,25,1,1,0,a,1'>" + strings.Repeat("<![CDATA["+strings.Repeat("x", 1<<19)+"]]>", 3) + "</d></i>"
	if _, _, err := readStrictly(strings.NewReader(huge)); err == nil || !strings.Contains(err.Error(), "a comment is longer than 1 MiB") {
		t.Errorf("a comment in pieces: %v", err)
	}
}

// A fault is reported when it is found, without waiting for the rest of the file.
func TestFaultsAreReportedDuringTheUpload(t *testing.T) {
	for _, start := range []string{"<i>\n</d>", "<packet>\n</chat>", "<i><d p='1'>x<d p='2'>"} {
		behind := iotest.ErrReader(errors.New("somebody read on"))
		_, _, _, err := export.Read(io.MultiReader(strings.NewReader(start+strings.Repeat(" ", 70<<10)), behind), export.ReadOptions{Strict: true})
		var bad *room.Fault
		if !errors.As(err, &bad) {
			t.Errorf("%q: %v", start, err)
		}
	}
	_, _, _, err := export.Read(io.MultiReader(strings.NewReader("<i>\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), export.ReadOptions{})
	var bad *room.Fault
	if !errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &bad) {
		t.Errorf("a truncated upload is no fault of the file: %v", err)
	}
}

// The result does not depend on the pieces in which the bytes arrive.
func TestReadInPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for _, f := range []export.Format{export.BilibiliXML, export.NiconicoXML, export.JSONLines} {
		file, _ := write(t, f, export.Options{Room: "live"}, random(r, 300))
		want, report, format, err := export.Read(strings.NewReader(file), export.ReadOptions{})
		if err != nil || format != f || len(want) != 300 || report.Skipped() > 0 {
			t.Fatalf("%s: %d items, %+v, %v", f, len(want), report, err)
		}
		got, _, _, err := export.Read(iotest.OneByteReader(strings.NewReader(file)), export.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", f, d)
		}
	}
}

func TestNiconicoFields(t *testing.T) {
	item := export.Item{
		Offset: 12340 * time.Millisecond, Text: "hi", Mode: comment.Scroll, Color: comment.White, Size: comment.Medium,
		Sender: "u", SentAt: time.UnixMicro(1700000000_000250).UTC(), ID: "7", Line: 2, Column: 1,
	}
	with := func(change func(*export.Item)) *export.Item { i := item; change(&i); return &i }
	const chat = `no="7" vpos="1234" date="1700000000" date_usec="250" user_id="u"`
	for _, row := range []struct {
		attrs, text string
		want        *export.Item
		report      export.Report
	}{
		{attrs: chat, want: &item},
		{attrs: chat + ` mail="184"`, want: &item},
		{attrs: chat + ` mail="184 ue big red"`, want: with(func(i *export.Item) { i.Mode, i.Size, i.Color = comment.Top, comment.Big, "#ff0000" })},
		{attrs: chat + ` mail="shita small #12AbCd"`, want: with(func(i *export.Item) { i.Mode, i.Size, i.Color = comment.Bottom, comment.Small, "#12abcd" })},
		{attrs: chat + ` mail="naka ue green blue big small"`, want: with(func(i *export.Item) { i.Size, i.Color = comment.Big, "#00ff00" })},
		{attrs: chat + ` mail="truered #zzzzzz gothic"`, want: with(func(i *export.Item) { i.Color = "#cc0033" })},
		{attrs: `vpos="-500" no="7"`, want: with(func(i *export.Item) { i.Offset, i.Sender, i.SentAt = 0, "", time.Time{} })},
		{attrs: `vpos="1234" no="7" date="0" user_id="u"`, want: with(func(i *export.Item) { i.SentAt = time.Time{} })},
		{attrs: chat + ` deleted="1"`, report: export.Report{Deleted: 1}},
		{attrs: chat + ` deleted="0"`, want: &item},
		{attrs: chat + ` premium="3"`, text: "/vote start", report: export.Report{Commands: 1}},
		{attrs: chat + ` premium="3"`, want: &item},
		{attrs: chat + ` premium="1"`, text: "/hello", want: with(func(i *export.Item) { i.Text = "/hello" })},
		{attrs: `no="7"`, report: malformed(`the time is missing`)},
		{attrs: `vpos="soon"`, report: malformed(`vpos "soon" is not a number of hundredths of a second`)},
		{attrs: `vpos="99999999999"`, report: malformed("it comes more than 30 days after the first")},
		{attrs: chat + ` premium="2"`, text: "/hb ifseetno 1", report: export.Report{Commands: 1}},
		{attrs: chat + ` premium="6" mail="184" anonymity="1"`, text: "/reset lv1", report: export.Report{Commands: 1}},
		{attrs: chat + ` premium="7"`, text: "/vote start Which? A B", report: export.Report{Commands: 1}},
		{attrs: chat + ` premium="7"`, want: &item},
		{attrs: chat + ` mail="invisible 184"`, report: export.Report{Invisible: 1}},
		{attrs: chat + ` mail="184 Invisible ue"`, report: export.Report{Invisible: 1}},
		{attrs: `no="7" vpos="1234.0" date="1700000000.00025" user_id="u"`, want: &item},
		{attrs: `no="7" vpos="1233.5" date="1700000000" date_usec="250" user_id="u"`, want: with(func(i *export.Item) { i.Offset = 12335 * time.Millisecond })},
		{attrs: `no="7" vpos="1234" date="1700000000000" user_id="u"`, want: with(func(i *export.Item) { i.SentAt = time.Unix(1700000000, 0).UTC() })},
		{attrs: chat + ` name="Ann"`, want: with(func(i *export.Item) { i.Name = "Ann" })},
		{attrs: `no="7" vpos="1234" date="yesterday" user_id="u"`, want: with(func(i *export.Item) { i.SentAt = time.Time{} }),
			report: defaulted(`the date "yesterday" is not a number of seconds`)},
		{attrs: `no="7" vpos="1234" date="1700000000" date_usec="1000000" user_id="u"`, want: with(func(i *export.Item) { i.SentAt = time.Unix(1700000000, 0).UTC() }),
			report: defaulted(`date_usec "1000000" is not a number of microseconds`)},
	} {
		t.Run(row.attrs, func(t *testing.T) {
			text := row.text
			if text == "" {
				text = "hi"
			}
			items, report, format, err := export.Read(strings.NewReader("<packet>\n<chat "+row.attrs+">"+text+"</chat></packet>"), export.ReadOptions{})
			if err != nil || format != export.NiconicoXML {
				t.Fatal(format, err)
			}
			var want []export.Item
			if row.want != nil {
				want = []export.Item{*row.want}
			}
			if d := cmp.Diff(want, items); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(row.report, report, sentenceOnly); d != "" {
				t.Errorf("report (-want +got):\n%s", d)
			}
		})
	}
}

// defaulted is the report of one comment in line 2 with a field that got its default.
func defaulted(reason string) export.Report {
	return export.Report{Defaulted: 1, Notes: []room.Fault{{Line: 2, Column: 1,
		Message: "comments with a field that cannot be read and has its default: 1; the first: " + reason}}}
}

// malformed is the report of one unreadable comment in line 2.
func malformed(reason string) export.Report {
	return export.Report{Unread: 1, Malformed: []room.Fault{{Line: 2, Column: 1, Message: reason}}}
}

// sentenceOnly compares faults by their place and sentence, which contains all their other
// fields.
var sentenceOnly = cmp.Transformer("sentence", func(f room.Fault) string { return f.Error() })

func TestJSONLines(t *testing.T) {
	item := func(line int, offset time.Duration, text string) export.Item {
		return export.Item{Offset: offset, Text: text, Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Line: line, Column: 1}
	}
	at := func(i export.Item, ts string) export.Item {
		i.SentAt, _ = time.Parse(time.RFC3339, ts)
		return i
	}
	for name, row := range map[string]struct {
		in     string
		want   []export.Item
		report export.Report
		fault  string
	}{
		"plain": {in: `{"text":"b","offset_ms":2000}` + "\n\n" + `{"text":"a","offset_ms":1500,"unknown":[1]}`,
			want: []export.Item{item(3, 1500*time.Millisecond, "a"), item(1, 2*time.Second, "b")}},
		"mark and breaks": {in: "\ufeff{\"text\":\"a\",\"offset_ms\":0}\r\n",
			want: []export.Item{item(1, 0, "a")}},
		"before its zero": {in: `{"text":"a","offset_ms":-2000}` + "\n" + `{"text":"b","offset_ms":500}`,
			want: []export.Item{item(1, 0, "a"), item(2, 2500*time.Millisecond, "b")}},
		"by the clock": {in: `{"text":"b","ts":"2026-11-21T20:00:01+01:00"}` + "\n" + `{"text":"a","ts":"2026-11-21T19:00:00Z"}`,
			want: []export.Item{at(item(2, 0, "a"), "2026-11-21T19:00:00Z"), at(item(1, time.Second, "b"), "2026-11-21T19:00:01Z")}},
		"two clocks": {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b","ts":"2026-11-21T19:00:00Z"}`,
			want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed("offset_ms is missing, which other lines have")},
		"no time": {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b"}`, want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed("offset_ms and ts are missing")},
		"no text": {in: `{"text":"a","offset_ms":1}` + "\n" + `{"offset_ms":2}`, want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed("text is missing")},
		"mode":    {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b","offset_ms":2,"mode":"loop"}`, want: []export.Item{item(1, time.Millisecond, "a"), item(2, 2*time.Millisecond, "b")}, report: defaulted(`the mode "loop" is unknown`)},
		"size":    {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b","offset_ms":2,"size":"huge"}`, want: []export.Item{item(1, time.Millisecond, "a"), item(2, 2*time.Millisecond, "b")}, report: defaulted(`the size "huge" is unknown`)},
		"colour":  {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b","offset_ms":2,"color":"red?"}`, want: []export.Item{item(1, time.Millisecond, "a"), item(2, 2*time.Millisecond, "b")}, report: defaulted(`the colour "red?" is not like #rrggbb`)},
		"type":    {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":5,"offset_ms":2}`, want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed("text is a number")},
		"date":    {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b","ts":"soon"}`, want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed(`ts "soon" is not a time like 2026-11-21T04:05:06.789Z`)},
		"far":     {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b","offset_ms":9999999999}`, want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed("offset_ms 9999999999 is not a number, or further than 30 days")},
		"broken":  {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b"` + "\n", want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed("it is not well-formed JSON")},
		"cut off": {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"b"`, want: []export.Item{item(1, time.Millisecond, "a")},
			report: export.Report{Unread: 1, Malformed: malformed("the comment has no end").Malformed,
				Notes: []room.Fault{{Line: 2, Column: 12, Message: "the file ends before it is complete; what comes before that is read"}}}},
		"not UTF-8":   {in: `{"text":"a","offset_ms":1}` + "\n" + "{\"text\":\"\xff\",\"offset_ms\":1}", want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed("it is not UTF-8")},
		"long":        {in: `{"text":"a","offset_ms":1}` + "\n" + `{"text":"` + strings.Repeat("x", 2<<20) + `"}`, want: []export.Item{item(1, time.Millisecond, "a")}, report: malformed("it is longer than 1 MiB")},
		"all are bad": {in: "\n{\"a\":1}\n{", fault: "line 1, column 1: this is JSON of a kind that is not known; its fields are: a"},
	} {
		t.Run(name, func(t *testing.T) {
			items, report, format, err := export.Read(strings.NewReader(row.in), export.ReadOptions{})
			if format != export.JSONLines || row.fault != "" && (err == nil || err.Error() != row.fault) || row.fault == "" && err != nil {
				t.Fatalf("read as %s: %v", format, err)
			}
			if d := cmp.Diff(row.want, items); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(row.report, report, sentenceOnly); d != "" {
				t.Errorf("report (-want +got):\n%s", d)
			}
		})
	}
}

// checkSound checks that, for any input, the result is ordered and within its bounds, an error
// names a place inside the file, and there is either a result or an error.
func checkSound(t *testing.T, in string, items []export.Item, report export.Report, err error) {
	t.Helper()
	if err != nil {
		var bad *room.Fault
		if !errors.As(err, &bad) {
			t.Fatalf("not a fault: %v", err)
		}
		lines := strings.Split(in, "\n")
		if strings.Contains(strings.ReplaceAll(in, "\r\n", ""), "\r") {
			lines = append(lines, make([]string, strings.Count(in, "\r"))...) // CR also ends lines in tables
			lines[max(bad.Line, 1)-1] = in
		}
		if bad.Line < 1 || bad.Line > len(lines) || bad.Column < 1 || bad.Column > utf8.RuneCountInString(lines[bad.Line-1])+1 {
			t.Fatalf("no such place in the file: %v", err)
		}
		if len(items) > 0 || !cmp.Equal(report, export.Report{}, cmpopts.EquateEmpty()) {
			t.Fatal("an error and a result")
		}
		return
	}
	var last time.Duration
	for _, it := range items {
		if it.Offset < last || it.Offset > 31*24*time.Hour {
			t.Fatalf("out of order or bounds: %v after %v", it.Offset, last)
		}
		last = it.Offset
		if !utf8.ValidString(it.Text) || len(it.Color) != 7 || !slices.Contains(comment.Modes, it.Mode) || !slices.Contains(comment.Sizes, it.Size) {
			t.Fatalf("not a comment: %+v", it)
		}
	}
	for _, d := range report.Malformed {
		if d.Line < 1 || d.Line > strings.Count(in, "\n")+strings.Count(in, "\r")+1 || d.Message == "" || d.Code == "" {
			t.Fatalf("no such defect: %+v", d)
		}
	}
}

// placesOf returns the text that the places of a file's faults refer to. A file without lines
// counts its comments instead.
func placesOf(in string) string {
	source := bufio.NewReader(strings.NewReader(in))
	if zip, err := gzip.NewReader(source); err == nil {
		in = unpacked(zip, source)
	} else if content := inflated(in); content != "" && (!utf8.ValidString(in) || strings.ContainsFunc(in, unicode.IsControl)) {
		in = content
	}
	if strings.HasPrefix(in, "\n") {
		in += strings.Repeat("\n", len(in))
	}
	return in
}

// inflated returns as much as there is in a file in deflate that holds comments, or "".
func inflated(in string) string {
	framed, err := zlib.NewReader(strings.NewReader(in))
	if err != nil {
		framed = flate.NewReader(strings.NewReader(in))
	}
	var out strings.Builder
	_, _ = io.Copy(&out, io.LimitReader(framed, export.MaxFile))
	if strings.IndexAny(strings.TrimLeft(out.String(), "\ufeff \t\r\n"), "<[{") != 0 {
		return ""
	}
	return out.String()
}

// unpacked returns as much as there is of the members of a gzip file, with zeros between them.
func unpacked(zip *gzip.Reader, source *bufio.Reader) string {
	var out strings.Builder
	for {
		zip.Multistream(false)
		if _, err := io.Copy(&out, io.LimitReader(zip, export.MaxFile)); err != nil {
			return out.String()
		}
		b, err := source.ReadByte()
		for err == nil && b == 0 {
			b, err = source.ReadByte()
		}
		if err != nil || source.UnreadByte() != nil || zip.Reset(source) != nil {
			return out.String()
		}
	}
}

// readTwice reads a file whole and byte by byte.
func readTwice(t *testing.T, in string, read func(io.Reader) ([]export.Item, export.Report, error)) {
	items, report, err := read(strings.NewReader(in))
	checkSound(t, placesOf(in), items, report, err)
	slow, slowReport, slowErr := read(iotest.OneByteReader(strings.NewReader(in)))
	if !cmp.Equal(items, slow) || !cmp.Equal(report, slowReport) || (err == nil) != (slowErr == nil) || err != nil && err.Error() != slowErr.Error() {
		t.Fatalf("byte by byte the result differs: %v, %v", err, slowErr)
	}
}

func FuzzReadBilibili(f *testing.F) {
	for _, name := range []string{"no_closing.xml", "xss.xml"} {
		b, err := os.ReadFile("../testdata/replay/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("\ufeff<?xml version='1.0'?>\r\n<i>" + bilibiliElement(1.5, "3", "x\x01&#2;<b>y</b>") + bilibiliElement(1, "2", "&lt;") + "<d p='7'/></i>")
	f.Add("<i><d p='" + good + "'><![CDATA[x]]></d><!-- - --><?pi?></i>")
	f.Add("\uffff\uffff x<i>")
	f.Fuzz(func(t *testing.T, in string) { readTwice(t, in, read) })
}

func FuzzReadNiconico(f *testing.F) {
	golden, err := os.ReadFile("testdata/sample.niconico.xml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(golden))
	f.Add("<packet>\n<chat vpos='-1' mail='184 ue big #ABCDEF' deleted='1'/><chat premium='3' vpos='5'>/vote</chat><chat vpos='x'>\x01</chat></packet>")
	f.Add("<packet><chat date='1' date_usec='999999' vpos='5'>&#0;a</chat>")
	f.Fuzz(func(t *testing.T, in string) { readTwice(t, in, read) })
}

func FuzzReadJSONLines(f *testing.F) {
	golden, err := os.ReadFile("testdata/sample.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(golden))
	f.Add("\ufeff{\"text\":\"a\",\"offset_ms\":-5}\r\n\n{\"text\":\"b\",\"ts\":\"2026-11-21T20:00:01+01:00\"}\n{")
	f.Add(`{"text":"a","ts":"0001-01-01T00:00:00Z"}` + "\n" + `{"text":"b","ts":"9999-01-01T00:00:00Z"}`)
	f.Fuzz(func(t *testing.T, in string) { readTwice(t, in, read) })
}
