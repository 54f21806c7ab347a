package moderation_test

import (
	"hash/fnv"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
)

// freshRow is one text of testdata/field/fresh-*.tsv. Their authors did not know the engine's
// tables. The rows of one half were inspected while the engine was improved, those of the
// other half were only counted.
type freshRow struct {
	labels []string
	text   string
	half   string // "seen" or "kept back"
}

// freshRows reads a file of such rows: some labels and then texts (Go escapes), separated by
// tabs.
func freshRows(t *testing.T, name string, labels int) (out []freshRow) {
	t.Helper()
	for i, line := range strings.Split(strings.TrimSuffix(read(t, name), "\n"), "\n") {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) <= labels {
			t.Fatalf("%s:%d: %d fields", name, i+1, len(f))
		}
		for _, s := range f[labels:] {
			text, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`)
			if err != nil {
				t.Fatalf("%s:%d: %q: %v", name, i+1, s, err)
			}
			h := fnv.New32a()
			h.Write([]byte(text))
			half := "kept back"
			if h.Sum32()>>7&1 == 0 {
				half = "seen"
			}
			out = append(out, freshRow{f[:labels], text, half})
		}
	}
	return out
}

// percent fails if fewer than least percent of a group are right.
func (c tally) percent(t *testing.T, group string, least float64) {
	t.Helper()
	if c[group] == nil || 100*float64(c[group][0]) < least*float64(c[group][1]) {
		t.Errorf("%s: %v are right, want %v %%", group, c[group], least)
	}
}

// The bars for the filter, on both halves.
func TestFreshEvasions(t *testing.T) {
	set := compileFile(t, "testdata/field/rules.txt")
	tiers := tally{}
	for _, r := range freshRows(t, "testdata/field/fresh-evasion.tsv", 3) {
		stopped := check(set, r.text).Action != comment.Pass
		tiers.count(r.half+", all", stopped)
		tiers.count(r.half+", "+r.labels[0], stopped)
		if !stopped && r.half == "seen" {
			t.Logf("missed %q %s (%s) for %s", r.text, r.text, r.labels[1], r.labels[2])
		}
	}
	tiers.report(t, "by tier")
	for tier, least := range map[string]float64{"all": 85, "mechanical": 95, "shape": 80, "respelling": 75, "contact": 85, "doxing": 80} {
		tiers.percent(t, "seen, "+tier, least)
		tiers.percent(t, "kept back, "+tier, least)
	}
}

// Innocent texts pass the shipped list, and a full list unless they contain one of its words.
func TestFreshInnocents(t *testing.T) {
	shipped, _ := rules.Compile([]rules.List{rules.Starter()})
	full := compileFile(t, "testdata/field/rules.txt")
	all := tally{}
	for _, r := range freshRows(t, "testdata/field/fresh-clean.tsv", 2) {
		count := func(name string, set *rules.Rules) {
			v := moderation.CheckText(set, r.text, time.Now())
			all.count(r.half+", "+name, v.Action == comment.Pass)
			if v.Action != comment.Pass && r.half == "seen" {
				t.Logf("%s: %v %q (%s) by %s: %s", name, v.Action, r.text, r.labels[1], v.Word, v.Detail)
			}
		}
		count("shipped", shipped)
		if r.labels[0] == "full" {
			count("full", full)
		}
	}
	all.report(t, "passed")
	for _, half := range []string{"seen", "kept back"} {
		all.percent(t, half+", shipped", 99)
		all.percent(t, half+", full", 97)
	}
}
