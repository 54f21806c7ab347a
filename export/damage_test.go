package export_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"

	"danmaku/export"

	"github.com/google/go-cmp/cmp"

	"danmaku/room"
	"danmaku/testrace"
)

// A file that is damaged in one place loses only the comment in that place.
func TestDamagedFiles(t *testing.T) {
	testrace.Skip(t)
	a, b := bilibiliElement(1, "1", "a"), bilibiliElement(2, "2", "b")
	const first, second = "1s scroll medium #000001 |a", "2s scroll medium #000001 |b"
	both := []string{first, second}
	long := strings.Repeat("x", 2<<20)
	for name, row := range map[string]struct {
		file    string
		items   []string
		account []string
	}{
		"whole":                     {"<i>" + a + b + "</i>", both, nil},
		"no end of the root":        {"<i>" + a + b, both, []string{"1:62 cut_off"}},
		"half an end":               {"<i>" + a + b + "</", both, []string{"1:64 cut_off"}},
		"half a tag":                {"<i>\n" + a + "\n<d p=\"2,1,25", []string{first}, []string{"3:1 no_end", "3:13 cut_off"}},
		"half a name":               {"<i>" + a + b + "\n<", both, []string{"2:2 cut_off"}},
		"half a text":               {"<i>" + a + "<d p=\"2,1,25,1,1,0,a,2\">b and so", []string{first}, []string{"1:33 no_end", "1:65 cut_off"}},
		"zeros of a power cut":      {"<i>" + a + b + "\n" + strings.Repeat("\x00", 5000), both, []string{"2:5001 cut_off"}},
		"zeros in a list":           {`[{"text":"a","time":1,"color":1},{"text":"b","time":2,"color":1}` + "\x00\x00", both, []string{"1:67 cut_off"}},
		"zeros behind lines":        {`{"text":"a","offset_ms":1000,"color":1}` + "\n" + `{"text":"b","offset_ms":2000,"color":1}` + "\n" + strings.Repeat("\x00", 5000), both, nil},
		"zeros behind a table":      {"text,offset_ms,color\na,1000,1\nb,2000,1\n\x00\x00\x00", both, nil},
		"no end of a comment":       {"<i><d p=\"1,1,25,1,1,0,a,1\">x\n" + b + "</i>", []string{second}, []string{"1:4 no_end"}},
		"no end of the last":        {"<i>" + a + "<d p=\"2,1,25,1,1,0,a,2\">b</i>\n", []string{first}, []string{"1:33 no_end"}},
		"a quote is missing":        {"<i><d p=\"1,1,25,1,1,0,a,1>x</d>\n" + b + "</i>", []string{second}, []string{"1:4 tag", "1:4 repaired tag"}},
		"too deep":                  {"<i>" + a + strings.Repeat("<x>", 65) + strings.Repeat("</x>", 65) + b + "</i>", both, []string{"1:222 repaired deep"}},
		"no root":                   {a + b, both, []string{"1:1 repaired rootless"}},
		"no beginning":              {"1,1,25\">x</d>" + a + b + "</i>", both, []string{"1:1 repaired text_before"}},
		"two files":                 {"<i>" + a + "</i>\n<i>" + b + "</i>", both, []string{"2:1 repaired behind"}},
		"text behind":               {"<i>" + a + b + "</i> and more", both, []string{"1:67 repaired text_behind"}},
		"comments behind":           {"<i>" + a + "</i>" + b, both, []string{"1:37 repaired behind"}},
		"one end too many":          {"<i>" + a + "</d>" + b + "</i>", both, []string{"1:33 repaired closes_other"}},
		"an end without its end":    {"<i>" + a + "<x></x " + b + "</i>", both, []string{"1:36 repaired tag"}},
		"signs in an object":        {`[{"text":"a","time":1,"color":1},{]:}}{"text":"b","time":2,"color":1}:]`, both, []string{"1:34 not_json", "1:35 repaired json"}},
		"an end too few":            {"<i><source>k-v" + a + b + "</i>", both, []string{"1:73 repaired closes_other"}},
		"&":                         {"<i>" + bilibiliElement(1, "1", "a & b &amp;&nope; &#12") + "</i>", []string{"1s scroll medium #000001 |a & b &&nope; &#12"}, []string{"1:30 repaired ampersand"}},
		"<":                         {"<i>" + bilibiliElement(1, "1", "1 < 2 <3 <<") + bilibiliElement(2, "2", "(>_<)") + "</i>", []string{"1s scroll medium #000001 |1 < 2 <3 <<", "2s scroll medium #000001 |(>_<)"}, []string{"1:30 repaired less_than"}},
		"what looks like a tag":     {"<i>" + bilibiliElement(1, "1", "<love> you </love2> <d>") + b + "</i>", []string{"1s scroll medium #000001 |<love> you </love2> <d>", second}, []string{"1:28 repaired not_closed"}},
		"& and < in a name":         {`<i><d p="1,1,25,1,1,0,a,1" user="A&B <c>">a</d>` + b + "</i>", []string{"1s scroll medium #000001 A&B <c>|a", second}, []string{"1:29 repaired ampersand"}},
		"no quotes":                 {`<i><d p=1,1,25,1,1,0,a,1>a</d>` + b + "</i>", both, []string{"1:7 repaired attribute"}},
		"signs in a tag":            {`<i><d p="1,1,25,1,1,0,a,1" ,x>a</d>` + b + "</i>", both, []string{"1:28 repaired attribute"}},
		"a long text":               {"<i>" + bilibiliElement(1, "1", long) + b + "</i>", []string{second}, []string{"1:4 text_long"}},
		"a long CDATA":              {"<i>" + bilibiliElement(1, "1", "<![CDATA["+long+"]]>") + b + "</i>", []string{second}, []string{"1:4 text_long"}},
		"a long tag":                {"<i><d p=\"1\" raw=\"" + long + "\">x</d>" + b + "</i>", []string{second}, []string{"1:4 piece_long", "1:2097173 repaired closes_other"}},
		"a long comment of XML":     {"<i><!--" + long + "-->" + a + b + "</i>", both, nil},
		"lists that are cut":        {`[{"text":"a","time":1,"color":1},{"text":"b","time":2,"color":1}`, both, []string{"1:65 cut_off"}},
		"an object that is cut":     {`{"comments":[{"p":"1,1,1,u","m":"a"},` + "\n" + `{"p":"2,1,1,u","m":"b`, []string{first}, []string{"2:1 no_end", "2:22 cut_off"}},
		"lists of lists, cut":       {`{"data":[[1,0,1,"","a"],[2,0,1,"","b"],[3,0`, both, []string{"1:40 no_end", "1:44 cut_off"}},
		"a bad object in a list":    {`[{"text":"a","time":1,"color":1},{"text" "x","time":2},{"text":"b","time":2,"color":1}]`, both, []string{"1:34 not_json", "1:42 repaired json"}},
		"a long object in a list":   {`[{"text":"a","time":1,"color":1},{"text":"` + long + `","time":2},{"text":"b","time":2,"color":1}]`, both, []string{"1:34 line_long"}},
		"no comments in a list":     {`[{"text":"a","time":1,"color":1},5,null,"x",{"y":1},{"text":"b","time":2,"color":1}]`, both, []string{"1:34 not_comment", "1:36 not_comment", "1:41 not_comment", "1:45 other_fields"}},
		"lines, one of them broken": {`{"text":"a","offset_ms":1000,"color":1}` + "\n" + `{"text":` + "\n" + `{"text":"b","offset_ms":2000,"color":1}`, both, []string{"2:1 not_json"}},
	} {
		t.Run(name, func(t *testing.T) {
			items, report, err := read(strings.NewReader(row.file))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(row.items, summarize(items)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(row.account, describeReport(report)); d != "" {
				t.Errorf("report (-want +got):\n%s", d)
			}
			// Strict reading refuses the whole file and reports a place; but a fault in a JSON
			// record concerns that record alone.
			_, _, err = readStrictly(strings.NewReader(row.file))
			alone := row.account == nil
			for _, a := range row.account {
				alone = alone || (strings.HasSuffix(a, " not_json") || strings.HasSuffix(a, " not_comment")) && !strings.Contains(fmt.Sprint(row.account), "repaired") || strings.HasSuffix(a, " line_long")
			}
			if name == "a long text" {
				alone = false
			}
			if bad := (*room.Fault)(nil); alone != (err == nil) || err != nil && (!errors.As(err, &bad) || bad.Line == 0 || bad.Column == 0) {
				t.Errorf("strictly: %v", err)
			}
		})
	}
}

// A truncated or damaged gzip file is read as far as it can be unpacked.
func TestDamagedGzip(t *testing.T) {
	testrace.Skip(t)
	var file strings.Builder
	file.WriteString("<i>\n")
	for n := range 5_000 {
		fmt.Fprintf(&file, "<d p=\"%d,1,25,1,1,0,a,%d\">comment %d</d>\n", n, n*7919%1000, n)
	}
	whole := gzipped([]byte(file.String() + "</i>"))
	items, report, err := read(strings.NewReader(whole[:len(whole)/2]))
	if err != nil || len(items) < 2_000 || len(items) > 3_000 || report.Notes[0].Code != "cut_off" || report.Notes[0].Line < 2_000 {
		t.Errorf("half of it: %d items, %+v, %v", len(items), report, err)
	}
	if _, _, err := readStrictly(strings.NewReader(whole[:len(whole)/2])); err == nil {
		t.Error("strictly, half of the file is accepted")
	}
	sum := []byte(whole)
	sum[len(sum)-6] ^= 1
	items, report, err = read(bytes.NewReader(sum))
	if err != nil || len(items) != 5_000 || len(report.Notes) != 1 || report.Notes[0].Code != "gzip_sum" {
		t.Errorf("with another checksum: %d items, %+v, %v", len(items), report, err)
	}
	if _, _, err := readStrictly(bytes.NewReader(sum)); err == nil || !strings.Contains(err.Error(), "its checksum does not fit") {
		t.Errorf("strictly, with another checksum: %v", err)
	}
	// A damaged place is not the end of the file.
	hole := []byte(whole)
	copy(hole[len(hole)/2:], "\xff\xff\xff\xff\xff\xff\xff\xff")
	items, report, err = read(bytes.NewReader(hole))
	if err != nil || len(items) < 2_000 || len(items) > 3_000 || len(report.Notes) != 1 || report.Notes[0].Code != "gzip_damaged" {
		t.Errorf("with a hole: %d items, %+v, %v", len(items), report, err)
	}
	if _, _, err := readStrictly(bytes.NewReader(hole)); err == nil || !strings.Contains(err.Error(), "the packed file is damaged here") {
		t.Errorf("strictly, with a hole: %v", err)
	}
	// A connection that breaks is not damage of the file.
	_, _, err = read(io.MultiReader(strings.NewReader(whole[:len(whole)/2]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if bad := (*room.Fault)(nil); !errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &bad) {
		t.Errorf("a file that did not come whole: %v", err)
	}
	if _, _, err = read(strings.NewReader(whole[:12])); err == nil || !strings.Contains(err.Error(), "gzip") {
		t.Errorf("a head alone: %v", err)
	}
}

// Bilibili's server sends its XML in deflate without a header; some programs save it so.
func TestDeflate(t *testing.T) {
	const file = `<?xml version="1.0" encoding="UTF-8"?><i><d p="1,1,25,1,1,0,a,1">one</d><d p="2,1,25,1,1,0,a,2">two</d></i>`
	pack := func(begin func(io.Writer) io.WriteCloser, file string) string {
		var b bytes.Buffer
		w := begin(&b)
		io.WriteString(w, file)
		w.Close()
		return b.String()
	}
	raw := func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, -1); return z }
	framed := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	both := []string{"1s scroll medium #000001 |one", "2s scroll medium #000001 |two"}
	checkRead(t, pack(raw, file), readAs{export.BilibiliXML, both, nil})
	checkRead(t, pack(framed, file), readAs{export.BilibiliXML, both, nil})
	checkRead(t, pack(framed, "[{\"text\":\"one\",\"time\":1,\"color\":1},\n{\"text\":\"two\",\"time\":2,\"color\":1}]"), readAs{export.ArtPlayer, both, nil})
	cut := pack(raw, file)
	checkRead(t, cut[:len(cut)-12], readAs{export.BilibiliXML, both[:1], []string{"1:73 no_end", "1:98 cut_off"}})
	sum := []byte(pack(framed, file))
	sum[len(sum)-1] ^= 1
	checkRead(t, string(sum), readAs{export.BilibiliXML, both, []string{"1:108 gzip_sum"}})
	if _, _, err := read(strings.NewReader(pack(raw, "Dear Ann, this is a letter."))); err == nil || !strings.Contains(err.Error(), "a binary file") {
		t.Errorf("a letter: %v", err)
	}
}

// Gzip makes a large file small: the limit counts the unpacked size.
func TestGzipBombs(t *testing.T) {
	testrace.Skip(t)
	for name, fragment := range map[string]string{"text": strings.Repeat("x", 1000)} {
		var bomb bytes.Buffer
		w, _ := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
		io.WriteString(w, "<i><d p='1'>")
		io.CopyN(w, &endless{fragment: fragment}, export.MaxFile+1<<20)
		w.Close()
		before := heapInUse()
		_, _, _, err := export.Read(&bomb, export.ReadOptions{Most: 1000})
		if err == nil || err.Error() != "the file is packed and holds more than 64 MiB; divide what is in it" {
			t.Errorf("%s: %v", name, err)
		}
		if kept := heapInUse() - before; kept > 8<<20 {
			t.Errorf("%s: %d bytes are kept", name, kept)
		}
		runtime.KeepAlive(bomb)
	}
}

// Reading holds at most one piece of a file in memory, whatever the file contains.
func TestReadingIsSmall(t *testing.T) {
	testrace.Skip(t)
	const most = 8 << 20
	for name, f := range map[string]struct{ start, fragment string }{
		"a text":       {"<i><d p='1'>", "x"},
		"entities":     {"<i><d p='1'>", "&lt;"},
		"tags":         {"<i>", "<x a='1'>"},
		"ends":         {"<i>", "</x>"},
		"attributes":   {"<i><d ", "a='1' "},
		"depth":        {"", "["},
		"deep objects": {"[", `{"a":`},
		"a string":     {`[{"text":"`, "x"},
		"a name":       {`{"`, "x"},
		"a list":       {`[[`, "1,"},
		"a row":        {"text,offset_ms\n\"", "x\n"},
		"quotes":       {"text,offset_ms\n", `""`},
		"protobuf":     {string(protobufElement("x", nil)), string(protobufElement("", nil))},
		"nothing":      {`{"comments":[`, ","},
	} {
		before := heapInUse()
		var peak int64
		in := io.MultiReader(strings.NewReader(f.start), &watched{r: io.LimitReader(&endless{fragment: f.fragment}, 3<<20), every: 5 << 19, look: func() { peak = max(peak, heapInUse()-before) }})
		_, report, _, err := export.Read(in, export.ReadOptions{Most: 1000})
		if peak > most {
			t.Errorf("%s: %d bytes are held; %v", name, peak, err)
		}
		runtime.KeepAlive(report)
	}
}

// watched measures the memory from time to time while it is read.
type watched struct {
	r           io.Reader
	every, read int
	look        func()
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if before := w.read / w.every; (w.read+n)/w.every != before {
		w.look()
	}
	w.read += n
	return n, err
}

// A bad place in a file costs the comment that contains it and no other one; the report says
// where the loss is.
func TestOneFaultCostsOneComment(t *testing.T) {
	deep := strings.Repeat("[", 70) + strings.Repeat("]", 70)
	objects := strings.Repeat(`{"data":`, 70) + "1" + strings.Repeat("}", 70)
	const a, b = `{"text":"a","time":1,"color":1}`, `{"text":"b","time":2,"color":1}`
	const line1, line2 = `{"text":"a","offset_ms":1000,"color":1}`, `{"text":"b","offset_ms":2000,"color":1}`
	const first, second = "1s scroll medium #000001 |a", "2s scroll medium #000001 |b"
	both := []string{first, second}
	for name, row := range map[string]struct {
		file    string
		items   []string
		account []string
	}{
		// Nested too deep.
		"a deep field":        {`[` + a + `,{"text":"x","time":1,"more":` + deep + `},` + b + `]`, both, []string{"1:34 deep"}},
		"a deep field, first": {`[{"text":"x","time":1,"more":` + deep + `},` + a + `,` + b + `]`, both, []string{"1:2 deep"}},
		"a deep list":         {`[` + a + `,` + deep + `,` + b + `]`, both, []string{"1:97 deep"}},
		"deep containers":     {`[` + a + `,` + objects + `,` + b + `]`, both, nil},
		"a deep list, cut":    {`[` + a + `,` + strings.Repeat("[", 100), []string{first}, []string{"1:97 no_end", "1:134 cut_off"}},
		"a deep line":         {line1 + "\n" + `{"offset_ms":1,"more":` + deep + `}` + "\n" + line2, both, []string{"2:1 no_text"}},

		// Bytes outside UTF-8, and characters that JSON forbids.
		"half a character":        {`[` + a + `,{"text":"long enough` + "\xe5" + `","time":2,"color":1}]`, []string{first, "2s scroll medium #000001 |long enough\ufffd"}, []string{"1:34 repaired json"}},
		"half a character, lines": {line1 + "\n" + `{"text":"long ` + "\xff" + `","offset_ms":2000,"color":1}`, []string{first, "2s scroll medium #000001 |long \ufffd"}, []string{"2:1 repaired json"}},
		"half a character, table": {"text,offset_ms,color\na,1000,1\nlong \xe5,2000,1\n", []string{first, "2s scroll medium #000001 |long \ufffd"}, []string{"3:1 repaired not_utf8"}},
		"another encoding":        {`[` + a + `,{"text":"` + "\xc4\xe3\xba\xc3" + `","time":2,"note":"a long English text beside it"},` + b + `]`, both, []string{"1:34 not_utf8"}},
		"another encoding, table": {"text,offset_ms,color,note\na,1000,1,\n\xc4\xe3\xba\xc3,2000,1,a long English text beside it\nb,2000,1,\n", both, []string{"3:1 not_utf8"}},
		"a line within a text":    {`[{"text":"a` + "\n\x00\t" + `c","time":1,"color":1},` + b + `]`, []string{"1s scroll medium #000001 |a   c", second}, []string{"1:2 repaired json"}},
		"zeros in XML":            {"<i>" + bilibiliElement(1, "1", "a\x00") + "\x00\x00" + bilibiliElement(2, "2", "b") + "</i>", both, nil},
		"marks of an encoding":    {"\ufeff\ufeff" + line1 + "\r\n\ufeff" + line2, both, nil},
		"a byte between two":      {`[` + a + "\xff," + b + `]`, both, []string{"1:33 not_json"}},

		// Ends of lines.
		"CR alone, table":        {"text,offset_ms,color\ra,1000,1\rb,2000,1\r", both, nil},
		"CR alone within quotes": {"text,offset_ms,color\r\"a\rc\",1000,1\rb,2000,1", []string{"1s scroll medium #000001 |a\nc", second}, nil},
		"CR alone, lines":        {line1 + "\r" + line2 + "\r", both, nil},
		"all ends of lines":      {line1 + "\r\n\r\n\r" + line2 + "\n\r", both, nil},
		"CR alone, a bad line":   {line1 + "\rx\r" + line2, both, []string{"2:1 not_json"}},

		// Lines that were torn or joined.
		"two in a line":             {line1 + line2 + "\n", both, nil},
		"one that was torn":         {`{"text":"x","offs` + line1 + "\n" + line2, both, []string{"1:1 not_json"}},
		"one that was torn, second": {line1 + "\n" + `{"text":"x","offs` + line2 + "\n", both, []string{"2:1 not_json"}},

		// Quotes in tables.
		"quotes in a bare text":   {"text,offset_ms,color\na,1000,1\nsay \"hi\",1000,1\n\"\",1,1\nb,2000,1\n", []string{"1ms scroll medium #000001 |", first, "1s scroll medium #000001 |say \"hi\"", second}, []string{"3:1 repaired csv_row"}},
		"one quote too many":      {"text,offset_ms,color\na,1000,1\n\"x,1500,1\nb,2000,1\n", both, []string{"3:1 no_end"}},
		"an empty line first":     {"\n\r\ntext,offset_ms,color\na,1000,1\nb,2000,1\n", both, nil},
		"a line of a spreadsheet": {"sep=;\r\ntext;offset_ms;color\r\na;1000;1\r\nb;2000;1\r\n", both, nil},

		// Surroundings of the comments.
		"other names around":       {`{"status":"ok","response":{"items":[` + a + `,` + b + `]}}`, both, nil},
		"lists of other things":    {`{"tags":[{"id":1}],"items":[` + a + `,{"id":2},` + b + `]}`, both, []string{"1:61 other_fields"}},
		"a script":                 {`callback({"code":0,"data":[` + a + `,` + b + `]});`, both, []string{"1:1 repaired json"}},
		"a variable":               {`var list = [` + a + `,` + b + `];`, both, []string{"1:1 repaired json"}},
		"another root":             {"<x>\n<i>" + bilibiliElement(1, "1", "a") + bilibiliElement(2, "2", "b") + "</i></x>", both, []string{"1:1 repaired other_root"}},
		"another root and no root": {"<x><y>" + bilibiliElement(1, "1", "a") + bilibiliElement(2, "2", "b") + "</y></x>", both, []string{"1:7 repaired rootless"}},
		"names of a namespace":     {`<x:i xmlns:x="y"><x:d p="1,1,25,1,1,0,a,1">a</x:d ><x:d p="2,1,25,1,1,0,a,1">b</x:d></x:i>`, both, nil},

		// Fields of other types.
		"times of a clock":       {`[{"text":"a","time":"00:01","color":"1"},{"text":"b","time":"0:00:02","color":"1"},{"text":"c","time":"1:2:3:4"}]`, both, []string{"1:84 time"}},
		"texts that are none":    {`[` + a + `,{"text":{"x":1},"time":1},{"text":[],"time":1},{"text":"","time":1},` + b + `]`, both, []string{"1:34 no_text", "1:60 no_text", "1:81 no_text"}},
		"texts that are numbers": {`[{"text":5,"time":1,"color":1},{"text":true,"time":2,"color":1}]`, []string{"1s scroll medium #000001 |5", "2s scroll medium #000001 |true"}, nil},
		"money without words":    {`<i>` + bilibiliElement(1, "1", "a") + `<sc ts="1" price="30" user="A"/><sc ts="2" price="30"> </sc><s type="super_chat" timestamp="1700000001"></s>` + bilibiliElement(2, "2", "b") + `</i>`, both, []string{"gifts 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			items, report, err := read(strings.NewReader(row.file))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(row.items, summarize(items)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if d := cmp.Diff(row.account, describeReport(report)); d != "" {
				t.Errorf("report (-want +got):\n%s", d)
			}
		})
	}
	for name, row := range map[string][2]string{
		"a file of deep lists alone": {strings.Repeat("[", 100) + a + strings.Repeat("]", 100), "nested more than 64 deep"},
		"another XML that is cut":    {"<svg><g><path d='", "it begins with <svg>"},
		"another XML with an <i>":    {"<feed><entry><i>hi</i></entry></feed>", "it begins with <feed>"},
		"a script of something else": {`var x = {"a":[{"b":1}]};`, "not known"},
		"SRT with CR alone":          {"1\r00:00:01,000 --> 00:00:02,000\rhi\r", "of the kind SRT"},
		"CSV with CR alone":          {"a,b\r1,2\r", "CSV file of another program"},
	} {
		if _, _, err := read(strings.NewReader(row[0])); err == nil || !strings.Contains(err.Error(), row[1]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A record that is no comment is described by its fields, whole names of them.
func TestOtherRecordsAreNamed(t *testing.T) {
	for file, want := range map[string]string{
		`[{"text":"a","time":1},{"text":"b","time":null,"mode":0}]`: "it is not a comment of this kind of file; its fields are: mode, text",
		`[{"text":"a","time":1},5]`:                                 "it is not a comment of this kind of file",
		`[{"p":"1,1,255,a","m":"a"},{"p":"1,1,255,a","m":null}]`:    "it is not a comment of this kind of file; its fields are: p",
		`[{"p":"","m":"a"}]`:                                        "the time is missing",
	} {
		_, report, err := read(strings.NewReader(file))
		if err != nil || len(report.Malformed) != 1 || report.Malformed[0].Message != want {
			t.Errorf("%s: %+v, %v", file, report, err)
		}
	}
	_, _, err := read(strings.NewReader(`[{"action_kind":"add","author":"x","content_text":"hi","seconds":1.5}]`))
	if err == nil || !strings.HasSuffix(err.Error(), "its fields are: action_kind, author, content_text, …") {
		t.Errorf("fields of another program: %v", err)
	}
}

// TestFaultsEscapeContentOfFiles: a fault quotes the file, and terminals show its text, so it must hold
// no control characters.
func TestFaultsEscapeContentOfFiles(t *testing.T) {
	const evil = "\x1b[2J\x07\u009b31m\u202e\r\n"
	quoted, err := json.Marshal("x" + evil)
	if err != nil {
		t.Fatal(err)
	}
	word := string(quoted)
	for _, file := range []string{
		`{` + word + `:1}`,
		`[{` + word + `:1,"b":2}]`,
		`[{"text":"a","time":` + word + `}]`,
		`[{"text":"a","time":1,"color":` + word + `,"mode":` + word + `}]`,
		`[{"chat":{"vpos":` + word + `,"content":"a"}}]`,
		`[{"chat":{"vpos":1,"date":` + word + `,"content":"a"}}]`,
		`[{"p":` + word + `,"m":"a"}]`,
		`{"offset_ms":1,"text":"a","size":` + word + `}`,
		"text,offset_ms,mode\na,1,x" + strings.Trim(evil, "\r\n") + "\n",
		"<i><d p='x&#x9b;31m&#x202e;'>a</d><d p='1,x\u202e\u009b'>a</d></i>",
		"<\u202e\u009b/>", "<?xml version='1.0' encoding='\x1b[2J\u202e'?><i/>",
		"<i></\u202e\u009b></i>",
	} {
		_, report, _, err := export.Read(strings.NewReader(file), export.ReadOptions{})
		var faults []room.Fault
		if bad := (*room.Fault)(nil); errors.As(err, &bad) {
			faults = append(faults, *bad)
		}
		faults = append(append(faults, report.Malformed...), report.Notes...)
		if len(faults) == 0 {
			t.Errorf("%q: no fault", file)
		}
		for _, f := range faults {
			for _, r := range f.Message + f.Word + f.Other {
				if unicode.IsControl(r) || r == '\u202e' {
					t.Errorf("%q: %q has %U", file, f.Message, r)
				}
			}
		}
	}
}
