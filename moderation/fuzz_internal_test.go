package moderation

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"danmaku/comment"
)

// fuzzing tells a fuzz run from an ordinary test of the seeds, in which no time
// is measured: the machine may be busy with all other tests.
func fuzzing() bool {
	return slices.ContainsFunc([]string{"test.fuzz", "test.fuzzworker"}, func(name string) bool {
		f := flag.Lookup(name)
		return f != nil && f.Value.String() != "" && f.Value.String() != "false"
	})
}

// watchdog fails a fuzz input that takes longer than any comment may.
func watchdog(t *testing.T, what string, do func()) {
	t.Helper()
	if !fuzzing() {
		do()
		return
	}
	start := time.Now()
	do()
	if took := time.Since(start); took > limit {
		// Once more: the machine may have been busy with something else.
		start = time.Now()
		do()
		if took := time.Since(start); took > limit {
			t.Errorf("%s takes %v, at most %v", what, took, limit)
		}
	}
}

const limit = 50 * time.Millisecond

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "FuCk", "ﾊﾞｶ", "傻\U000e0100逼", "🇫🇺🇨🇰🇯🇵", "ㅅㅣㅂㅏㄹ", "f&#117;<b>c</b>k", "ɟnɔʞ", "\u202ea", "👨‍👩‍👧", "a\u0301\u0301", "か\u3099", "\u3099", "%", "\\u", "&;", "<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4*comment.MaxTextBytes {
			return
		}
		watchdog(t, "folding", func() {
			text := []rune(s)
			for _, v := range views(text) {
				var fold folding
				fold.fold(v.runes)
				fold.read()
				last := int32(-1)
				for i, c := range fold.cells {
					if c.from < last || c.to <= c.from || int(c.to) > len(v.runes) {
						t.Fatalf("cell %d of %q: from %d to %d after %d, of %d runes", i, s, c.from, c.to, last, len(v.runes))
					}
					last = c.from
					if src := v.source(c.from, c.to); src.From < 0 || src.To > len(text) || src.From >= src.To {
						t.Fatalf("cell %d of %q comes from %v of %d", i, s, src, len(text))
					}
					for _, a := range fold.arcs[c.lo:c.hi] {
						if i+int(a.width) > len(fold.cells) {
							t.Fatalf("cell %d of %q reads beyond the end", i, s)
						}
					}
				}
				// Folding folded text changes nothing.
				once := fold.String()
				var again folding
				again.fold([]rune(once))
				if got := again.String(); got != once {
					t.Fatalf("%q folds to %q and that to %q", s, once, got)
				}
			}
		})
	})
}

func FuzzRules(f *testing.F) {
	for _, s := range []string{"word", "*part*\npre*\n!no such\n/re[x]/ => hold # note", "a => mask @until 2026-01-02", "\\# x", "*", "**", "!", "/(/", "=> hold", "x =>", "x @until never", "日\n+vx\nt.me\n🖕", "\ufeffa\r\nb\r\n", "a b c", "/a/ b", "! *x* => refuse"} {
		f.Add(s, "some text a b")
	}
	f.Fuzz(func(t *testing.T, list, text string) {
		if len(list) > 2000 || len(text) > comment.MaxTextBytes {
			return
		}
		watchdog(t, "compiling", func() {
			rules, faults := Compile([]List{{Name: "l", Text: list, On: true}})
			lines := strings.Count(list, "\n") + 1
			for _, fault := range faults {
				if fault.Line < 1 || fault.Line > lines || fault.Message() == "" {
					t.Fatalf("%+v of %d lines", fault, lines)
				}
			}
			if rules.Len() > lines {
				t.Fatalf("%d entries of %d lines", rules.Len(), lines)
			}
			if utf8.ValidString(text) {
				v := CheckText(rules, text, time.Time{})
				for _, s := range v.Spans {
					if s.From < 0 || s.From > s.To || s.To > utf8.RuneCountInString(v.Text)+utf8.RuneCountInString(text) {
						t.Fatalf("%q: span %v", text, s)
					}
				}
			}
		})
	})
}

// Whatever sounds like an entry is at most held: without its sounds a list
// refuses and masks just the same.
func FuzzSounds(f *testing.F) {
	f.Add("傻逼\n操你妈\n妈的", "煞笔 shabi sha3bi1 cāo nǐ mā 草ni马")
	f.Add("西安\n先\n嫌啊", "xian xi'an xiān x i a n")
	f.Add("强奸 => mask\n!抢奸", "弓虽女干 qiangjian 抢建 抢奸")
	f.Add("女女\n绿女", "nvnv nünü lünu lv nv")
	f.Fuzz(func(t *testing.T, list, text string) {
		if len(list) > 500 || len(text) > comment.MaxTextBytes || !utf8.ValidString(list) || !utf8.ValidString(text) {
			return
		}
		watchdog(t, "hearing", func() {
			rules, _ := Compile([]List{{Name: "l", Text: list, On: true}})
			deaf := *rules
			deaf.sonic = nil
			with, _, tangled := words([]*Rules{rules}, text, 0)
			without, _, _ := words([]*Rules{&deaf}, text, 0)
			if tangled || len(with) >= maxHits {
				return
			}
			kept := with[:0]
			for _, h := range with {
				if !h.sound {
					kept = append(kept, h)
					continue
				}
				if h.action > comment.Hold || h.exact || !h.aggressive || h.span.From < 0 || h.span.From >= h.span.To || h.span.To > utf8.RuneCountInString(text) {
					t.Fatalf("%q in %q: %+v", list, text, h)
				}
			}
			if !slices.Equal(kept, without) {
				t.Fatalf("%q in %q: %v, without sounds %v", list, text, kept, without)
			}
		})
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
		watchdog(t, "matching", func() {
			rules, _ := Compile([]List{{Name: "l", Text: list, On: true}})
			var fold folding
			fold.fold([]rune(text))
			fold.read()
			if got, want := plainHits(rules, &fold), naiveHits(list, &fold); !maps.Equal(got, want) {
				t.Fatalf("%q in %q: automaton %v, naive %v", list, text, sorted(got), sorted(want))
			}
		})
	})
}

// plainHits are the matches of the automaton that took no other reading, no
// gap and no repetition, as "key@cell".
func plainHits(rules *Rules, fold *folding) map[string]bool {
	out := map[string]bool{}
	w := walker{trie: rules.trie, cells: fold.cells, arcs: fold.arcs}
	w.found = func(_ uint32, path []step) {
		key := ""
		for i, s := range path {
			if s.how != plain || s.stays > 0 || i > 0 && s.cell != path[i-1].end {
				return
			}
			key += string(s.label)
		}
		out[fmt.Sprintf("%s@%d", key, path[0].cell)] = true
	}
	if !w.run() {
		// The walk was given up: what it found is no measure.
		return naive(rulesKeys(rules), fold)
	}
	return out
}

func naiveHits(list string, fold *folding) map[string]bool {
	var keys []string
	rules, _ := Compile([]List{{Name: "l", Text: list, On: true}})
	keys = rulesKeys(rules)
	return naive(keys, fold)
}

// rulesKeys folds the entries again, each by itself.
func rulesKeys(rules *Rules) []string {
	var keys []string
	for _, e := range rules.entries {
		var fold folding
		fold.fold([]rune(e.text))
		key := ""
		for _, c := range fold.cells {
			if c.kind != space {
				key += string(c.r)
			}
		}
		keys = append(keys, key)
	}
	return keys
}

func naive(keys []string, fold *folding) map[string]bool {
	out := map[string]bool{}
	for _, key := range keys {
		for i := range fold.cells {
			if fold.cells[i].kind == space {
				continue
			}
			at := i
			for _, r := range key {
				if at >= len(fold.cells) || fold.cells[at].r != r {
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
