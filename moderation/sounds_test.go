package moderation_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/room"
	"danmaku/testrace"
)

const chineseWords = "六合彩\n狗东西\n傻逼\n操你妈\n强奸\n加微信\n台独\n妓女\n他妈的\n妈的\n垃圾\n赌博\n天安门 => refuse\n强暴 => mask\n色情网 @exact\n!傻比亚\n"

// Words that sound like a word of the list are held, in characters, in pinyin and mixed, and
// never refused.
func TestSounds(t *testing.T) {
	set := compile(t, chineseWords)
	tests := map[string]string{
		// in characters
		"煞笔": "傻逼", "沙币": "傻逼", "傻比": "傻逼", "你个煞笔": "傻逼", "大煞笔!": "傻逼", "真傻比啊": "傻逼", "艹拟玛": "操你妈",
		"煞 笔": "傻逼", "煞♥笔": "傻逼", "加薇♥芯": "加微信", "枷薇辛 abc": "加微信", "鎩筆": "傻逼", "辣鸡": "垃圾", "他吗的": "他妈的", "ta吗的": "他妈的", "草泥马": "操你妈",
		// in pinyin
		"shabi": "傻逼", "SHABI": "傻逼", "ＳＨＡＢＩ": "傻逼", "sha bi": "傻逼", "sha-bi": "傻逼", "sha.bi": "傻逼", "shǎ bī": "傻逼", "shǎbī": "傻逼",
		"sha3bi1": "傻逼", "sha3 bi1": "傻逼", "s h a b i": "傻逼", "s.h.a.b.i": "傻逼", "ni ge shabi": "傻逼", "caonima": "操你妈", "cao ni ma": "操你妈",
		"cāo nǐ mā": "操你妈", "jinv": "妓女", "jinü": "妓女", "jì nǚ": "妓女", "laji": "垃圾", "ta ma de": "他妈的", "mā de": "妈的", "ma1de5": "妈的", "dubo": "赌博",
		// mixed
		"傻bi": "傻逼", "sha笔": "傻逼", "sha逼": "傻逼", "傻 bi": "傻逼", "傻bi1": "傻逼", "cao你ma": "操你妈", "草ni马": "操你妈", "煞bi": "傻逼",
		// a syllable that is a word of another language, directly beside the entry's own characters
		"六he彩": "六合彩", "狗dong西": "狗东西",
		// the rule's own action is never made stricter
		"tiananmen": "天安门",
	}
	for text, word := range tests {
		if v := check(set, text); v.Action != comment.Hold || v.Word != word || v.Detail != "sounds like the word" || v.Rule != "words" || len(v.Spans) != 1 {
			t.Errorf("%q: %v by %s, %s (%s) %v, want it held for %s", text, v.Action, v.Rule, v.Word, v.Detail, v.Spans, word)
		}
	}
	if v := check(set, "qiangbao"); v.Action != comment.Mask || v.Text != "********" {
		t.Errorf("a rule that masks: %+v", v)
	}
	if v := check(set, "是个煞笔吗"); len(v.Spans) != 1 || v.Spans[0] != (comment.Span{From: 2, To: 4}) {
		t.Errorf("found at %v", v.Spans)
	}
	if v := check(set, "傻逼"); v.Action != comment.Refuse {
		t.Errorf("the word itself: %+v", v)
	}
}

// A word that sounds like one of the list only by chance passes.
func TestSoundsByChance(t *testing.T) {
	set := compile(t, chineseWords)
	for _, text := range []string{
		// common words, and parts of them
		"态度很好", "这个态度", "独播", "独播剧场", "激怒", "他激怒了我", "为啥比赛还没开始", "傻比较好", "沙比利木", "是啥比较好", "你看他傻比划半天",
		"是啥,比他好", "啥。比他", "啥 比你强", "她骂得对", "骂的对",
		// Japanese
		"しゃビー", "これは沙比です", "まじで台度やばいです",
		// other languages
		"made in china", "他 made in china", "六 he 彩", "六合come", "狗 dong 西", "laptop", "the shabiest", "shabibi", "mishabi", "mp3bi", "shabi2000", "dù bố", "dubois", "tai duo",
		"a sha, bi you", "sha. Bi", "sha 3 bi", "12sha bi", "hashabi",
		// exceptions and exact entries
		"傻比亚", "seqingwang", "色晴网",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v by %s, %s (%s) at %v", text, v.Action, v.Rule, v.Word, v.Detail, v.Spans)
		}
	}
}

