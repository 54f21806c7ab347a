package export_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode/utf32"

	"danmaku/export"
)

// Files as other programs and people really leave them, each of which holds two comments.
func TestOddFiles(t *testing.T) {
	const (
		one    = `<d p="1,1,25,16777215,1700000000,0,a,1">one</d>`
		two    = `<d p="2,5,25,16711680,1700000001,0,a,2">two 😀</d>`
		chats  = `<chat no="1" vpos="100" date="1700000000" mail="184">one</chat><chat no="2" vpos="200" date="1700000001" mail="ue red">two 😀</chat>`
		cesu   = "two \xed\xa0\xbd\xed\xb8\x80"
		table  = "text,offset_ms,mode,color,size\none,1000,scroll,#ffffff,medium\ntwo 😀,2000,top,#ff0000,medium\n"
		packed = "\x00\x00\x00\x00"
	)
	bilibili := "<i>" + one + two + "</i>"
	upper := strings.NewReplacer("<i", "<I", "</i", "</I", "<d ", "<D ", "</d", "</D", "p=", "P=").Replace
	wide := func(s string, order utf32.Endianness, mark utf32.BOMPolicy) string {
		out, err := utf32.UTF32(order, mark).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	both := []string{"1s scroll medium #ffffff |one", "2s top medium #ff0000 |two 😀"}
	for name, row := range map[string]struct {
		file    string
		format  export.Format
		account []string
	}{
		"capital letters":                    {upper(bilibili), export.BilibiliXML, nil},
		"capital letters, no root":           {"x" + upper(one+two), export.BilibiliXML, []string{"1:1 repaired text_before"}},
		"capital comments":                   {strings.NewReplacer("<d ", "<D ", "</d", "</D").Replace(bilibili), export.BilibiliXML, nil},
		"capital ends":                       {strings.ReplaceAll(bilibili, "</d", "</D"), export.BilibiliXML, nil},
		"capital letters and a namespace":    {strings.NewReplacer("<I", "<B:I", "<D", "<B:D", "</", "</B:").Replace(upper(bilibili)), export.BilibiliXML, nil},
		"capital letters of niconico":        {"<Packet>" + strings.NewReplacer("chat", "CHAT", "vpos", "VPOS", "mail", "Mail").Replace(chats) + "</Packet>", export.NiconicoXML, nil},
		"niconico behind a long comment":     {"<!--" + strings.Repeat("x", 70_000) + "--><packet>" + chats + "</packet>", export.NiconicoXML, nil},
		"niconico behind a long blank":       {strings.Repeat("\n", 70_000) + "<packet>" + chats + "</packet>", export.NiconicoXML, nil},
		"a type of document":                 {`<?xml version="1.0"?><!DOCTYPE i [<!ELEMENT i (d*)> <!-- ]> ' --> <!ENTITY x "<d p='9'>]>"><?x ]> ?>]>` + bilibili, export.BilibiliXML, nil},
		"a type of document without its end": {"<!DOCTYPE i " + bilibili, export.BilibiliXML, nil},
		"CESU-8 in XML":                      {strings.ReplaceAll(bilibili, "two 😀", cesu), export.BilibiliXML, nil},
		"CESU-8 in JSON":                     {`[{"text":"one","time":1},{"text":"` + cesu + `","time":2,"mode":1,"color":"#f00"}]`, export.ArtPlayer, []string{"1:26 repaired json"}},
		"CESU-8 in CSV":                      {strings.ReplaceAll(table, "two 😀", cesu), export.CSV, []string{"3:1 repaired not_utf8"}},
		"NUL of Java":                        {strings.ReplaceAll(bilibili, "one", "o\xc0\x80ne"), export.BilibiliXML, nil},
		"gzip and zeros":                     {gzipped([]byte(bilibili)) + packed, export.BilibiliXML, nil},
		"gzip and very many zeros":           {gzipped([]byte(bilibili)) + strings.Repeat(packed, 50_000), export.BilibiliXML, nil},
		"gzip in members":                    {gzipped([]byte(bilibili[:30])) + gzipped([]byte(bilibili[30:])), export.BilibiliXML, nil},
		"gzip in members and zeros":          {gzipped([]byte(bilibili[:30])) + packed + gzipped(nil) + gzipped([]byte(bilibili[30:])) + packed, export.BilibiliXML, nil},
		"gzip and something else":            {gzipped([]byte(bilibili)) + packed + "behind", export.BilibiliXML, []string{"1:104 repaired gzip_tail"}},
		"gzip and half a member":             {gzipped([]byte(bilibili)) + gzipped([]byte("x"))[:6], export.BilibiliXML, []string{"1:104 cut_off"}},
		"commas behind the last":             {`{"code":0,"data":[[1,0,16777215,"u","one",],[2,1,"#f00","u","two 😀" , ],],}`, export.DPlayer, []string{"1:19 repaired json"}},
		"commas behind the last, in lines":   {"{\"offset_ms\":1000,\"text\":\"one\",}\n{\"offset_ms\":2000,\"text\":\"two 😀\",\"mode\":\"top\",\"color\":\"#ff0000\"}\n", export.JSONLines, []string{"1:1 repaired json"}},
		"numbers that are none":              {`[{"text":"one","time":1,"color":NaN,"mode":undefined},{"text":"two 😀","time":2,"mode":1,"color":"#f00","size":-Infinity}]`, export.ArtPlayer, []string{"1:2 repaired json"}},
		"tables that were joined":            {table[:strings.Index(table, "two")] + "Offset_ms,text,color,mode\n2000,two 😀,#ff0000,top\n", export.CSV, nil},
		"a table that ends in a row":         {table + "three,3000", export.CSV, []string{"4:1 no_end", "4:11 cut_off"}},
		"UTF-32":                             {wide(bilibili, utf32.LittleEndian, utf32.UseBOM), export.BilibiliXML, nil},
		"UTF-32, the other order":            {wide(table, utf32.BigEndian, utf32.UseBOM), export.CSV, nil},
		"UTF-32 without a mark":              {wide(table, utf32.LittleEndian, utf32.IgnoreBOM), export.CSV, nil},
		"UTF-32 of the other order, bare":    {wide(bilibili, utf32.BigEndian, utf32.IgnoreBOM), export.BilibiliXML, nil},
		"utf_8":                              {`<?xml version="1.0" encoding="utf_8"?>` + bilibili, export.BilibiliXML, nil},
		"UTF8MB4":                            {`<?xml version="1.0" encoding="UTF8MB4"?>` + bilibili, export.BilibiliXML, nil},
		"utf-8-sig":                          {`<?xml version="1.0" encoding="utf-8-sig"?>` + bilibili, export.BilibiliXML, nil},
	} {
		t.Run(name, func(t *testing.T) { checkRead(t, row.file, readAs{row.format, both, row.account}) })
	}
	checkRead(t, "<?xml version='1.0' encoding='EUC_JP'?><i>"+strings.ReplaceAll(one, "one", "\xc6\xfc\xcb\xdc")+"</i>",
		readAs{export.BilibiliXML, []string{"1s scroll medium #ffffff |日本"}, nil})
	// A row without a line's end may still be whole as far as it matters.
	checkRead(t, "text,offset_ms,name,size\none,1000,Ann", readAs{export.CSV, []string{"1s scroll medium #ffffff Ann|one"}, []string{"2:13 cut_off"}})
	// A comment of the words of a first line is still a comment.
	checkRead(t, "text,offset_ms,name\ntext,1000,ts\ntext,2000,offset_ms\n",
		readAs{export.CSV, []string{"1s scroll medium #ffffff ts|text", "2s scroll medium #ffffff offset_ms|text"}, nil})
	// Half a pair is one character that cannot be read.
	checkRead(t, "<i>"+strings.ReplaceAll(one, "one", "one \xed\xa0\xbd!")+"</i>", readAs{export.BilibiliXML, []string{"1s scroll medium #ffffff |one \ufffd!"}, nil})
}

// Strictly, an element ends with the name that it begins with, and a file with what it is.
func TestOddFilesStrictly(t *testing.T) {
	const capital = `<I><D p="1,1,25,1,1,0,a,1">x</D></I>`
	if items, _, err := readStrictly(strings.NewReader(capital)); err != nil || len(items) != 1 {
		t.Errorf("capital letters: %d items, %v", len(items), err)
	}
	for name, row := range map[string]struct{ file, want string }{
		"another end":       {strings.ReplaceAll(capital, "</D>", "</d>"), "comes before the end of <D>"},
		"another root's":    {strings.ReplaceAll(capital, "</I>", "</i>"), "</i> comes before the end of <I>"},
		"behind gzip":       {gzipped([]byte(capital)) + "x", "behind the end of the gzip file"},
		"half a row":        {"text,offset_ms,name\na,1000", "the file ends within a row"},
		"a comma too many":  {`[[1,0,1,"u","x",]]`, "not well-formed JSON"},
		"half of its gzip":  {gzipped([]byte(`[{"text":"a","time":1}]`))[:20], "the gzip file is cut off"},
		"a doctype's start": {"<!DOCTYPE i [<i></i>", "there is no <i> in it"},
	} {
		if _, _, err := readStrictly(strings.NewReader(row.file)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}

// A chat's log is no song: its clock has hours, or seconds alone.
func TestLogsAreNoSongs(t *testing.T) {
	for file, want := range map[string]string{
		"[22:13:20] <alice> hi\n": "plain text", "[0:00:01] Alice: hi\n": "plain text", "[2023-11-14 22:13:21 UTC] Alice: hi\n": "plain text", "[00:12.34]la la\n": "LRC", "[01:12]la\n": "LRC",
	} {
		if _, _, err := read(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", file, err, want)
		}
	}
}

// Some recorders write dates in place of positions: comments count from the first, or, among
// comments with a position, from the beginning that these tell.
func TestDatesInPlaceOfPositions(t *testing.T) {
	apart := []string{"0s scroll medium #ffffff |one", "1.5s scroll medium #ffffff |two"}
	for name, row := range map[string]struct {
		file string
		want []string
	}{
		"seconds in p":      {`<i><d p="1700000000.5,1,25,16777215,0,0,a,1">one</d><d p="1700000002,1,25,16777215,0,0,a,2">two</d></i>`, apart},
		"milliseconds in p": {`<i><d p="1700000002000,1,25,16777215,1700000002,0,a,2">two</d><d p="1700000000500,1,25,16777215,1700000000,0,a,1">one</d></i>`, apart},
		"one date in p": {`<i><d p="3,1,25,16777215,1700000003,0,a,1">one</d><d p="1700000004.5,1,25,16777215,1700000004,0,a,2">two</d></i>`,
			[]string{"3s scroll medium #ffffff |one", "4.5s scroll medium #ffffff |two"}},
		"ArtPlayer":   {`[{"text":"one","time":1700000000.5},{"text":"two","time":1700000002}]`, apart},
		"DPlayer":     {`{"code":0,"data":[[1700000000.5,0,16777215,"u","one"],[1700000002,0,16777215,"u","two"]]}`, apart},
		"dandanplay":  {`{"count":2,"comments":[{"cid":1,"p":"1700000000.5,1,16777215,u","m":"one"},{"cid":2,"p":"1700000002,1,16777215,u","m":"two"}]}`, apart},
		"text in p":   {`<i><d p="2023-11-14T22:13:20.5Z,1,25,16777215,0,0,a,1">one</d><d p="2023-11-14 22:13:22,1,25,16777215,0,0,a,2">two</d></i>`, apart},
		"super chats": {`<i><sc ts="1700000000.5" user="u" price="30">one</sc><sc ts="1700000002" user="u" price="30">two</sc></i>`, []string{"0s top big #ffd700 u|one", "1.5s top big #ffd700 u|two"}},
	} {
		items, report, _, err := export.Read(strings.NewReader(row.file), export.ReadOptions{})
		if diff := cmp.Diff(row.want, summarize(items)); diff != "" || err != nil || report.Skipped() > 0 {
			t.Errorf("%s (-want +got):\n%s%v, %v", name, diff, describeReport(report), err)
		}
	}
}
