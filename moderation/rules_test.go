package moderation_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/room"
	"danmaku/testrace"
)

func TestRulesLanguage(t *testing.T) {
	day := time.Date(2026, 6, 1, 12, 0, 0, 0, time.Local)
	tests := []struct {
		rules, text string
		want        comment.Action
		word        string
	}{
		{"cat", "a cat!", comment.Refuse, "cat"},
		{"cat", "concat", comment.Pass, ""},
		{"cat", "cats", comment.Pass, ""},
		{"cat*", "cats", comment.Refuse, "cat"},
		{"cat*", "concats", comment.Pass, ""},
		{"*cat", "concat", comment.Refuse, "cat"},
		{"*cat", "concats", comment.Pass, ""},
		{"*cat*", "concats", comment.Refuse, "cat"},
		{"кот", "скотина", comment.Pass, ""},
		{"кот", "мой кот", comment.Refuse, "кот"},
		{"*кот*", "скотина", comment.Refuse, "кот"},
		{"cat", "cat主播", comment.Refuse, "cat"},
		{"cat => hold", "cat", comment.Hold, "cat"},
		{"cat => mask", "my cat", comment.Mask, "cat"},
		{"cat => refuse # note", "cat", comment.Refuse, "cat"},
		{"cat # => hold", "cat", comment.Refuse, "cat"},
		{"# cat", "# cat", comment.Pass, ""},
		{"\\# cat", "# cat", comment.Refuse, "# cat"},
		{"\\!cat", "!cat", comment.Refuse, "!cat"},
		{"cat\n!cat food", "cat food", comment.Pass, ""},
		{"cat\n!cat food", "cat food for a cat", comment.Refuse, "cat"},
		{"cat\n!cat food", "cat foods", comment.Refuse, "cat"},
		{"*cat*\n!concat*", "concatenate", comment.Pass, ""},
		{"猫\n!熊猫", "熊猫", comment.Pass, ""},
		{"猫", "猫", comment.Refuse, "猫"},
		{"猫", "猫!", comment.Refuse, "猫"},
		{"猫", "熊猫", comment.Pass, ""},
		{"*猫*", "熊猫", comment.Refuse, "猫"},
		{"熊猫", "大熊猫来了", comment.Refuse, "熊猫"},
		{"/ca[tr]s?/", "CARS", comment.Refuse, "/ca[tr]s?/"},
		{"/ca[tr]s?/ => hold", "ｃａｒ", comment.Hold, "/ca[tr]s?/"},
		{"/a b # c/ => mask", "x a b # c y", comment.Mask, "/a b # c/"},
		{"cat @until 2026-06-01", "cat", comment.Refuse, "cat"},
		{"cat @until 2026-05-31", "cat", comment.Pass, ""},
		{"cat => hold @until 2026-06-30 # for the show", "cat", comment.Hold, "cat"},
		{"kill yourself", "go kill  yourself now", comment.Refuse, "kill yourself"},
		{"kill yourself", "killyourself", comment.Hold, "kill yourself"},
		{"kill yourself", "kill my self", comment.Pass, ""},
		{"c.a.t", "cat", comment.Pass, ""},
		{"18", "18", comment.Refuse, "18"},
		{"18", "118", comment.Pass, ""},
		{"18", "18:30", comment.Pass, ""},
		{"18", "1.18", comment.Pass, ""},
		{"🖕", "you 🖕🏽", comment.Refuse, "🖕"},
		{"cat", "c.a.t", comment.Hold, "cat"},
		{"cat => refuse", "c.a.t", comment.Refuse, "cat"},
		{"cat => mask", "c.a.t", comment.Mask, "cat"},
		{"hold => hold\nrefuse", "hold refuse", comment.Refuse, "refuse"},
		{"\ufeffcat\r\ndog\r\n", "dog", comment.Refuse, "dog"},
	}
	for _, tt := range tests {
		set, faults := rules.Compile([]rules.List{{Name: "l", Text: tt.rules, On: true}})
		for _, f := range faults {
			if !f.Warning() {
				t.Errorf("%q: %v", tt.rules, f)
			}
		}
		v := moderation.CheckText(set, tt.text, day)
		if v.Action != tt.want || v.Word != tt.word {
			t.Errorf("%q on %q: %v by %q, want %v by %q", tt.rules, tt.text, v.Action, v.Word, tt.want, tt.word)
		}
	}
}

