package moderation_test

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
)

func TestLayout(t *testing.T) {
	rules := compileQuiet("")
	tests := []struct {
		text string
		stop bool
	}{
		{"plain", false},
		{"a\u0301\u0301\u0301", false}, {"a\u0301\u0302\u0301\u0302\u0301", true},
		{"\u202eabc", true}, {"\u202dabc", true}, {"\u2067abc\u2069", false},
		{"\u200f שלום", false},
		{strings.Repeat("█", 7), false}, {strings.Repeat("█", 8), true}, {strings.Repeat("▁▂", 6), true}, {strings.Repeat("─", 10), false},
		{strings.Repeat("█ ", 25), true},
		{"﷽", false}, {"﷽﷽", true},
		{"\u3164\u3164", true}, {"", true}, {" ", true}, {"\u2800", true},
		{"👨\u200d👩\u200d👧\u200d👦", false}, {"🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", false}, {"❤\ufe0f", false}, {"می\u200cخواهم", false},
		{"a\xff", true},
	}
	for _, tt := range tests {
		v := check(rules, tt.text)
		if stop := v.Action == comment.Refuse && v.Rule == "layout"; stop != tt.stop {
			t.Errorf("%q: %v by %s (%s)", tt.text, v.Action, v.Rule, v.Detail)
		}
	}
	if v := check(rules, strings.Repeat("ab ", 60)); v.Rule != "length" || v.Action != comment.Refuse {
		t.Errorf("a long text: %+v", v)
	}
}

func TestShape(t *testing.T) {
	rules := compileQuiet("")
	for text, want := range map[string]string{
		strings.Repeat("哈", 50): "", strings.Repeat("哈", 51): "repeats",
		strings.Repeat("👍🏽", 51): "repeats", strings.Repeat("ha", 30): "",
		"WHAT A GOAL": "", strings.Repeat("WHAT A GOAL ", 8): "capitals", strings.Repeat("What A Goal ", 8): "",
	} {
		if v := check(rules, text); v.Rule != want {
			t.Errorf("%q: %s", text, v.Rule)
		}
	}
}

