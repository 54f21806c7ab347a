package moderation_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/room"
)

// A decision that takes too long twice is held; one that the machine delayed once is not.
func TestSlowDecision(t *testing.T) {
	for name, c := range map[string]struct {
		took []time.Duration // of each reading
		text string
		want comment.Action
		rule string
	}{
		"quick":             {took: []time.Duration{50 * time.Millisecond}, text: "hello"},
		"slow once":         {took: []time.Duration{time.Second, 2 * time.Millisecond}, text: "hello"},
		"slow twice":        {took: []time.Duration{60 * time.Millisecond, 51 * time.Millisecond}, text: "hello", want: comment.Hold, rule: moderation.RuleSlowDecision},
		"slow and refused":  {took: []time.Duration{time.Second, time.Second}, text: "banana", want: comment.Refuse, rule: "own"},
		"slow and masked":   {took: []time.Duration{time.Second, time.Second}, text: "a lemon", want: comment.Hold, rule: moderation.RuleSlowDecision},
		"masked, slow once": {took: []time.Duration{time.Second, 0}, text: "a lemon", want: comment.Mask, rule: "own"},
	} {
		var now time.Duration
		calls := 0
		chain := moderation.New(moderation.Options{Elapsed: func() time.Duration {
			if calls++; calls%2 == 0 { // the end of a reading
				now += c.took[calls/2-1]
			}
			return now
		}})
		if err := chain.SetLists([]rules.List{{Room: "r", Name: "own", On: true, Text: "banana\nlemon => mask"}}); err != nil {
			t.Fatal(err)
		}
		v := chain.Check(comment.Draft{Room: "r", Text: c.text, User: "u", At: time.Now(), Source: comment.FromAudience}, room.New("r"))
		if v.Action != c.want || v.Rule != c.rule || calls != 2*len(c.took) {
			t.Errorf("%s: %v by %q after %d looks at the clock", name, v.Action, v.Rule, calls)
		}
		slow := slices.Min(c.took) > 50*time.Millisecond
		if (v.Took > 0) != slow || slow && v.Took != slices.Min(c.took) {
			t.Errorf("%s: took %v", name, v.Took)
		}
		if name == "slow and masked" && v.Text != "a *****" {
			t.Errorf("let through, it would say %q", v.Text)
		}
	}
}

// sendLines sends comments a second apart, and returns the last verdict.
func sendLines(chain *moderation.Chain, setup room.Room, lines ...string) (v comment.Verdict) {
	at := time.Now()
	for i, line := range lines {
		who, text, _ := strings.Cut(line, ": ")
		d := comment.Draft{Room: setup.ID, Text: text, User: who, Name: who, At: at.Add(time.Duration(i) * time.Second), Source: comment.FromAudience}
		v = chain.Check(d, setup)
		chain.OnCommitted(d, v, true)
	}
	return v
}

// Short comments of several people that form a word are held in rooms with that setting, and
// only there.
func TestSpelledTogether(t *testing.T) {
	held := room.New("r")
	held.SpelledTogether = room.SpelledTogetherHeld
	for _, c := range []struct {
		lines []string
		held  bool
	}{
		{[]string{"ann: fu", "bob: ck"}, true},
		{[]string{"ann: 傻", "bob: 逼"}, true},
		{[]string{"ann: fu", "bob: 哈", "cat: ck"}, true},
		{[]string{"ann: t.me", "bob: /abc"}, true},
		{[]string{"ann: 138", "bob: 1234", "cat: 5678"}, true},
		{[]string{"ann: hi", "bob: ck"}, false},
		{[]string{"ann: 6", "bob: 66", "cat: 草", "dan: 哈哈"}, false},
		{[]string{"ann: A", "bob: C", "cat: B", "dan: D"}, false},
	} {
		for _, setup := range []room.Room{held, room.New("r")} {
			v := sendLines(moderation.New(moderation.Options{}), setup, c.lines...)
			want := c.held && setup.SpelledTogether == room.SpelledTogetherHeld
			if (v.Action == comment.Hold) != want || want && v.Reason != comment.ReasonTogether {
				t.Errorf("%q, %q: %v, %s", c.lines, setup.SpelledTogether, v.Action, v.Reason)
			}
		}
	}
	// Old comments, those of another room, and those not kept do not count.
	chain := moderation.New(moderation.Options{})
	other := held
	other.ID = "other"
	sendLines(chain, other, "ann: fu")
	at := time.Now()
	for i, step := range []struct {
		text string
		at   time.Duration
		kept bool
		want comment.Action
	}{
		{"ck", 0, true, comment.Pass},
		{"fu", time.Second, false, comment.Pass},
		{"ck", 2 * time.Second, true, comment.Pass},
		{"fu", 3 * time.Second, true, comment.Pass},
		{"ck", 14 * time.Second, true, comment.Pass},
	} {
		d := comment.Draft{Room: "r", Text: step.text, User: string(rune('a' + i)), At: at.Add(step.at), Source: comment.FromAudience}
		v := chain.Check(d, held)
		chain.OnCommitted(d, v, step.kept)
		if v.Action != step.want {
			t.Errorf("%d: %v, %s", i, v.Action, v.Detail)
		}
	}
}