func TestRulesFaults(t *testing.T) {
	testrace.Skip(t)
	tests := []struct {
		line, message string
		warning       bool
	}{
		{"/(/", "not a regular expression", false},
		{"/a*/", "matches every comment", false},
		{"//", "1 to 1000 bytes", false},
		{"cat => burn", "write hold, mask or refuse", false},
		{"cat => pass", "write hold, mask or refuse", false},
		{"cat =>", "write hold, mask or refuse", false},
		{"cat @until soon", "write a date", false},
		{"cat => hold please", "is not an option", false},
		{strings.Repeat("ab", 40), "longer than", false},
		{"-", "ignored", true},
		{"a", "less than two letters", true},
		{"日", "less than two letters", true},
	}
	for _, tt := range tests {
		_, faults := rules.Compile([]rules.List{{Room: "r", Name: "l", Text: "fine\n\n" + tt.line + "\nfine, too", On: true}})
		if len(faults) != 1 {
			t.Errorf("%q: %v", tt.line, faults)
			continue
		}
		if f := faults[0]; f.Line != 3 || f.Warning() != tt.warning || !strings.Contains(f.Message(), tt.message) || f.Room != "r" {
			t.Errorf("%q: %+v", tt.line, f)
		}
	}
	_, faults := rules.Compile([]rules.List{{Name: "l", Text: strings.Repeat("/x/\n", 103), On: true}})
	if len(faults) != 3 || faults[0].Line != 101 {
		t.Errorf("103 expressions: %v", faults)
	}
}

func TestMaskCoversWhatMatched(t *testing.T) {
	set := compile(t, "cat => mask\n猫咪 => mask")
	for text, want := range map[string]string{
		"my cat, your CAT":      "my ***, your ***",
		"大猫咪":                   "大**",
		"👍🏽 cat 👩‍👩‍👧":          "👍🏽 *** 👩‍👩‍👧",
		"c\u0336a\u0336t\u0336": "***",
		"c a t":                 "* * *",
	} {
		if v := check(set, text); v.Action != comment.Mask || v.Text != want {
			t.Errorf("%q: %v %q, want %q", text, v.Action, v.Text, want)
		}
	}
}

func TestSpansPointAtTheShownText(t *testing.T) {
	set := compile(t, "fuck\n傻逼\n시발")
	for text, want := range map[string]string{
		"oh fuck it":           "fuck",
		"oh f\u200bu\u200bck!": "f\u200bu\u200bck",
		"a ＦＵＣＫ b":             "ＦＵＣＫ",
		"x <b>f</b>uck":        "f</b>uck",
		"你好傻 逼啊":               "傻 逼",
		"a ㅅㅣㅂㅏㄹ":              "ㅅㅣㅂㅏㄹ",
		"oh ʞɔnɟ":              "ʞɔnɟ",
	} {
		v := check(set, text)
		if len(v.Spans) != 1 {
			t.Errorf("%q: %+v", text, v)
			continue
		}
		if got := string([]rune(v.Text)[v.Spans[0].From:v.Spans[0].To]); got != want {
			t.Errorf("%q: matched %q, want %q", text, got, want)
		}
	}
}

func TestListsByRoomAndSwitch(t *testing.T) {
	c := moderation.New(moderation.Options{})
	lists := []rules.List{
		{Name: "all", Text: "cat", On: true},
		{Room: "a", Name: "mine", Text: "dog\n!cat food", On: true},
		{Room: "b", Name: "off", Text: "cow", On: false},
		{Room: "b", Name: "bad", Text: "/(/\npig", On: true},
	}
	err := c.SetLists(lists)
	if err == nil || !strings.Contains(err.Error(), "list bad, line 1") {
		t.Errorf("the bad line gives %v", err)
	}
	said := func(roomID, text string) string {
		v := c.CheckText(text, room.New(roomID))
		return v.Action.String() + " " + v.Rule + " " + v.Word
	}
	for _, tt := range []struct{ room, text, want string }{
		{"a", "cat", "refuse all cat"}, {"b", "cat", "refuse all cat"},
		{"a", "dog", "refuse mine dog"}, {"b", "dog", "pass  "},
		{"a", "cat food", "pass  "}, {"b", "cat food", "refuse all cat"},
		{"b", "cow", "pass  "}, {"b", "pig", "refuse bad pig"},
		{"a", "fuck", "refuse starter fuck"},
	} {
		if got := said(tt.room, tt.text); got != tt.want {
			t.Errorf("%s in room %s: %s, want %s", tt.text, tt.room, got, tt.want)
		}
	}
	if err := c.SetLists([]rules.List{{Name: rules.StarterName}}); err != nil {
		t.Error(err)
	}
	if got := said("a", "fuck cat dog"); got != "pass  " {
		t.Errorf("with the shipped list off and the others gone: %s", got)
	}
}

