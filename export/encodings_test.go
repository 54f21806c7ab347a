package export_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"danmaku/export"
)

// TestEncodings reads files in other encodings than UTF-8: in UTF-16 as written by programs on
// Windows, and in encodings that an XML declaration names.
func TestEncodings(t *testing.T) {
	little, big := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	d := func(text string) string {
		return "<i>\r\n<d p=\"1,1,25,16777215,1700000000,0,a,1\" user=\"" + text + "\">" + text + "</d>\r\n</i>"
	}
	declared := func(name string) string { return `<?xml version="1.0" encoding="` + name + `"?>` + "\r\n" }
	for name, row := range map[string]struct {
		as   encoding.Encoding
		mark string // before it
		file string
		want string
	}{
		"UTF-16 LE":              {little, "\xff\xfe", declared("utf-16") + d("弹幕😀"), "弹幕😀"},
		"UTF-16 BE":              {big, "\xfe\xff", declared("UTF-16BE") + d("弹幕😀"), "弹幕😀"},
		"UTF-16 without a mark":  {little, "", declared("UTF-16LE") + d("弹幕"), "弹幕"},
		"… the other order":      {big, "", d("弹幕"), "弹幕"},
		"UTF-16, named UTF-8":    {little, "\xff\xfe", declared("utf-8") + d("弹幕"), "弹幕"},
		"niconico, UTF-16":       {little, "\xff\xfe", `<packet><chat thread="1" no="1" vpos="100">コメント</chat></packet>`, "コメント"},
		"JSON, UTF-16":           {little, "\xff\xfe", `[{"text":"弹幕","time":1}]`, "弹幕"},
		"JSON, UTF-16, no mark":  {big, "", "{\r\n\"comments\": [{\"p\":\"1,1,255,a\",\"m\":\"弹幕\"}]}", "弹幕"},
		"one object a line":      {little, "\xff\xfe", `{"offset_ms":1,"text":"弹幕"}` + "\r\n", "弹幕"},
		"Unicode Text of Excel":  {little, "\xff\xfe", "offset_ms\ttext\r\n1\t弹幕\r\n", "弹幕"},
		"CSV, no mark":           {little, "", "text,offset_ms\r\n弹幕,1\r\n", "弹幕"},
		"GBK":                    {simplifiedchinese.GBK, "", declared("GBK") + d("弹幕，你好"), "弹幕，你好"},
		"GB2312":                 {simplifiedchinese.GBK, "", declared("gb2312") + d("你好"), "你好"},
		"GBK that is UTF-8, too": {simplifiedchinese.GBK, "", declared("gbk") + d("通"), "通"},
		"GB 18030":               {simplifiedchinese.GB18030, "", declared("GB18030") + d("弹幕𠀀😀"), "弹幕𠀀😀"},
		"Big5":                   {traditionalchinese.Big5, "", declared("Big5") + d("彈幕功許"), "彈幕功許"},
		"Shift JIS":              {japanese.ShiftJIS, "", declared("Shift_JIS") + d("ソ表ﾃｽﾄ弾幕"), "ソ表ﾃｽﾄ弾幕"},
		"EUC-JP":                 {japanese.EUCJP, "", declared("euc-jp") + d("弾幕"), "弾幕"},
		"EUC-KR":                 {korean.EUCKR, "", declared("EUC-KR") + d("탄막"), "탄막"},
		"UTF-8 that is named so": {encoding.Nop, "", declared("gb2312") + d("弹幕"), "弹幕"},
		"UTF-8, named UTF-16":    {encoding.Nop, "", declared("utf-16") + d("弹幕"), "弹幕"},
	} {
		file, err := row.as.NewEncoder().String(row.file)
		if err != nil {
			t.Fatal(name, err)
		}
		file = row.mark + file
		for way, in := range map[string]io.Reader{
			"whole": strings.NewReader(file), "in halves": iotest.HalfReader(strings.NewReader(file)),
			"byte by byte": iotest.OneByteReader(strings.NewReader(file)), "packed": strings.NewReader(gzipped([]byte(file))),
		} {
			items, report, _, err := export.Read(in, export.ReadOptions{Strict: !strings.HasPrefix(name, "niconico")})
			if err != nil || len(items) != 1 || items[0].Text != row.want || report.Skipped() > 0 || len(report.Notes) > 0 {
				t.Errorf("%s, %s: %+v, %+v, %v", name, way, items, report, err)
			}
		}
		// A recorder was killed in the middle of a character.
		if !strings.HasSuffix(row.file, "</i>") {
			continue
		}
		items, report, _, err := export.Read(strings.NewReader(file[:len(file)-3]), export.ReadOptions{})
		if err != nil || len(items) != 1 || len(report.Notes) != 1 || report.Notes[0].Code != "cut_off" {
			t.Errorf("%s, cut: %+v, %+v, %v", name, items, report, err)
		}
	}
}

// TestLargeFileInUTF16 has characters that span the edge of every buffer.
func TestLargeFileInUTF16(t *testing.T) {
	var file strings.Builder
	for file.WriteString("<i>"); file.Len() < 1<<20; {
		file.WriteString(`<d p="1,1,25,16777215,1700000000,0,a,1">a😀弹</d>`)
	}
	wide, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(file.String() + "</i>")
	items, report, err := readStrictly(strings.NewReader(wide))
	if want := strings.Count(file.String(), "<d "); err != nil || len(items) != want || report.Skipped() > 0 {
		t.Fatalf("%d of %d, %+v, %v", len(items), want, report, err)
	}
	if i := slices.IndexFunc(items, func(i export.Item) bool { return i.Text != "a😀弹" }); i >= 0 {
		t.Errorf("%d: %q", i, items[i].Text)
	}
}

// TestNamesInOtherLetters reads JSON whose names begin with capital letters, as written by
// programs in C#; comments with the usual names win.
func TestNamesInOtherLetters(t *testing.T) {
	for file, want := range map[string]string{
		`[{"Text":"a","Time":1,"Color":"#FF0000","Mode":1}]`:                                            "a",
		`{"Code":0,"Data":[{"TEXT":"a","TIME":1}]}`:                                                     "a",
		`{"Comments":[{"P":"1,1,255,b","M":"a"}]}`:                                                      "a",
		`{"Elems":[{"Progress":1000,"Content":"a","Mode":1}]}`:                                          "a",
		`[{"Chat":{"Thread":"1","No":1,"Vpos":100,"Content":"a"}}]`:                                     "a",
		"mode,size,text,offset_ms\nTOP,Big,a,1000\n":                                                    "a",
		`{"Offset_ms":1000,"Text":"a"}`:                                                                 "a",
		`{"Comments":[{"Content_Offset_Seconds":1,"Commenter":{"Name":"n"},"Message":{"Body":"a"}}]}`:   "a",
		`{"list":[{"Text":"no","Time":"none"}],"comments":[{"text":"a","time":1,"Text":"b","Time":2}]}`: "a",
	} {
		items, report, err := read(strings.NewReader(file))
		if err != nil || len(items) != 1 || items[0].Text != want || len(report.Notes) > 0 {
			t.Errorf("%s: %+v, %+v, %v", file, items, report, err)
		}
	}
}

// TestNestedJSONOfOthers: a file without comments is refused with the names of its fields,
// however deeply nested, and does not count as an empty list.
func TestNestedJSONOfOthers(t *testing.T) {
	for file, want := range map[string]string{
		`[{"data":{"video":{"id":"1"}}}]`:                 "data",
		`{"data":{"user":1},"result":{"a":{}}}`:           "data, result",
		`[{"data":{"x":1}},{"data":{"y":[{"z":1}]}}]`:     "data",
		"\ufeff[\n{\"list\": {\"q\": \"\"}},\n{\"a\":1}]": "a",
	} {
		_, _, err := read(bytes.NewReader([]byte(file)))
		if err == nil || !strings.Contains(err.Error(), "JSON of a kind that is not known; its fields are: "+want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
