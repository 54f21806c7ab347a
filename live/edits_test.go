package live

import (
	"errors"
	"strings"
	"testing"

	"danmaku/room"
)

// testList makes a rule list that is on, with "off " before its text one that is off; "-" is no
// list.
func testList(text string) *room.RuleList {
	if text == "-" {
		return nil
	}
	text, off := strings.CutPrefix(text, "off ")
	return &room.RuleList{Name: "words", Text: strings.ReplaceAll(text, " ", "\n"), On: !off}
}

func listText(l *room.RuleList) string {
	if l == nil {
		return "-"
	}
	text := strings.ReplaceAll(l.Text, "\n", " ")
	if !l.On {
		return "off " + text
	}
	return text
}

// An undone edit keeps what others changed in other lines since.
func TestAnEditOfRulesIsUndone(t *testing.T) {
	const changed = "changed"
	for _, tt := range []struct{ name, was, became, now, want string }{
		{"a line was added", "a b", "a x b", "a x b", "a b"},
		{"a line was added at the end", "a b", "a b x", "a b x", "a b"},
		{"a line was added at the beginning", "a b", "x a b", "x a b", "a b"},
		{"a line was taken out", "a x b", "a b", "a b", "a x b"},
		{"the first line was taken out", "x a", "a", "a", "x a"},
		{"the last line was taken out", "a x", "a", "a", "a x"},
		{"a line was changed", "a x b", "a y b", "a y b", "a x b"},
		{"all was replaced", "a b c", "d e", "d e", "a b c"},
		{"it was emptied", "a b", "", "", "a b"},
		{"the same line was doubled", "a a", "a a a", "a a a", "a a"},
		{"it was switched off", "a", "off a", "off a", "a"},
		{"it was switched on and changed", "off a", "a b", "a b", "off a"},
		{"it was made", "-", "a b", "a b", "-"},
		{"it was deleted", "off a b", "-", "-", "off a b"},
		{"nothing", "a", "a", "a", "a"},

		{"another line came before", "a b", "a x b", "new a x b", "new a b"},
		{"another line came after", "a b", "a x b", "a x b new", "a b new"},
		{"others around it went", "a b c d", "a b x c d", "a x d", "a d"},
		{"a line taken out, another came elsewhere", "a x b c", "a b c", "a b c new", "a x b c new"},
		{"a line taken out, and then its neighbour", "a x b c", "a b c", "b c", "x b c"},
		{"it was switched off since", "a b", "a x b", "off a x b", "off a b"},
		{"a line came since it was switched off", "a", "off a", "off a b", "a b"},

		{"the line is gone", "a b", "a x b", "a b", changed},
		{"the line is another", "a x b", "a y b", "a z b", changed},
		{"all is another", "a x b", "a b", "c d", changed},
		{"it was switched on since", "a", "off a", "a", changed},
		{"it was deleted since", "a", "a b", "-", changed},
		{"it was made and then changed", "-", "a b", "a b c", changed},
		{"it was made and then switched off", "-", "a b", "off a b", changed},
		{"it was deleted and made anew", "a b", "-", "c", changed},
	} {
		got, err := takeBack(editOf(testList(tt.was), testList(tt.became)), room.RuleList{Name: "words"}, testList(tt.now))
		if errors.Is(err, room.ErrChanged) {
			if tt.want != changed {
				t.Errorf("%s: changed since", tt.name)
			}
			continue
		}
		if err != nil || listText(got) != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, listText(got), err, tt.want)
		}
	}
}

// For every pair of short lists, an immediate undo restores the earlier list.
func TestEveryEditOfRulesIsUndone(t *testing.T) {
	var texts []string
	for n := range 1 << 8 { // up to four lines of a, b, c and an empty one
		var lines []string
		for i := range n % 5 {
			lines = append(lines, []string{"a", "b", "c", ""}[n>>(2*i)&3])
		}
		texts = append(texts, strings.Join(lines, "\n"))
	}
	for _, was := range texts {
		for _, now := range texts {
			before, after := &room.RuleList{Text: was, On: true}, &room.RuleList{Text: now, On: true}
			got, err := takeBack(editOf(before, after), room.RuleList{}, after)
			if err != nil || got.Text != was {
				t.Fatalf("%q became %q and is taken back as %v, %v", was, now, got, err)
			}
		}
	}
}

func TestDifferencesOfRules(t *testing.T) {
	for _, tt := range []struct{ was, now, want string }{
		{"-", "a b", "+a · +b"},
		{"a b", "-", "−a · −b"},
		{"a b c", "a d c", "+d · −b"},
		{"a b", "b a", ""},
		{"#note a", "a #other", ""},
		{"a", strings.Repeat("x", 400), "+" + strings.Repeat("x", 299) + "… …"},
	} {
		if got := differences(testList(tt.was), testList(tt.now)); got != tt.want {
			t.Errorf("%q became %q: %q, want %q", tt.was, tt.now, got, tt.want)
		}
	}
}
