package comment_test

import (
	"strings"
	"testing"

	"danmaku/comment"
)

// Spans in a normalised text map to spans in the typed text.
func TestTypedSpans(t *testing.T) {
	for _, c := range []struct{ typed, word, want string }{
		{"a word", "word", "word"},
		{"  a \n\t word  ", "word", "word"},
		{"\u200ea w\u200eor\u0007d", "word", "w\u200eor\u0007d"},
		{"cafe\u0301 word", "word", "word"},
		{"cafe\u0301 word", "café", "cafe\u0301"},
		{"a\u0301\u0327b word", "word", "word"},
		{"각 욕", "욕", "욕"},
		{"\u1100\u1161\u11a8 word", "각", "\u1100\u1161\u11a8"},
		{"👨‍👩‍👧  word", "word", "word"},
		{"　a　 word", "word", "word"},
	} {
		d, err := comment.Draft{Text: c.typed}.Normalize(comment.Limits{MaxLength: 100})
		if err != nil {
			t.Fatal(err)
		}
		before, _, found := strings.Cut(d.Text, c.word)
		if !found {
			t.Fatalf("%q is not in %q", c.word, d.Text)
		}
		from := len([]rune(before))
		got := comment.TypedSpans(c.typed, []comment.Span{{From: from, To: from + len([]rune(c.word))}})
		if len(got) != 1 || string([]rune(c.typed)[got[0].From:got[0].To]) != c.want {
			t.Errorf("%q in %q: %v", c.word, c.typed, got)
		}
		if all := comment.TypedSpans(c.typed, []comment.Span{{From: -3, To: 999}}); len(all) != 1 || all[0].To > len([]rune(c.typed)) {
			t.Errorf("all of %q: %v", c.typed, all)
		}
		if none := comment.TypedSpans(c.typed, []comment.Span{{From: 500, To: 501}, {From: 2, To: 2}}); none != nil {
			t.Errorf("beyond %q: %v", c.typed, none)
		}
	}
}