// While rules are swapped, every comment is checked with the old ones or the new ones.
func TestASwapOfRulesSkipsNoComment(t *testing.T) {
	c := moderation.New(moderation.Options{})
	list := func(i int) []rules.List {
		return []rules.List{{Name: "l", Text: fmt.Sprintf("always\nround%d", i%2), On: true}}
	}
	if err := c.SetLists(list(0)); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var checked atomic.Int64
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			setup := room.New("r")
			for !stop.Load() {
				if v := c.CheckText("always", setup); v.Action != comment.Refuse {
					t.Errorf("always passed")
					return
				}
				a, b := c.CheckText("round0 round1", setup), 0
				for _, w := range []string{"round0", "round1"} {
					if a.Word == w {
						b++
					}
				}
				if b != 1 || len(a.Spans) != 1 {
					t.Errorf("one of two rules must be in force: %+v", a)
					return
				}
				checked.Add(1)
			}
		})
	}
	for i := range 200 {
		if err := c.SetLists(list(i)); err != nil {
			t.Fatal(err)
		}
	}
	for checked.Load() == 0 && !t.Failed() {
		if err := c.SetLists(list(1)); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	wg.Wait()
}

func TestPreview(t *testing.T) {
	edited := rules.List{Room: "r", Name: "mine", Text: "nice\n!so nice\nz\nunused => hold"}
	others := []rules.List{{Name: "all", Text: "!nice one\nhello", On: true}}
	faults, _ := rules.Preview(edited, others, []string{"nice", "so nice", "nice one", "hello", "NICE!", "other"}, time.Now())
	var got []string
	for _, f := range faults {
		got = append(got, f.String())
	}
	want := []string{
		`list mine, line 1: nice: would have stopped 2 of the last 6 comments, such as "nice"`,
		"list mine, line 3: z: folds to less than two letters",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Texts with very many readings do not pass because of them. (Their cost is bounded in steps,
// and tested by the fuzz targets.)
func TestTangledTexts(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "%s%d\n", strings.Repeat("il", 1+i%9), i)
		fmt.Fprintf(&b, "*%s*\n", strings.Repeat(string(rune('a'+i%26)), 1+i%20)+"il")
	}
	b.WriteString("fuck\n")
	set := compileQuiet(b.String())
	for _, text := range []string{
		strings.Repeat("1", 90), strings.Repeat("|", 90), strings.Repeat("l1", 45), "f" + strings.Repeat("*", 90),
		strings.Repeat("a*", 45), strings.Repeat("i.l.", 25), strings.Repeat("f*u*c*k*", 12), strings.Repeat("<", 99),
		strings.Repeat("aA", 45), strings.Repeat("&lt;", 25), strings.Repeat("％", 99), strings.Repeat("1 ", 49) + "fuck",
	} {
		v := moderation.CheckText(set, text, time.Now())
		if strings.Contains(text, "fuck") && v.Action == comment.Pass {
			t.Errorf("%q passes", text)
		}
	}
}

// A text that cannot be read within the budget is held, whatever else it contains.
func TestUnreadTextsAreHeld(t *testing.T) {
	testrace.Skip(t)
	var b strings.Builder
	for i := range 1 << 12 { // every word of twelve letters i and l
		for k := range 12 {
			b.WriteByte("il"[i>>k&1])
		}
		b.WriteString("\n")
	}
	for i := range 12 { // expressions with many states on random text
		fmt.Fprintf(&b, "/a.{0,%d}b%d/\n", 12+i, i)
	}
	for _, text := range []string{strings.Repeat("!1|", 25), strings.Repeat("1.", 37)} {
		v := moderation.CheckText(compileQuiet(b.String()), text, time.Now())
		if v.Action < comment.Hold || v.Reason != comment.ReasonTangled {
			t.Errorf("%q: %+v", text, v)
		}
	}
}

func compileQuiet(text string) *rules.Rules {
	set, _ := rules.Compile([]rules.List{{Name: "words", Text: text, On: true}})
	return set
}

// The log gets the first lines that are left out and their number, however many and however
// long.
func TestSkippedLinesAreCounted(t *testing.T) {
	bad := "word => " + strings.Repeat("no", 1000) + "\n"
	for n, lines := range map[int]int{1: 1, 5: 5, 6: 6, 600: 6} {
		chain := moderation.New(moderation.Options{})
		err := chain.SetLists([]rules.List{{Room: "live", Name: "l", Text: strings.Repeat("*\n", 300) + strings.Repeat(bad, n), On: true}})
		var left *rules.LeftOutError
		if !errors.As(err, &left) || left.Total != n {
			t.Fatalf("%d lines: %v", n, err)
		}
		said := err.Error()
		if strings.Count(said, "\n") != lines-1 || len(said) > 1300 || !strings.HasPrefix(said, "list l, line 301: word") {
			t.Errorf("%d lines: %d bytes: %s", n, len(said), said)
		}
		if more := fmt.Sprintf("and %d more", n-5); n > 5 && !strings.HasSuffix(said, more) {
			t.Errorf("%d lines: %s does not end with %q", n, said, more)
		}
	}
}