func TestContact(t *testing.T) {
	rules := compileQuiet("")
	for _, text := range []string{
		"扣扣 1 2 3 4 5 6 7", "V信 12345678", "電話 03-1234-5678", "whatsapp +1 415 555 2671", "8 (903) 123-45-67",
		"+7 903 123 45 67", "０９０−１２３４−５６７８", "一八六 一二三四 五六七八", "186一二三四5678", "１③８00❶38000",
		"13 8 00 13 80 00", "1~3~8~0~0~1~3~8", "138oo138ooo", "l38 0013 8001", "加群：123 456 789", "Q群987654321",
		"微信号13912345678", "tel:5550199", "号码 一三八零零一三八", "1 3 9 1 2 3 4 5 6 7 8", "12345678", "1.2.3.4.5.6.7.8",
		"010 1234 5678", "400-123-4567", "전화 010 1234 5678", "телефон 89031234567", "①③⑨①②③④⑤⑥⑦⑧",
		"1/3/9/1/2/3/4/5/6/7/8", "1❤3❤9❤1❤2❤3❤4❤5", "13912345678 call", "𝟙𝟛𝟡𝟙𝟚𝟛𝟜𝟝",
	} {
		if v := check(rules, text); v.Action == comment.Pass {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{
		"20:15 vs 11:45", "2024-01-15 20:30", "1,234,567", "3.14159265", "12345678 views", "no 100000000", "100 200 300",
		"1 2 3 4 5", "10 9 8 7 6 5 4 3 2 1", "5201314", "1145141919810", "av12345678", "十二三四五", "一二三四五六七八",
		"五四三二一", "2023/2024/2025", "1080 1440 2160", "12/24/36/48", "1:0 2:1 3:3 4:2", "10-5 6-4 7-6", "1st 2nd 3rd 4th",
		"三三两两", "1500 vs 1600 elo", "$1234567", "1234567円", "lol 123 lol", "ooo 10 ooo", "0.1234567", "v10.0.19045.1",
		"192.168.1.1", "x=1234, y=5678", "Lv 100 HP 2000 MP 300", "2024年12月31日23时59分", "99.99999%", "第一二三四五六七八集",
		"3 2 1 0", "1 1 2 3 5 8 13", "1/1/2024 to 2/2/2024", "2024.01.15", "20240115", "2014831", "2014.8.31 23.30", "15.01.2024",
	} {
		if v := check(rules, text); v.Action != comment.Pass {
			t.Errorf("%q: %v by %s", text, v.Action, v.Rule)
		}
	}
}

func TestLinksByRoom(t *testing.T) {
	c := moderation.New(moderation.Options{})
	open, shut := comment.NewRoom("a"), comment.NewRoom("b")
	open.Links = comment.GateAllowed
	for _, text := range []string{"see example.com", "https://x.yz/1", "t.me/room", "me at a.b@example.org"} {
		if v := c.CheckText(text, open); v.Action != comment.Pass {
			t.Errorf("%s in an open room: %+v", text, v)
		}
		if v := c.CheckText(text, shut); v.Action != comment.Refuse || v.Rule != "links" {
			t.Errorf("%s: %+v", text, v)
		}
	}
}

func TestNames(t *testing.T) {
	c := moderation.New(moderation.Options{})
	if err := c.SetLists([]moderation.List{{Name: "l", Text: "fuck\n傻逼\nmeow => mask", On: true}}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, text string
		want       comment.Action
		inName     bool
		shown      string // name and text of a mask
	}{
		{"Ann", "hello", comment.Pass, false, ""},
		{"f.u.c.k", "hello", comment.Hold, true, ""},
		{"ＦＵＣＫ", "hello", comment.Refuse, true, ""},
		{"fu", "ck", comment.Hold, false, ""},
		{"傻", "逼", comment.Hold, false, ""},
		{"Ann", "meow", comment.Mask, false, "Ann|****"},
		{"meow", "hello", comment.Mask, true, "****|hello"},
		{"meow", "meow", comment.Mask, false, "****|****"},
		{"www.example.com", "hello", comment.Refuse, true, ""},
		{"\u202eabc", "hello", comment.Refuse, true, ""},
	}
	for _, tt := range tests {
		v := c.Check(comment.Draft{Text: tt.text, Name: tt.name, At: time.Now()}, comment.NewRoom("r"))
		if v.Action != tt.want || v.InName != tt.inName || tt.shown != "" && v.Name+"|"+v.Text != tt.shown {
			t.Errorf("%q says %q: %+v", tt.name, tt.text, v)
		}
	}
}

// person sends comments to a chain at chosen moments.
type person struct {
	t     *testing.T
	chain *moderation.Chain
	room  comment.Room
	start time.Time
}

func (p person) says(second float64, d comment.Draft) comment.Verdict {
	p.t.Helper()
	d.Room = p.room.ID
	d.At = p.start.Add(time.Duration(second * float64(time.Second)))
	return p.chain.Check(d, p.room)
}

func (p person) want(v comment.Verdict, rule string) {
	p.t.Helper()
	if v.Rule != rule {
		p.t.Errorf("%v by %q (%s), want %q", v.Action, v.Rule, v.Detail, rule)
	}
}

func newPerson(t *testing.T) person {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return person{t, moderation.New(moderation.Options{Clock: func() time.Time { return start }}), comment.NewRoom("r"), start}
}

func TestDuplicates(t *testing.T) {
	p := newPerson(t)
	hello := comment.Draft{User: "u", Text: "Hello there", Ref: "1"}
	p.want(p.says(0, hello), "")
	p.want(p.says(1, hello), "") // the same sending again, as after an answer of busy
	p.want(p.says(2, comment.Draft{User: "u", Text: "ＨＥＬＬＯ  there", Ref: "2"}), "duplicate")
	p.want(p.says(3, comment.Draft{User: "v", Text: "Hello there"}), "")
	p.want(p.says(4, comment.Draft{User: "u", Text: "Hello there 2"}), "")
	p.want(p.says(5, comment.Draft{User: "u", Text: "666"}), "")
	p.want(p.says(6, comment.Draft{User: "u", Text: "667"}), "")
	p.want(p.says(7, comment.Draft{User: "u", Text: "!!!"}), "")
	p.want(p.says(8, comment.Draft{User: "u", Text: "???"}), "")
	p.want(p.says(9, comment.Draft{User: "w", Text: "fuck"}), "starter")
	p.want(p.says(10, comment.Draft{User: "w", Text: "fuck"}), "starter") // what was refused was never said
	p.want(p.says(40, comment.Draft{User: "u", Text: "Hello there", Ref: "3"}), "")
	p.want(p.says(41, comment.Draft{User: "u", Text: "Hello there", Source: comment.FromReplay}), "")
	p.want(p.says(41, comment.Draft{User: "u", Text: "Hello there", Badge: comment.BadgeModerator}), "")
}

func TestSlowMode(t *testing.T) {
	p := newPerson(t)
	p.room.Slow = 10 * time.Second
	p.want(p.says(0, comment.Draft{User: "u", Text: "one", Ref: "1"}), "")
	v := p.says(4, comment.Draft{User: "u", Text: "two", Ref: "2"})
	p.want(v, comment.RuleSlow)
	if v.Wait != 6*time.Second {
		t.Errorf("wait %v, want 6 s", v.Wait)
	}
	p.want(p.says(5, comment.Draft{User: "u", Text: "one", Ref: "1"}), "")
	p.want(p.says(5, comment.Draft{User: "v", Text: "two"}), "")
	p.want(p.says(6, comment.Draft{User: "u", Text: "three", Badge: comment.BadgeOwner}), "")
	p.want(p.says(16, comment.Draft{User: "u", Text: "four"}), "")
}

func TestNewcomers(t *testing.T) {
	p := newPerson(t)
	identity := p.start.Add(5 * time.Second)
	p.want(p.says(6, comment.Draft{User: "u", Text: "one", Identity: identity}), "")
	p.room.Newcomers = comment.GateHeld
	p.want(p.says(7, comment.Draft{User: "u", Text: "two", Identity: identity}), "newcomer")
	p.want(p.says(70, comment.Draft{User: "u", Text: "three", Identity: identity}), "") // one was shown
	p.want(p.says(71, comment.Draft{User: "v", Text: "one", Identity: identity}), "newcomer")
	p.want(p.says(72, comment.Draft{User: "v", Text: "two", Identity: identity}), "newcomer")
	p.chain.Welcome("r", "v")
	p.want(p.says(73, comment.Draft{User: "v", Text: "three", Identity: identity}), "")
	p.want(p.says(74, comment.Draft{User: "w", Text: "one", Identity: p.start.Add(-time.Hour)}), "") // from before a restart
}

func TestRaids(t *testing.T) {
	p := newPerson(t)
	p.room.Links = comment.GateAllowed
	for i, u := range []string{"a", "b", "c", "d", "e", "f"} {
		v := p.says(float64(i), comment.Draft{User: u, Text: "come to example.com"})
		want := ""
		if i >= 4 {
			want = moderation.RuleRaid
		}
		p.want(v, want)
		p.want(p.says(float64(i), comment.Draft{User: u, Text: "哈哈哈哈"}), "") // a choir
	}
	for i, u := range []string{"a", "b", "c", "d", "e", "f"} { // slowly, it is none
		p.want(p.says(100+5*float64(i), comment.Draft{User: u, Text: "come to example.org"}), "")
	}
}

// A million authors leave no more behind than two generations hold, and that
// stays below 64 MB.
func TestMillionAuthors(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := moderation.New(moderation.Options{Clock: func() time.Time { return start }})
	room := comment.NewRoom("r")
	room.Slow, room.Newcomers, room.Links = time.Second, comment.GateHeld, comment.GateAllowed
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most := heap(), int64(0)
	for i := range 1_000_000 / slower {
		d := comment.Draft{Room: "r", User: "user" + strconv.Itoa(i), Text: "hi", Identity: start.Add(-time.Hour), At: start.Add(time.Duration(i) * time.Microsecond)}
		if i%16 == 0 {
			d.Text = "example.com/" + strconv.Itoa(i)
		}
		if v := c.Check(d, room); v.Action != comment.Pass {
			t.Fatalf("author %d: %+v", i, v)
		}
		if i%50_000 == 49_999 {
			most = max(most, heap()-before)
		}
	}
	if got, bound := moderation.Remembered(c), 2*(3*moderation.DefaultKeys+2*moderation.DefaultKeys/8); got > bound {
		t.Errorf("%d keys are remembered, at most %d may be", got, bound)
	}
	t.Logf("at most %.1f MB", float64(most)/1e6)
	if most > 64e6 {
		t.Errorf("%d bytes are held, at most 64 MB may be", most)
	}
	runtime.KeepAlive(c)
}
