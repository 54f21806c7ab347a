package export_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"danmaku/export"
)

// Programs of UTF-16 write both halves of a character that needs two.
func TestReferencesToHalves(t *testing.T) {
	for text, want := range map[string]string{
		"&#55357;&#56832;":         "😀",
		"a&#xD83D;&#xDE00;b":       "a😀b",
		"&#xD83D;&#56832;&#65;":    "😀A",
		"x&#xD83D;y":               "xy",
		"x&#xDE00;&#xD83D;y":       "xy",
		"&#xD83D;&amp;&#xDE00;":    "&",
		"&#xD83D;&#xD83D;&#xDE00;": "😀",
		"&#1;&#99999999;z":         "z",
		"&#xD83D;&#x110000;z":      "z",
	} {
		items, report, err := readStrictly(strings.NewReader(`<i><d p="1,1,25,16777215,1700000000,0,a,1">` + text + `</d></i>`))
		if err != nil || len(items) != 1 || items[0].Text != want || report.Skipped() > 0 {
			t.Errorf("%q: %+v, %+v, %v, want %q", text, items, report, err, want)
		}
	}
}

// DPlayer's servers answer in HTML; the lists of other players are plain text.
func TestTextsOfDPlayerAreHTML(t *testing.T) {
	for file, want := range map[string]string{
		`{"code":0,"data":[[1,0,16777215,"a&amp;b","1 &lt; 2 &amp;&amp; http:&#x2F;&#x2F;x"]]}`:            `1 < 2 && http://x|a&b`,
		`{"code":1,"danmaku":[{"author":"a","time":1,"text":"&#39;hi&#39;","color":"#fff","type":"top"}]}`: `'hi'|a`,
		`[{"text":"&lt;b&gt;","time":1}]`: `&lt;b&gt;|`,
	} {
		items, _, err := readStrictly(strings.NewReader(file))
		if err != nil || len(items) != 1 || items[0].Text+"|"+items[0].Sender != want {
			t.Errorf("%s: %+v, %v", file, items, err)
		}
	}
}

// Encodings with one byte for each character are read if the declaration names them and the
// file is not in UTF-8 after all.
func TestEncodingsOfOneByte(t *testing.T) {
	file := func(name, text string) string {
		return `<?xml version="1.0" encoding="` + name + `"?><i><d p="1,1,25,16777215,1700000000,0,a,1">` + text + `</d></i>`
	}
	for name, row := range map[string]struct {
		as   *charmap.Charmap
		text string
	}{
		"windows-1251": {charmap.Windows1251, "привет"}, "ISO-8859-1": {charmap.Windows1252, "café “q”"}, "koi8-r": {charmap.KOI8R, "привет"},
		"iso-8859-2": {charmap.ISO8859_2, "kurčę"}, "windows-874": {charmap.Windows874, "สวัสดี"}, "latin1": {charmap.Windows1252, "plain"},
	} {
		packed, err := row.as.NewEncoder().String(file(name, row.text))
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range []string{packed, file(name, row.text)} {
			items, _, err := readStrictly(strings.NewReader(in))
			if err != nil || len(items) != 1 || items[0].Text != row.text {
				t.Errorf("%s: %+v, %v", name, items, err)
			}
		}
	}
	if items, _, err := readStrictly(strings.NewReader(file("us-ascii", "é"))); err != nil || items[0].Text != "é" {
		t.Errorf("ASCII: %+v, %v", items, err)
	}
}

// Comments of niconico with dates alone are played by their dates; among others with vpos, one
// without it has no time.
func TestDatesOfNiconico(t *testing.T) {
	chat := func(attrs, text string) string { return `<chat thread="1" ` + attrs + `>` + text + `</chat>` }
	items, report, err := readStrictly(strings.NewReader("<packet>" + chat(`no="1" date="1700000010"`, "b") + chat(`no="2" date="1700000004" date_usec="500000"`, "a") + "</packet>"))
	if err != nil || len(items) != 2 || items[0].Text != "a" || items[1].Offset != 5500*time.Millisecond || report.Skipped() > 0 {
		t.Errorf("%+v, %+v, %v", items, report, err)
	}
	for attrs, code := range map[string]string{`date="1700000010"`: "time_missing", `vpos="x" date="1700000010"`: "vpos", ``: "time_missing"} {
		items, report, _, err = export.Read(strings.NewReader("<packet>"+chat(`vpos="100" date="1700000001"`, "a")+chat(attrs, "b")+"</packet>"), export.ReadOptions{})
		if err != nil || len(items) != 1 || report.Unread != 1 || report.Malformed[0].Code != code {
			t.Errorf("%s: %+v, %+v, %v", attrs, items, report, err)
		}
	}
}

// A time beyond the bound names the bound; anything else that is no time is quoted.
func TestTimesBeyondTheBound(t *testing.T) {
	for file, want := range map[string]string{
		`<i><d p="2592001,1,25,255,1,0,a,1">x</d></i>`:                "late",
		`<i><d p="soon,1,25,255,1,0,a,1">x</d></i>`:                   "time",
		`<i><d p="inf,1,25,255,1,0,a,1">x</d></i>`:                    "time",
		`<packet><chat vpos="99999999999">x</chat></packet>`:          "late",
		`<packet><chat vpos="x">x</chat></packet>`:                    "vpos",
		`{"comments":[{"cid":1,"p":"9999999999,1,255,u","m":"x"}]}`:   "late",
		`[{"text":"x","time":5e9}]`:                                   "late",
		`[{"text":"x","time":"soon"}]`:                                "time",
		`{"elems":[{"content":"x","progress":99999999999,"mode":1}]}`: "late",
	} {
		_, report, _, err := export.Read(strings.NewReader(file), export.ReadOptions{})
		if err != nil || len(report.Malformed) != 1 || report.Malformed[0].Code != want {
			t.Errorf("%s: %+v, %v, want %s", file, report.Malformed, err, want)
		}
	}
}