// An exact entry matches as written and folded, and in no guessed form.
func TestExact(t *testing.T) {
	set := compile(t, "fuck @exact\n傻逼 @exact => hold @until 2999-01-01 # note\n强奸\t@exact")
	for text, want := range map[string]comment.Action{
		"fuck": comment.Refuse, "ＦＵＣＫ": comment.Refuse, "f.u.c.k": comment.Pass, "f*ck": comment.Pass, "fu¢k": comment.Pass,
		"傻逼": comment.Hold, "傻 逼": comment.Pass, "shabi": comment.Pass, "煞笔": comment.Pass, "强奸": comment.Refuse, "弓虽奸": comment.Pass,
	} {
		if v := check(set, text); v.Action != want {
			t.Errorf("%q: %v (%s), want %v", text, v.Action, v.Detail, want)
		}
	}
	if _, faults := rules.Compile([]rules.List{{Name: "l", Text: "word @exactly", On: true}}); len(faults) != 1 || faults[0].Code != rules.NoOption {
		t.Errorf("a half-known option: %v", faults)
	}
	c := chainOf(t, "fuck @exact")
	if v := sendAt(c, "a", "fu", 0); v.Action != comment.Pass {
		t.Errorf("%+v", v)
	}
	if v := sendAt(c, "a", "ck", 1); v.Action != comment.Pass {
		t.Errorf("an exact entry over several comments: %+v", v)
	}
}

// A name and the text after it are not read together by their sound.
func TestNamesAndTextSoundApart(t *testing.T) {
	c := chainOf(t, "妈逼\n傻逼\n")
	for name, text := range map[string]string{"小马": "笔试过了", "sha": "bi", "煞": "笔"} {
		v := c.Check(comment.Draft{Room: "r", User: name, Name: name, Text: text, At: spelledFrom}, room.New("r"))
		if v.Action != comment.Pass {
			t.Errorf("%s says %q: %+v", name, text, v)
		}
	}
	v := c.Check(comment.Draft{Room: "r", User: "u", Name: "煞笔", Text: "大家好", At: spelledFrom}, room.New("r"))
	if v.Action != comment.Hold || !v.InName {
		t.Errorf("a name that sounds like a word: %+v", v)
	}
}

