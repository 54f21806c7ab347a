package moderation_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
)

// FuzzRules compiles any text as a list: every fault names one of its lines, and spans are
// within the text.
func FuzzRules(f *testing.F) {
	for _, s := range []string{"word", "*part*\npre*\n!no such\n/re[x]/ => hold # note", "a => mask @until 2026-01-02", "\\# x", "*", "**", "!", "/(/", "=> hold", "x =>", "x @until never", "日\n+vx\nt.me\n🖕", "\ufeffa\r\nb\r\n", "a b c", "/a/ b", "! *x* => refuse"} {
		f.Add(s, "some text a b")
	}
	f.Fuzz(func(t *testing.T, list, text string) {
		if len(list) > 2000 || len(text) > comment.MaxTextBytes {
			return
		}
		set, faults := rules.Compile([]rules.List{{Name: "l", Text: list, On: true}})
		lines := strings.Count(list, "\n") + 1
		for _, fault := range faults {
			if fault.Line < 1 || fault.Line > lines || fault.Message() == "" {
				t.Fatalf("%+v of %d lines", fault, lines)
			}
		}
		if set.Len() > lines {
			t.Fatalf("%d entries of %d lines", set.Len(), lines)
		}
		if utf8.ValidString(text) {
			v := moderation.CheckText(set, text, time.Time{})
			for _, s := range v.Spans {
				if s.From < 0 || s.From > s.To || s.To > utf8.RuneCountInString(v.Text)+utf8.RuneCountInString(text) {
					t.Fatalf("%q: span %v", text, s)
				}
			}
		}
	})
}
