package moderation_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
)

// manyEntries makes a list of n entries as lists are: Chinese words of two to
// five characters, and Latin, Cyrillic and Japanese ones.
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

func manyRules(tb testing.TB, n int) *moderation.Rules {
	tb.Helper()
	rules, _ := moderation.Compile([]moderation.List{{Name: "words", Text: manyEntries(n), On: true}})
	if rules.Len() < n*9/10 {
		tb.Fatalf("only %d of %d entries", rules.Len(), n)
	}
	return rules
}

func BenchmarkCompile100000(b *testing.B) {
	text := manyEntries(100_000)
	b.ReportAllocs()
	for b.Loop() {
		moderation.Compile([]moderation.List{{Name: "words", Text: text, On: true}})
	}
}

// Texts of about 20 characters, and the real comments.
func BenchmarkDecision(b *testing.B) {
	texts := map[string][]string{
		"20chars": {"今天的主播真的好厉害啊大家快来看一看吧", "what a lovely day it", "この曲めっちゃ好きなんだけどわかる人いる", "сегодня хороший день"},
		"leet":    {"1337 5p34k 15 n07 d34d", "f.u.n. a.n.d g.a.m.e", "!!!!!!!! @@@ $$$ ####", "a*b*c*d*e*f*g*h*i*j*"},
	}
	for _, n := range []int{1_000, 10_000, 100_000} {
		rules := manyRules(b, n)
		for _, kind := range []string{"20chars", "leet"} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				room := comment.NewRoom("r")
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					moderation.CheckText(rules, texts[kind][i%4], time.Time{})
					i++
				}
				_ = room
			})
		}
	}
}

// Everything that a comment passes, from two threads: shipped list, 10,000
// entries of the room, behaviour.
func BenchmarkCheck(b *testing.B) {
	c := moderation.New(moderation.Options{})
	if err := c.SetLists([]moderation.List{{Room: "r", Name: "words", Text: manyEntries(10_000), On: true}}); err != nil {
		b.Fatal(err)
	}
	room := comment.NewRoom("r")
	room.Slow = time.Millisecond
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			user := fmt.Sprint("user", rand.IntN(50_000))
			c.Check(comment.Draft{Room: "r", User: user, Text: fmt.Sprint("今天的主播真的好厉害啊 ", i), Name: "小明"}, room)
		}
	})
}

// The size and the speed that a swap of rules may cost. The bounds are wide
// enough for a loaded machine; the benchmark has the numbers.
func TestBuildStaysSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	text := manyEntries(100_000)
	moderation.Compile([]moderation.List{{Name: "words", Text: "warm up the tables", On: true}})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	rules, _ := moderation.Compile([]moderation.List{{Name: "words", Text: text, On: true}})
	runtime.GC()
	runtime.ReadMemStats(&after)
	kept := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	made := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d entries keep %.1f MB and make %.1f MB on the way", rules.Len(), float64(kept)/1e6, float64(made)/1e6)
	if kept > 40e6 {
		t.Errorf("%d entries keep %d bytes, at most 40 MB", rules.Len(), kept)
	}
	runtime.KeepAlive(rules)
}

// BenchmarkMedianDecision decides about real comments at 10,000 entries and
// tells the median and the slowest hundredth.
func BenchmarkMedianDecision(b *testing.B) {
	rules := manyRules(b, 10_000)
	texts := realComments(b, "../testdata/replay/comment.xml")
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		moderation.CheckText(rules, texts[i%len(texts)], start)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
}