// Characters that are written as their parts.
func TestCharactersWrittenAsTheirParts(t *testing.T) {
	set := compile(t, "强奸\n妈逼\n他妈的\n鸡巴\n加微信\n")
	for _, text := range []string{"弓虽女干", "弓虽奸", "强女干", "女马逼", "他女马的", "又鸟巴", "力口微信", "加微亻言"} {
		if v := check(set, text); v.Action != comment.Hold || v.Detail != "the word, taken apart or with other signs" {
			t.Errorf("%q: %v (%s)", text, v.Action, v.Detail)
		}
	}
	for _, text := range []string{"弓虽", "女马", "妇女干部", "强大的女马"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v, %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

func chainOf(t testing.TB, list string) *moderation.Chain {
	t.Helper()
	c := moderation.New(moderation.Options{})
	if err := c.SetLists([]rules.List{{Name: rules.StarterName, Text: list, On: true}}); err != nil {
		t.Fatal(err)
	}
	return c
}

var spelledFrom = time.Now()

// sendAt sends a comment of an author at a second after the start.
func sendAt(c *moderation.Chain, author, text string, second int) comment.Verdict {
	return c.Check(comment.Draft{Room: "r", User: author, Text: text, At: spelledFrom.Add(time.Duration(second) * time.Second)}, room.New("r"))
}

// A word over several comments is held at the comment that completes it.
func TestSpelledOverComments(t *testing.T) {
	const list = "fuck\n傻逼\n操你妈\nass\nmasked => mask\n智障\n시발\n새끼\n死ね"
	type line struct {
		author, text string
		second       int
	}
	one := func(texts ...string) (out []line) {
		for i, text := range texts {
			out = append(out, line{"a", text, i * 2})
		}
		return out
	}
	tests := []struct {
		name  string
		lines []line
		held  []int
	}{
		{"letters", one("f", "u", "c", "k"), []int{3}},
		{"halves", one("fu", "ck"), []int{1}},
		{"after other short ones", one("lol", "gg", "fu", "ck", "ok"), []int{3}},
		{"characters", one("傻", "逼"), []int{1}},
		{"characters with others between", one("666", "傻", "逼", "哈哈"), []int{2}},
		{"by sound", one("煞", "笔"), []int{1}},
		{"in pinyin", one("cao", "ni", "ma"), []int{2}},
		{"in longer syllables of pinyin", one("zhi", "zhang"), []int{1}},
		{"before other words", one("傻", "逼啊 笑死我了"), []int{1}},
		{"before other words in Korean", one("시", "발 진짜 뭐야", "새", "끼야 어디 가"), []int{1, 3}},
		{"before other words in Japanese", one("死", "ね、お前なんか"), []int{1}},
		{"the beginning of another word", one("傻", "逼真的画面", "操", "你妈喊你吃饭", "시", "발표 언제 해요", "死", "ねむいから寝るわ"), nil},
		{"words in Latin letters", one("zhi", "zhao", "chang", "liang", "shang"), nil},
		{"twice", one("傻", "逼", "傻!", "逼!"), []int{1, 3}},
		{"a long comment between", one("傻", "今天的主播真的好厉害", "逼"), []int{2}},
		{"inside a longer word", one("cl", "ass"), nil}, // refused as it stands
		{"part of a longer word", one("gr", "as", "s"), []int{2}},
		{"a longer one is no piece", one("fu", "ck you all"), nil},
		{"several authors", []line{{"a", "傻", 0}, {"b", "逼", 1}}, nil},
		{"too late", []line{{"a", "傻", 0}, {"a", "逼", 31}}, nil},
		{"each in time", []line{{"a", "f", 0}, {"a", "u", 20}, {"a", "c", 40}, {"a", "k", 60}}, []int{3}},
		{"what masks", one("mas", "ked"), nil},
		{"cheers", one("6", "66", "666", "哈", "哈哈", "gg", "wp", "ez"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := chainOf(t, list)
			for i, l := range tt.lines {
				v := sendAt(c, l.author, l.text, l.second)
				held := v.Action == comment.Hold
				if v.Action == comment.Refuse && l.text != "ass" {
					t.Errorf("%q is refused: %+v", l.text, v)
				}
				want := false
				for _, k := range tt.held {
					want = want || k == i
				}
				if held != want || held && (v.Detail != "spelled over several comments" || v.Word == "" || len(v.Spans) != 1 || v.Spans[0].To > len([]rune(l.text))) {
					t.Errorf("%d, %q: %v, %s (%s) %v, want held: %v", i, l.text, v.Action, v.Word, v.Detail, v.Spans, want)
				}
			}
		})
	}
}

// A retry of the same sending, after an answer of busy, has the same verdict; other rooms, the
// people who run the room and replays do not take part.
func TestSpelledAgain(t *testing.T) {
	c := chainOf(t, "fuck\n")
	setup := room.New("r")
	send := func(d comment.Draft) comment.Action {
		d.At = spelledFrom
		if d.Room == "" {
			d.Room = "r"
		}
		return c.Check(d, setup).Action
	}
	send(comment.Draft{User: "a", Text: "fu", Ref: "1"})
	for range 3 {
		if got := send(comment.Draft{User: "a", Text: "ck", Ref: "2"}); got != comment.Hold {
			t.Errorf("sent again: %v", got)
		}
	}
	send(comment.Draft{User: "b", Text: "fu"})
	for _, d := range []comment.Draft{
		{User: "b", Text: "ck", Room: "other"}, {User: "b", Text: "ck", Badge: comment.BadgeOwner}, {User: "b", Text: "ck", Source: comment.FromReplay}, {Text: "ck"},
	} {
		if got := send(d); got != comment.Pass {
			t.Errorf("%+v: %v", d, got)
		}
	}
}

// Whatever the text and its split: a comment that passes by itself is at most held for its
// author's earlier comments.
func TestSpelledOnlyHolds(t *testing.T) {
	testrace.Skip(t)
	r := rand.New(rand.NewPCG(5, 6))
	alphabet := []string{"f", "u", "c", "k", "傻", "逼", "煞", "笔", "sha", "bi", "a", "6", " ", "❤", "é", "ass", "操", "你", "妈"}
	c, alone := chainOf(t, chineseWords+"fuck\nass\n*porn*\n"), compile(t, chineseWords+"fuck\nass\n*porn*\n")
	holds := 0
	for i := range 20_000 {
		var b strings.Builder
		for range 1 + r.IntN(3) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		text := strings.TrimSpace(b.String())
		if text == "" {
			continue
		}
		v, by := sendAt(c, "user", text, i/4), moderation.CheckText(alone, text, spelledFrom)
		switch {
		case v.Rule == comment.RuleDuplicate:
		case v.Action == by.Action:
		case v.Action == comment.Hold && by.Action < comment.Hold && v.Detail == "spelled over several comments":
			holds++
		default:
			t.Fatalf("%d, %q: %v by %s (%s), alone %v by %s (%s)", i, text, v.Action, v.Rule, v.Detail, by.Action, by.Rule, by.Detail)
		}
	}
	if holds < 100 {
		t.Errorf("only %d were held", holds)
	}
}
