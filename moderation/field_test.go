package moderation_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
)

// fieldRow is one text of testdata/field: an attempt to evade a filter, or an innocent text
// that looks like one.
type fieldRow struct {
	line                  int
	text, category, entry string
	tier                  string // of an evasion: mechanical, shape, respelling, contact, doxing, dos, coded, coded-emoji
	block                 bool
}

// fieldRows reads a file of such rows: text (Go escapes), block or allow, category and a note
// "tier=…; entry=…", separated by tabs.
func fieldRows(t testing.TB, name string) []fieldRow {
	t.Helper()
	var out []fieldRow
	for i, line := range strings.Split(strings.TrimSuffix(read(t, name), "\n"), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 4 || f[1] != "block" && f[1] != "allow" {
			t.Fatalf("%s:%d: want text, block or allow, category and note", name, i+1)
		}
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(f[0], `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("%s:%d: %v", name, i+1, err)
		}
		r := fieldRow{line: i + 1, text: text, category: f[2], block: f[1] == "block"}
		for note := range strings.SplitSeq(f[3], "; ") {
			if v, ok := strings.CutPrefix(note, "tier="); ok {
				r.tier = v
			}
			if v, ok := strings.CutPrefix(note, "entry="); ok {
				r.entry = v
			}
		}
		out = append(out, r)
	}
	return out
}

// tally counts the correct rows of each group.
type tally map[string]*[2]int // right, all

func (c tally) count(group string, right bool) {
	if c[group] == nil {
		c[group] = new([2]int)
	}
	c[group][1]++
	if right {
		c[group][0]++
	}
}

func (c tally) report(t *testing.T, of string) {
	t.Helper()
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(c)) {
		fmt.Fprintf(&b, "\n  %4d of %4d (%5.1f %%)  %s", c[k][0], c[k][1], 100*float64(c[k][0])/float64(c[k][1]), k)
	}
	t.Log(of + b.String())
}

// atLeast fails for each group with fewer correct rows than before. Raise a number when a
// change raises the count; never lower one.
func (c tally) atLeast(t *testing.T, least map[string]int) {
	t.Helper()
	for group, n := range least {
		if c[group] == nil || c[group][0] < n {
			t.Errorf("%s: %v are right, want at least %d", group, c[group], n)
		}
	}
}

// Evasions in the field, by tier. Hold and refuse count the same. Coded slang needs its own
// entries and is only reported. The rows measure the engine: none of them may become an entry
// or an exception.
func TestFieldEvasions(t *testing.T) {
	set := compileFile(t, "testdata/field/rules.txt")
	tiers, categories := tally{}, tally{}
	for _, r := range fieldRows(t, "testdata/field/evasion.tsv") {
		v := check(set, r.text)
		stopped := v.Action != comment.Pass
		tiers.count(r.tier, stopped)
		if strings.HasPrefix(r.tier, "coded") {
			continue
		}
		tiers.count("all but coded", stopped)
		categories.count(r.category, stopped)
		if !stopped {
			t.Logf("line %d: missed %q %s (%s, %s) for %s", r.line, r.text, r.text, r.tier, r.category, r.entry)
		}
	}
	categories.report(t, "by category")
	tiers.report(t, "by tier")
	tiers.atLeast(t, map[string]int{
		"all but coded": 501,
		"mechanical":    179,
		"shape":         58,
		"respelling":    181,
		"contact":       64,
		"doxing":        18,
	})
}

// Innocent texts in the field, with a full list and with the shipped one.
func TestFieldInnocents(t *testing.T) {
	shipped, _ := rules.Compile([]rules.List{rules.Starter()})
	all, categories := tally{}, tally{}
	for name, set := range map[string]*rules.Rules{"full": compileFile(t, "testdata/field/rules.txt"), "shipped": shipped} {
		for _, r := range fieldRows(t, "testdata/field/clean.tsv") {
			v := moderation.CheckText(set, r.text, time.Now())
			passed := v.Action == comment.Pass
			all.count(name, passed)
			categories.count(name+": "+r.category, passed)
			if !passed {
				t.Logf("line %d, %s: %v %q %s (%s) by %s, %s: %s", r.line, name, v.Action, r.text, r.text, r.category, v.Rule, v.Word, v.Detail)
			}
		}
	}
	categories.report(t, "by category")
	all.report(t, "all")
	all.atLeast(t, map[string]int{
		"full":    556,
		"shipped": 558,
	})
}
