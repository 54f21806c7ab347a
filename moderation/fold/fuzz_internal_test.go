package fold

import (
	"testing"

	"danmaku/comment"
)

// FuzzFold folds any input: every folded character has its position in the text, and folding
// folded text changes nothing.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "FuCk", "ﾊﾞｶ", "傻\U000e0100逼", "🇫🇺🇨🇰🇯🇵", "ㅅㅣㅂㅏㄹ", "f&#117;<b>c</b>k", "ɟnɔʞ", "\u202ea", "👨‍👩‍👧", "a\u0301\u0301", "か\u3099", "\u3099", "%", "\\u", "&;", "<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4*comment.MaxTextBytes {
			return
		}
		text := []rune(s)
		for _, v := range Decodings(text) {
			var fold Text
			fold.Fold(v.Runes)
			fold.AddAlternatives()
			last := int32(-1)
			for i, c := range fold.Runes {
				if c.From < last || c.To <= c.From || int(c.To) > len(v.Runes) {
					t.Fatalf("cell %d of %q: from %d to %d after %d, of %d runes", i, s, c.From, c.To, last, len(v.Runes))
				}
				last = c.From
				if src := v.Source(c.From, c.To); src.From < 0 || src.To > len(text) || src.From >= src.To {
					t.Fatalf("cell %d of %q comes from %v of %d", i, s, src, len(text))
				}
				for _, a := range fold.Alternatives[c.Lo:c.Hi] {
					if i+int(a.Width) > len(fold.Runes) {
						t.Fatalf("cell %d of %q reads beyond the end", i, s)
					}
				}
			}
			// Folding folded text changes nothing.
			once := fold.String()
			var again Text
			again.Fold([]rune(once))
			if got := again.String(); got != once {
				t.Fatalf("%q folds to %q and that to %q", s, once, got)
			}
		}
	})
}
