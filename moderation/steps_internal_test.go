package moderation

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Real comments stay far from the bound on steps, with the largest lists.
func TestRealCommentsAreNotTangled(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	for range 50_000 {
		for range 3 + r.IntN(5) {
			b.WriteRune('a' + rune(r.IntN(26)))
		}
		fmt.Fprintf(&b, "\n%c%c%c\n", 0x4E00+rune(r.IntN(3000)), 0x4E00+rune(r.IntN(3000)), 0x4E00+rune(r.IntN(3000)))
	}
	rules, _ := Compile([]List{{Name: "l", Text: b.String(), On: true}})
	most, worst, heard := 0, "", 0
	e := ear{found: func(uint32, int32, int32) {}}
	for _, name := range []string{"comment.xml", "boss.xml"} {
		xml, err := os.ReadFile("../testdata/replay/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`<d p="[^,]*,[1-6],[^>]*>([^<]*)</d>`).FindAllStringSubmatch(string(xml), -1) {
			var f folding
			f.fold([]rune(m[1]))
			f.read()
			w := walker{trie: rules.trie, cells: f.cells, arcs: f.arcs, found: func(uint32, []step) {}}
			w.run()
			if e.hear(f.cells) {
				e.listen(rules.sonic)
				heard = max(heard, e.steps)
			}
			if w.steps > most {
				most, worst = w.steps, m[1]
			}
		}
	}
	t.Logf("at most %d steps, for %q, and %d by ear", most, worst, heard)
	if most > maxSteps/2 || heard > maxSteps/2 || heard == 0 {
		t.Errorf("%d steps for %q, %d by ear", most, worst, heard)
	}
}
