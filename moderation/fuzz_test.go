package moderation_test

import (
	"math/rand/v2"
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
			checkSpans(t, []*rules.Rules{set}, text)
		}
	})
}

// checkSpans runs lists over a text: whatever it contains, they answer, with spans within it.
func checkSpans(t testing.TB, sets []*rules.Rules, text string) {
	t.Helper()
	for _, set := range sets {
		v := moderation.CheckText(set, text, time.Time{})
		for _, s := range v.Spans {
			if s.From < 0 || s.From > s.To || s.To > utf8.RuneCountInString(v.Text)+utf8.RuneCountInString(text) {
				t.Fatalf("%q: span %v", text, s)
			}
		}
	}
}

// allLists returns the lists that together use every part of the filter: that of a multilingual room,
// and the shipped one.
func allLists(t testing.TB) []*rules.Rules {
	t.Helper()
	shipped, _ := rules.Compile([]rules.List{rules.Starter()})
	return []*rules.Rules{compileFile(t, "testdata/field/rules.txt"), shipped}
}

// FuzzTexts checks any text with all lists.
func FuzzTexts(f *testing.F) {
	sets := allLists(f)
	for _, name := range []string{"evasion", "clean"} {
		for _, r := range fieldRows(f, "testdata/field/"+name+".tsv") {
			f.Add(r.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) && len(text) <= comment.MaxTextBytes {
			checkSpans(t, sets, text)
		}
	})
}

// Fragments of evasions and of clean comments, joined by signs, are combinations that nobody
// wrote down: one panicked.
func TestJoinedTexts(t *testing.T) {
	sets := allLists(t)
	var fragments []string
	for _, name := range []string{"evasion", "clean"} {
		for _, r := range fieldRows(t, "testdata/field/"+name+".tsv") {
			for _, word := range strings.Fields(r.text) {
				runes := []rune(word)
				fragments = append(fragments, word, string(runes[:len(runes)/2]), string(runes[len(runes)/2:]))
			}
		}
	}
	signs := []string{"", " ", ".", "。", "•", "·", "@", "/", ":", "-", "_", "\u200d", "\ufe0f", "\u0301", "\u3164", "ー", "゛", "1", "①", "(", "]", "\n", "ㅣ", "ᅡ", "🐎"}
	random := rand.New(rand.NewPCG(1, 2))
	any := func(list []string) string { return list[random.IntN(len(list))] }
	for range 4000 {
		text := any(signs)
		for range 1 + random.IntN(4) {
			text += any(fragments) + any(signs)
		}
		if utf8.ValidString(text) {
			checkSpans(t, sets, text)
		}
	}
}
