package bridge

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextOfHTML(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "a &amp; b &lt;i&gt;": "a & b <i>", "<b>bold <i>and</b></i>": "bold and",
		`x<img src="javascript:alert(1)" alt="y">z`: "xyz", `<img src="https://a/b">z`: "z", `<img alt="<b>">z`: "z",
		"<style>p{}</style>a<script>b</script>c": "ac", "<svg><text>x</text></svg>y": "y", "a<br/>b": "a b",
		"<a href='https://evil'>text</a>": "text", "a < b": "a < b", "<!-- c -->d": "d", "<script>never closed": "", "&#128514;": "😂",
		"&lt;script&gt;alert(1)&lt;/script&gt;": "<script>alert(1)</script>",
	} {
		if got, _ := textOf(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzTextOf reads arbitrary HTML: the pictures are within the text, whose length is
// bounded.
func FuzzTextOf(f *testing.F) {
	f.Add(`a<img alt="😂">b`)
	f.Fuzz(func(t *testing.T, s string) {
		text, emotes := textOf(s)
		n, end := utf8.RuneCountInString(text), 0
		for _, e := range emotes {
			if e.From < end || e.To <= e.From || e.To > n {
				t.Fatalf("%q: %+v of %d", s, e, n)
			}
			end = e.To
		}
		if len(text) > 4*maxHTML+len(s) {
			t.Fatal("the text is longer than its HTML")
		}
		_ = strings.ToValidUTF8(text, "")
	})
}
