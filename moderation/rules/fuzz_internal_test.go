package rules

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation/fold"
)

// A match by sound holds at most: without sounds a list refuses and masks the same texts.
func FuzzSounds(f *testing.F) {
	f.Add("傻逼\n操你妈\n妈的", "煞笔 shabi sha3bi1 cāo nǐ mā 草ni马")
	f.Add("西安\n先\n嫌啊", "xian xi'an xiān x i a n")
	f.Add("强奸 => mask\n!抢奸", "弓虽女干 qiangjian 抢建 抢奸")
	f.Add("女女\n绿女", "nvnv nünü lünu lv nv")
	f.Fuzz(func(t *testing.T, list, text string) {
		if len(list) > 500 || len(text) > comment.MaxTextBytes || !utf8.ValidString(list) || !utf8.ValidString(text) {
			return
		}
		rules, _ := Compile([]List{{Name: "l", Text: list, On: true}})
		deaf := *rules
		deaf.sonic = nil
		with, _, tangled := Match([]*Rules{rules}, text, 0, &Budget{})
		without, _, _ := Match([]*Rules{&deaf}, text, 0, &Budget{})
		if tangled || len(with) >= maxHits {
			return
		}
		// Each hit of the list without sounds comes in the same order; between them are hits
		// by sound alone.
		rest := without
		for _, h := range with {
			if len(rest) > 0 && h == rest[0] {
				rest = rest[1:]
				continue
			}
			if !h.BySound || !h.Guess || h.Exact || h.Action > comment.Hold || h.Span.From < 0 || h.Span.From >= h.Span.To || h.Span.To > utf8.RuneCountInString(text) {
				t.Fatalf("%q in %q: %+v", list, text, h)
			}
		}
		if len(rest) > 0 {
			t.Fatalf("%q in %q: %+v, without sounds %+v", list, text, with, without)
		}
	})
}

// The plain readings of the automaton are compared with a naive search: every
// entry at every place.
func FuzzMatch(f *testing.F) {
	f.Add("ab\nabc\nbc\nc\n日本\n本日本", "xabcabx日本日本日")
	f.Add("aa\naaa\na", "aaaaaaaaaaaaaaa")
	f.Add("f*ck\nfuck\nsh", "f****ck f*u*c*k ssshhh $h!1|l")
	f.Add("a\nab\nba\nbab", "b4b@b4b@b4b@abababab")
	f.Fuzz(func(t *testing.T, list, text string) {
		if len(list) > 500 || len(text) > comment.MaxTextBytes || !utf8.ValidString(list) || !utf8.ValidString(text) {
			return
		}
		rules, _ := Compile([]List{{Name: "l", Text: list, On: true}})
		var read fold.Text
		read.Fold([]rune(text))
		read.AddAlternatives()
		if got, want := plainHits(rules, &read), naiveHits(list, &read); !maps.Equal(got, want) {
			t.Fatalf("%q in %q: automaton %v, naive %v", list, text, sorted(got), sorted(want))
		}
	})
}

// plainHits are the automaton's matches without another reading, gap or repetition, as
// "key@cell".
func plainHits(rules *Rules, read *fold.Text) map[string]bool {
	out := map[string]bool{}
	w := walker{trie: rules.trie, runes: read.Runes, alternatives: read.Alternatives, budget: &Budget{}}
	w.found = func(_ uint32, path []step) {
		key := ""
		for i, s := range path {
			if s.how != fold.Plain || s.stays > 0 || i > 0 && s.from != path[i-1].to {
				return
			}
			key += string(s.label)
		}
		out[fmt.Sprintf("%s@%d", key, path[0].from)] = true
	}
	if !w.run() {
		// The walk was abandoned, so its matches are incomplete.
		return naive(rulesKeys(rules), read)
	}
	return out
}

func naiveHits(list string, read *fold.Text) map[string]bool {
	var keys []string
	rules, _ := Compile([]List{{Name: "l", Text: list, On: true}})
	keys = rulesKeys(rules)
	return naive(keys, read)
}

// rulesKeys folds the entries again, each by itself.
func rulesKeys(rules *Rules) []string {
	var keys []string
	for _, e := range rules.entries {
		var read fold.Text
		read.Fold([]rune(e.text))
		key := ""
		for _, c := range read.Runes {
			if c.Kind != fold.Space {
				key += string(c.R)
			}
		}
		keys = append(keys, key)
	}
	return keys
}

func naive(keys []string, read *fold.Text) map[string]bool {
	out := map[string]bool{}
	for _, key := range keys {
		for i := range read.Runes {
			if read.Runes[i].Kind == fold.Space {
				continue
			}
			at := i
			for _, r := range key {
				if at >= len(read.Runes) || read.Runes[at].R != r {
					at = -1
					break
				}
				at++
			}
			if at >= 0 {
				out[fmt.Sprintf("%s@%d", key, i)] = true
			}
		}
	}
	return out
}

func sorted(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }
