package moderation

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"danmaku/moderation/fold"
)

// asksByExpression is asksForCalls without its beginnings.
func asksByExpression(folded string) bool {
	return cue.MatchString(countsCue.ReplaceAllString(folded, ""))
}

func TestBeginningsMatchTheExpression(t *testing.T) {
	for expression, want := range map[string][]string{
		`abcd|xy`:                            {"abcd", "xy"},
		`(?:^|[^a-z])(?:q ?q|v)(?:$|[^a-z])`: {"q q", "qq", "v"},
		`群 ?[:0-1]`:                          {"群 0", "群 1", "群 :", "群0", "群1", "群:"},
		`telephones|телефон`:                 {"telep", "телеф"},
		`ab.*c|d(ef)+`:                       {"ab", "d"},
	} {
		b := beginningsOf(expression)
		var got []string
		for _, list := range b.list {
			got = append(got, list...)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", expression, got, want)
		}
	}
}

func TestAnExpressionWithoutBeginningsIsRefused(t *testing.T) {
	for _, expression := range []string{`a?`, `.b`, `(?i)ab`, `\p{Han}`, `a*b`} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s has beginnings", expression)
				}
			}()
			beginningsOf(expression)
		}()
	}
}

func TestBeginningsLeaveEveryVerdictAsItIs(t *testing.T) {
	asked, texts := 0, 0
	check := func(text string) {
		texts++
		want := asksByExpression(text)
		if want {
			asked++
		}
		if got := asksForCalls(text); got != want {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	}
	for _, pattern := range []string{"testdata/*", "testdata/*/*", "../testdata/replay/*", "rules/*/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				continue // a folder
			}
			for line := range strings.Lines(string(data)) {
				check(fold.String(line))
			}
		}
	}
	if texts < 5_000 {
		t.Fatalf("only %d lines", texts)
	}
	check("q部屋番号q 123") // qq is left
	r := rand.New(rand.NewPCG(1, 2))
	words := append(strings.FieldsFunc(cue.String()+"|"+countsCue.String(), func(r rune) bool { return strings.ContainsRune(`()[]|?^$`, r) }),
		" ", "a", "7", "看", "방", "房间")
	for range 200_000 {
		var b strings.Builder
		for range 1 + r.IntN(5) {
			word := []rune(words[r.IntN(len(words))])
			if r.IntN(3) == 0 {
				word = word[:r.IntN(len(word)+1)]
			}
			b.WriteString(string(word))
		}
		check(b.String())
	}
	if asked < texts/10 || asked > texts*9/10 {
		t.Errorf("%d of %d ask for calls", asked, texts)
	}
}

func FuzzBeginnings(f *testing.F) {
	for _, text := range []string{"v x abc_123", "방 번호 7", "q部屋番号q 123", "群: 12345", "カカオ", "my\xffnumber", "hello"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, text := range []string{text, fold.String(text)} {
			if got, want := asksForCalls(text), asksByExpression(text); got != want {
				t.Errorf("%q: %v, want %v", text, got, want)
			}
		}
	})
}

var sinkOfCues bool

// BenchmarkAsksForCalls is what the beginnings spare.
func BenchmarkAsksForCalls(b *testing.B) {
	texts := []string{"今天的主播真的好厉害啊大家快来看一看吧", "what a lovely day it is", "この曲めっちゃ好きなんだけど", "сегодня хороший день", "666"}
	for name, asks := range map[string]func(string) bool{"beginnings": asksForCalls, "expression": asksByExpression} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				sinkOfCues = asks(texts[i%len(texts)])
			}
		})
	}
}
