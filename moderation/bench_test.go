package moderation_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/room"
	"danmaku/testrace"
)

// manyEntries returns a list of n entries of a realistic kind: Chinese words of two to five
// characters, and Latin, Cyrillic and Japanese ones.
func manyEntries(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from, to rune, length int) string {
		var b strings.Builder
		for range length {
			b.WriteRune(from + rune(r.IntN(int(to-from))))
		}
		return b.String()
	}
	var b strings.Builder
	for i := range n {
		switch i % 10 {
		case 0, 1, 2:
			b.WriteString(pick('a', 'z'+1, 4+r.IntN(6)))
		case 3:
			b.WriteString(pick('а', 'я'+1, 4+r.IntN(6)))
		case 4:
			b.WriteString(pick('ァ', 'ヴ', 3+r.IntN(3)))
		case 5:
			b.WriteString("*" + pick('a', 'z'+1, 5+r.IntN(6)) + "* => hold")
		default:
			b.WriteString(pick(0x4E00, 0x8000, 2+r.IntN(4)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func manyRules(tb testing.TB, n int) *rules.Rules {
	tb.Helper()
	set, _ := rules.Compile([]rules.List{{Name: "words", Text: manyEntries(n), On: true}})
	if set.Len() < n*9/10 {
		tb.Fatalf("only %d of %d entries", set.Len(), n)
	}
	return set
}

func BenchmarkCompile100000(b *testing.B) {
	text := manyEntries(100_000)
	b.ReportAllocs()
	for b.Loop() {
		rules.Compile([]rules.List{{Name: "words", Text: text, On: true}})
	}
}

// Texts of about 20 characters, and the real comments.
func BenchmarkDecision(b *testing.B) {
	texts := map[string][]string{
		"20chars": {"今天的主播真的好厉害啊大家快来看一看吧", "what a lovely day it", "この曲めっちゃ好きなんだけどわかる人いる", "сегодня хороший день"},
		"leet":    {"1337 5p34k 15 n07 d34d", "f.u.n. a.n.d g.a.m.e", "!!!!!!!! @@@ $$$ ####", "a*b*c*d*e*f*g*h*i*j*"},
	}
	for _, n := range []int{1_000, 10_000, 100_000} {
		set := manyRules(b, n)
		for _, kind := range []string{"20chars", "leet"} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				setup := room.New("r")
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					moderation.CheckText(set, texts[kind][i%4], time.Time{})
					i++
				}
				_ = setup
			})
		}
	}
}

// All checks of a comment, from two threads: shipped list, 10,000 entries of the room,
// behaviour.
func BenchmarkCheck(b *testing.B) {
	c := moderation.New(moderation.Options{})
	if err := c.SetLists([]rules.List{{Room: "r", Name: "words", Text: manyEntries(10_000), On: true}}); err != nil {
		b.Fatal(err)
	}
	setup := room.New("r")
	setup.Slow = room.Millis(time.Millisecond)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			user := fmt.Sprint("user", rand.IntN(50_000))
			c.Check(comment.Draft{Room: "r", User: user, Text: fmt.Sprint("今天的主播真的好厉害啊 ", i), Name: "小明"}, setup)
		}
	})
}

// The size and the time of a swap of rules. The bounds are wide enough for a loaded machine;
// the benchmark has the figures.
func TestBuildStaysSmall(t *testing.T) {
	testrace.Skip(t)
	if testing.Short() {
		t.Skip("-short: this test computes for a second")
	}
	text := manyEntries(100_000)
	rules.Compile([]rules.List{{Name: "words", Text: "warm up the tables", On: true}})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	set, _ := rules.Compile([]rules.List{{Name: "words", Text: text, On: true}})
	runtime.GC()
	runtime.ReadMemStats(&after)
	kept := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	made := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d entries keep %.1f MB and make %.1f MB on the way", set.Len(), float64(kept)/1e6, float64(made)/1e6)
	if kept > 40e6 {
		t.Errorf("%d entries keep %d bytes, at most 40 MB", set.Len(), kept)
	}
	runtime.KeepAlive(set)
}

// BenchmarkMedianDecision decides about real comments at 10,000 and 100,000 entries and
// reports the median and the slowest hundredth.
func BenchmarkMedianDecision(b *testing.B) {
	texts := realComments(b, "../testdata/replay/comment.xml")
	for _, n := range []int{10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			set := manyRules(b, n)
			took := make([]time.Duration, 0, b.N)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				moderation.CheckText(set, texts[i%len(texts)], start)
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
		})
	}
}

// BenchmarkWorstDecision decides about texts that are written to be ambiguous, with 100
// expressions beside the entries. It reports the slowest decision, at its best of nine, and
// the memory of the rules.
func BenchmarkWorstDecision(b *testing.B) {
	var texts []string
	for _, unit := range []string{
		"s$", "!1|", "1.", "ill ", "煞笔", "shabi", "l i ", "a*", "o0", "|_|", "u v", "시ㅂ", "시이", "tlqkf ", "す", "ち○", "ー", "女表", "贝者 ", "е e", "ку", "ab ", "abcdefghij", "x ",
		"мудак ", "fcuk ", "n1gg", "𝓯𝓾", "ˢʰ", "%73", "&#115;", "ㅅㅣ", "ㄕㄚ", "q w ", "13800", "a.b ", "t.me/", "เห", "श", "ش ",
	} {
		texts = append(texts, strings.Repeat(unit, 100/utf8.RuneCountInString(unit)), strings.Repeat(unit, 1000/len(unit)))
	}
	for _, n := range []int{10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			text := manyEntries(n) + "*fuck*\nshit*\n傻逼\n시발\nлохмат\nsuperlongword\n"
			for i := range 100 {
				text += fmt.Sprintf("/w%d[a-z]+%d/\n", i, i)
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			set, _ := rules.Compile([]rules.List{{Name: "words", Text: text, On: true}})
			runtime.GC()
			runtime.ReadMemStats(&after)
			worst := time.Duration(0)
			for b.Loop() {
				for _, t := range texts {
					best := time.Hour
					for range 9 {
						start := time.Now()
						moderation.CheckText(set, t, start)
						best = min(best, time.Since(start))
					}
					worst = max(worst, best)
				}
			}
			b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
			b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/1e6, "kept-MB")
			runtime.KeepAlive(set)
		})
	}
}
