package moderation_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/testrace"
)

// realComments reads the comments of a Bilibili XML file, except positioned ones (type 7 and
// above).
func realComments(t testing.TB, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	for dec := xml.NewDecoder(f); ; {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok || start.Name.Local != "d" {
			continue
		}
		var d struct {
			P    string `xml:"p,attr"`
			Text string `xml:",chardata"`
		}
		if err := dec.DecodeElement(&d, &start); err != nil {
			t.Fatal(err)
		}
		if f := strings.Split(d.P, ","); len(f) > 1 && len(f[1]) == 1 && f[1] < "7" && strings.TrimSpace(d.Text) != "" {
			out = append(out, d.Text)
		}
	}
}

// The shipped list may stop at most 3 of 1,000 real comments, and the sounds of its words and
// of the short ones of the list of evasions at most 1.
func TestRealComments(t *testing.T) {
	testrace.Skip(t)
	set, faults := rules.Compile([]rules.List{rules.Starter()})
	for _, f := range faults {
		t.Errorf("the shipped list: %v", f)
	}
	short, heard := compileFile(t, "testdata/evasion-rules.txt"), "sounds like the word"
	stopped, bySound, all := 0, 0, 0
	for _, name := range []string{"comment.xml", "boss.xml"} {
		for _, text := range realComments(t, "../testdata/replay/"+name) {
			all++
			if v := moderation.CheckText(short, text, time.Now()); v.Detail == heard {
				bySound++
				t.Logf("%s: %q sounds like %s", name, text, v.Word)
			}
			if v := moderation.CheckText(set, text, time.Now()); v.Action != comment.Pass {
				stopped++
				if v.Detail == heard {
					bySound++
				}
				t.Logf("%s: %q: %v by %s, %s (%s)", name, text, v.Action, v.Rule, v.Word, v.Detail)
			}
		}
	}
	if all < 2000 {
		t.Fatalf("only %d comments were read", all)
	}
	t.Logf("%d of %d stopped, %d for their sound", stopped, all, bySound)
	if bySound*1000 > all {
		t.Errorf("%d of %d real comments are held for their sound", bySound, all)
	}
	if stopped*1000 > 3*all {
		t.Errorf("%d of %d real comments are stopped", stopped, all)
	}
}
