package moderation_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
)

type sample struct {
	line                      int
	input, keyword, technique string
	block, hard               bool
}

// samples reads a list of evasions: input (Go escapes), expected, keyword,
// technique, tab-separated, with a header.
func samples(t *testing.T, name string) []sample {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) != 4 {
			t.Fatalf("%s:%d: %d fields", name, i+1, len(f))
		}
		input, err := strconv.Unquote(`"` + strings.ReplaceAll(f[0], `"`, `\"`) + `"`)
		if err != nil {
			t.Fatalf("%s:%d: %v", name, i+1, err)
		}
		out = append(out, sample{
			line: i + 1, input: input, keyword: f[2], technique: f[3],
			block: f[1] == "block", hard: strings.HasPrefix(f[3], "hard"),
		})
	}
	return out
}

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func compileFile(t testing.TB, name string) *rules.Rules {
	t.Helper()
	set, faults := rules.Compile([]rules.List{{Name: "words", Text: read(t, name), On: true}})
	for _, f := range faults {
		if !f.Warning() {
			t.Error(f)
		}
	}
	return set
}

// checkSamples runs a list; hard rows count, but do not fail.
func checkSamples(t *testing.T, list, rulesFile string) (hardStopped int) {
	set, text := compileFile(t, rulesFile), read(t, rulesFile)
	blocked, blocks, passed, allows := 0, 0, 0, 0
	for _, s := range samples(t, list) {
		v := moderation.CheckText(set, s.input, time.Now())
		stopped := v.Action != comment.Pass
		if fragments := strings.Split(s.input, "\x1e"); len(fragments) > 1 { // comments of one author
			c := chainOf(t, text)
			for i, piece := range fragments {
				v = sendAt(c, "author", piece, i)
			}
			stopped = v.Action == comment.Hold
		}
		switch {
		case s.hard && s.block && stopped:
			hardStopped++
		case s.hard && s.block:
			t.Logf("%s:%d: hard, missed: %q (%s)", list, s.line, s.input, s.technique)
		case s.hard:
		case s.block:
			blocks++
			if stopped {
				blocked++
			} else {
				t.Errorf("%s:%d: %q passes, must be stopped for %s (%s); read as %q", list, s.line, s.input, s.keyword, s.technique, v.Folded)
			}
		default:
			allows++
			if !stopped {
				passed++
			} else {
				t.Errorf("%s:%d: %q must pass (%s): %v, rule %s, word %s, read as %q", list, s.line, s.input, s.technique, v.Action, v.Rule, v.Word, v.Folded)
			}
		}
	}
	t.Logf("%s: %d of %d stopped, %d of %d passed, %d hard ones stopped", list, blocked, blocks, passed, allows, hardStopped)
	return hardStopped
}

func TestEvasions(t *testing.T) {
	if hard := checkSamples(t, "testdata/evasion.tsv", "testdata/evasion-rules.txt"); hard != 26 {
		t.Errorf("%d of 26 hard rows are stopped", hard)
	}
}

// Our own rows for the same rules, several for each technique.
func TestVariants(t *testing.T) {
	checkSamples(t, "testdata/variants.tsv", "testdata/evasion-rules.txt")
}

// No innocent text may be stopped, neither by the short and ambiguous words of the list of
// evasions nor by the shipped list.
func TestInnocent(t *testing.T) {
	data, err := os.ReadFile("testdata/innocent.txt")
	if err != nil {
		t.Fatal(err)
	}
	shipped, _ := rules.Compile([]rules.List{rules.Starter()})
	short := compileFile(t, "testdata/evasion-rules.txt")
	n := 0
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		text := strings.ReplaceAll(line, `\\`, `\`)
		n++
		for name, set := range map[string]*rules.Rules{"shipped": shipped, "short": short} {
			if v := moderation.CheckText(set, text, time.Now()); v.Action != comment.Pass {
				t.Errorf("line %d: %q: %v by %s (%s), %s: %s", i+1, text, v.Action, v.Rule, name, v.Word, v.Detail)
			}
		}
	}
	t.Logf("%d texts", n)
}