// An unrelated comment between the parts of a URL or a number does not hide it.
func TestPartsWithAnotherBetween(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string // the rule
	}{
		{[]string{"a: t.me", "a: haha", "a: /abc"}, "links"},
		{[]string{"a: t.me", "a: 好的", "a: /abc"}, "links"},
		{[]string{"a: evil", "a: lol", "a: .com"}, "links"},
		{[]string{"a: evil", "a: 。com"}, "links"},
		{[]string{"a: 1381", "a: ok", "a: 2345678"}, "contact"},
		{[]string{"a: 138", "a: 哈哈", "a: 1234", "a: 5678"}, "contact"},
		{[]string{"a: well", "a: haha", "a: yes"}, ""},
		{[]string{"a: 3-1", "a: gg", "a: 4-1"}, ""},
		{[]string{"a: 100", "a: ok", "a: 200"}, ""},
		{[]string{"a: and/or", "a: haha", "a: why"}, ""},
	} {
		if v := sendLines(moderation.New(moderation.Options{}), room.New("r"), c.lines...); v.Rule != c.want {
			t.Errorf("%q: %v by %q, want %q", c.lines, v.Action, v.Rule, c.want)
		}
	}
}

// A name of one character that is an entry does not stop its owner's comments; a name that is
// a word does.
func TestNameThatIsAnEntry(t *testing.T) {
	chain := moderation.New(moderation.Options{})
	if err := chain.SetLists([]rules.List{{Room: "r", Name: "own", On: true, Text: "草\n裸\n傻\n死\n裸聊\n草你妈\n좆\nass\n傻逼"}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		want       comment.Action
	}{
		{"草", "你好", comment.Pass}, {"裸", "今天天气真好", comment.Pass}, {"傻", "hello world", comment.Pass}, {"✨草✨", "妈妈来了", comment.Pass},
		{"（傻）", "6", comment.Pass}, {"草 莓", "好听", comment.Pass}, {"裸_love", "好听", comment.Pass}, {"死", "好听", comment.Pass}, {"좆", "好听", comment.Pass},
		{"草", "草", comment.Refuse}, {"草", "裸聊", comment.Refuse}, {"草", "你妈", comment.Hold},
		{"傻逼", "你好", comment.Refuse}, {"ass", "hello", comment.Refuse},
	} {
		v := chain.Check(comment.Draft{Room: "r", Text: c.text, Name: c.name, User: c.name + c.text, At: time.Now(), Source: comment.FromAudience}, room.New("r"))
		if v.Action != c.want {
			t.Errorf("%s says %s: %v, %s %q", c.name, c.text, v.Action, v.Rule, v.Word)
		}
	}
}

// A room excludes a language of all lists, and no other room does.
func TestLanguagesOff(t *testing.T) {
	chain := moderation.New(moderation.Options{})
	if err := chain.SetLists([]rules.List{{Name: "own", On: true, Text: "tangerine @lang en\nnaranja @lang es\nquince"}}); err != nil {
		t.Fatal(err)
	}
	off := room.New("off")
	off.LanguagesOff = []string{"en", "ja"}
	for text, stays := range map[string]bool{"shit": true, "死ね": true, "tangerine": true, "naranja": false, "quince": false, "傻逼": false} {
		if v := chain.CheckText(text, off); (v.Action == comment.Pass) != stays {
			t.Errorf("%s without English and Japanese: %v", text, v.Action)
		}
		if v := chain.CheckText(text, room.New("on")); v.Action == comment.Pass {
			t.Errorf("%s passes elsewhere", text)
		}
	}
}

// A masked text has the positions of the masks in the shown text, and stays masked when
// something else holds it.
func TestMaskedSpans(t *testing.T) {
	chain := moderation.New(moderation.Options{})
	if err := chain.SetLists([]rules.List{{Room: "r", Name: "own", On: true, Text: "lemon => mask\n/x👨‍👩‍👧y/ => mask\n/tea pot/ => mask\nlime => hold"}}); err != nil {
		t.Fatal(err)
	}
	setup := room.New("r")
	for _, c := range []struct {
		text, name, shown, shownName string
		action                       comment.Action
		spans                        string // the marked parts of the shown text
	}{
		{"a lemon now", "", "a ***** now", "", comment.Mask, "*****"},
		{"x👨‍👩‍👧y lemon!", "", "*** *****!", "", comment.Mask, "*** *****"},
		{"my tea pot", "", "my *** ***", "", comment.Mask, "*** ***"},
		{strings.Repeat("啊", 60) + " hi", "", strings.Repeat("啊", 20) + " hi", "", comment.Mask, strings.Repeat("啊", 20)},
		{"hi", "a lemon", "hi", "a *****", comment.Mask, "*****"},
		{"a lime", "a lemon", "a lime", "a *****", comment.Hold, "lime"},
		{"a lemon", "Owner", "a *****", "Owner", comment.Hold, "Owner"},
	} {
		v := chain.Check(comment.Draft{Room: "r", Text: c.text, Name: c.name, User: c.text + c.name, At: time.Now(), Source: comment.FromAudience}, setup)
		spans, in := v.Spans, []rune(c.shown)
		if v.Action == comment.Mask {
			spans = v.Shown
		}
		if v.InName {
			in = []rune(c.shownName)
		}
		var marked []string
		for _, s := range spans {
			marked = append(marked, string(in[s.From:s.To]))
		}
		if v.Action != c.action || v.Text != c.shown || v.Name != c.shownName || strings.Join(marked, " ") != c.spans {
			t.Errorf("%q by %q: %v, text %q, name %q, marked %q", c.text, c.name, v.Action, v.Text, v.Name, marked)
		}
	}
}

// A thread's processor time excludes the work of other threads, and times when it does not
// run.
func TestProcessorTime(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began, ok := moderation.Spent()
	if !ok {
		t.Skip("this system does not count the processor time of a thread")
	}
	var busy time.Duration
	for end := time.Now().Add(3 * time.Minute); busy < 10*time.Millisecond; { // others may have the processor
		now, _ := moderation.Spent()
		if busy = now - began; time.Now().After(end) {
			t.Fatalf("work of minutes spends %v", busy)
		}
	}
	idle := time.NewTimer(30 * time.Millisecond)
	<-idle.C
	if after, _ := moderation.Spent(); after-began-busy >= busy {
		t.Errorf("waiting spends %v, work %v", after-began-busy, busy)
	}
}

// A fault of the filter stops the text, and leaves the chain usable.
func TestAFaultHoldsTheText(t *testing.T) {
	broken := true
	c := moderation.New(moderation.Options{Elapsed: func() time.Duration {
		if broken {
			panic("broken")
		}
		return 0
	}})
	d := comment.Draft{Room: "live", User: "u", Text: "hello there", Source: comment.FromAudience}
	for range 2 {
		v := c.Check(d, room.New("live"))
		if v.Action != comment.Hold || v.Reason != comment.ReasonFailed || !strings.Contains(v.Fault, "broken") || strings.Contains(v.Fault, d.Text) {
			t.Errorf("%+v", v)
		}
	}
	broken = false
	if v := c.Check(d, room.New("live")); v.Action != comment.Pass || v.Fault != "" {
		t.Errorf("after the fault: %+v", v)
	}
}
