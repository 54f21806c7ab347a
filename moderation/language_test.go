package moderation_test

import (
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/moderation/rules"
	"danmaku/room"
)

// A word of the list that is an everyday word of another language passes in a text of that
// language.
func TestWordsOfOtherLanguages(t *testing.T) {
	shipped, _ := rules.Compile([]rules.List{rules.Starter()})
	for text, want := range map[string]comment.Action{
		"je suis en retard": comment.Pass, "en retard": comment.Pass, "le train a du retard": comment.Pass, "retard": comment.Refuse, "you retard": comment.Refuse, "what a retard he is": comment.Refuse,
		"slut på filmen": comment.Pass, "det är slut nu": comment.Pass, "such a slut": comment.Refuse, "slut": comment.Refuse,
		"slut for i dag": comment.Pass, "så er der slut nu": comment.Pass, "ur a slut": comment.Refuse, "shes a slut": comment.Refuse, "dum slut": comment.Refuse,
		"FCK København": comment.Pass, "FCK YOU": comment.Hold, "Fuk Wing Street": comment.Pass, "fuk you": comment.Hold, "fuk": comment.Hold,
		"don't be niggardly": comment.Pass, "nigga": comment.Refuse, "niggas": comment.Refuse, "fire retardant foam": comment.Pass,
	} {
		if v := check(shipped, text); v.Action != want {
			t.Errorf("%q: %v for %q (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
	full := compileQuiet("dick\n*ебат*\n*ебан*\nshit*\npute @lang fr\nfick* @lang de\n")
	for text, want := range map[string]comment.Action{
		"durch dick und dünn": comment.Pass, "dick move": comment.Refuse, "suck my dick please": comment.Refuse,
		"дебаты сегодня": comment.Pass, "колебаться": comment.Pass, "ебаться": comment.Refuse, "доебаться": comment.Refuse,
		"shiitake with rice": comment.Pass, "shithead": comment.Refuse,
		"jag fick inte se det": comment.Pass, "fick dich": comment.Refuse,
	} {
		if v := check(full, text); v.Action != want {
			t.Errorf("%q: %v for %q (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
}

// A word of another language does not count as an everyday word in a text that is plainly in a
// different one.
func TestEverydayWordsBelongToTheirText(t *testing.T) {
	set := compileQuiet("faggot\nretard\ndick\ncock\npussy\nbitch*\ncasino\nсука\n*kurw*\n")
	for text, want := range map[string]comment.Action{
		"you are a dik": comment.Hold, "hes such a cok": comment.Hold, "you pussi": comment.Hold, "she is a bich": comment.Hold,
		"best kasino in the world": comment.Hold, "онлайн kasino тут": comment.Hold, "ты suka": comment.Hold, "kurva you are bad": comment.Hold,
		"you retrad": comment.Hold, "fagot": comment.Hold,
		"dik": comment.Pass, "ik ben dik": comment.Pass, "du bist so dik": comment.Pass, "dik op jou": comment.Pass, "cok": comment.Pass, "cok guzel": comment.Pass,
		"suka": comment.Pass, "aku suka kamu": comment.Pass, "kasino": comment.Pass, "main kasino yuk": comment.Pass, "a beach in spain": comment.Pass, "das shirt ist so gut": comment.Pass,
	} {
		if v := check(set, text); v.Action != want {
			t.Errorf("%q: %v for %q (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
}

// A room excludes the entries of a language, from its own list and the shipped one, by a line
// of its list.
func TestLanguagesAreSwitchedOff(t *testing.T) {
	c := moderation.New(moderation.Options{})
	lists := []rules.List{{Room: "a", Name: "words", On: true, Text: "!@lang ja\n@lang fr\nzut\n@lang\nplain\nflute @lang fr => hold\n傻瓜 @lang zh\n/z[aeiou]+t/ @lang fr\n"}}
	if err := c.SetLists(lists); err != nil {
		t.Fatal(err)
	}
	a, b := room.New("a"), room.New("b")
	for _, tt := range []struct {
		text  string
		setup room.Room
		want  comment.Action
	}{
		{"死ね", a, comment.Pass}, {"死ね", b, comment.Refuse}, {"zut", a, comment.Refuse}, {"flute", a, comment.Hold}, {"plain", a, comment.Refuse}, {"fuck", a, comment.Refuse},
		{"傻瓜", a, comment.Refuse},
	} {
		if v := c.CheckText(tt.text, tt.setup); v.Action != tt.want {
			t.Errorf("%s in room %s: %v, want %v", tt.text, tt.setup.ID, v.Action, tt.want)
		}
	}
	lists[0].Text += "!@lang fr\n!@lang zh\n"
	if err := c.SetLists(lists); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]comment.Action{"zut": comment.Pass, "zoot": comment.Pass, "flute": comment.Pass, "flutte": comment.Pass, "傻瓜": comment.Pass, "傻逼": comment.Pass, "plain": comment.Refuse} {
		if v := c.CheckText(text, a); v.Action != want {
			t.Errorf("%s without French and Chinese: %v for %s, want %v", text, v.Action, v.Word, want)
		}
	}
}

func TestLanguageFaults(t *testing.T) {
	for line, word := range map[string]string{"@lang French": "@lang French", "!@lang": "@lang", "word @lang F": "@lang F", "word @langue": "@langue", "!@lang e1": "@lang e1"} {
		_, faults := rules.Compile([]rules.List{{Name: "words", Text: line, On: true}})
		if line == "word @langue" { // not an option but part of the entry
			if len(faults) != 0 {
				t.Errorf("%q: %v", line, faults)
			}
			continue
		}
		if len(faults) != 1 || faults[0].Code != rules.NoOption || faults[0].Word != word {
			t.Errorf("%q: %v, want %s for %q", line, faults, rules.NoOption, word)
		}
	}
	set := compileQuiet("\\@lang\n")
	if v := moderation.CheckText(set, "@lang", time.Now()); v.Action == comment.Pass {
		t.Error("an escaped @lang is no entry")
	}
}

// In a Vietnamese phrase one mark may be missing, letters may be doubled, and j
// stands for i.
func TestVietnameseRespelled(t *testing.T) {
	set := compileQuiet("địt mẹ\nđụ má\nlồn\ncặc\n")
	for _, text := range []string{"địtt mẹ", "đit mẹ", "đụ ma", "djt mẹ", "djt me", "lồnn", "cặk", "kặc"} {
		if v := check(set, text); v.Action != comment.Hold {
			t.Errorf("%q: %v for %q", text, v.Action, v.Word)
		}
	}
	for _, text := range []string{"đi mẹ ơi", "đủ má", "du lịch", "lớn", "lon bia", "các bạn", "cách", "jack", "kick me"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %q (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// In scripts without capitals and mostly without spaces, similar-sounding letters and marks
// replace each other, and one may be doubled; such texts are held.
func TestSoundsOfLivingScripts(t *testing.T) {
	set := compileQuiet("*ควย*\n*เหี้ย*\n*เย็ด*\n*شرموط*\n*قحب*\nचूतिया\nमादरचोद\n")
	for _, text := range []string{"คววย", "เหี่ย", "เหี๊ย", "เย็ต", "شررموط", "شرموت", "كحبة", "चुतिया", "चूतीया", "मादरचौद"} {
		if v := check(set, text); v.Action != comment.Hold {
			t.Errorf("%q: %v for %q", text, v.Action, v.Word)
		}
	}
	for _, text := range []string{"เหี่ยว", "เหี่ยวเฉา", "เหยี่ยว", "กล้วย", "เย็น", "مشروط", "شروط", "محبة", "حقيبة", "चुटिया", "चूना", "मदद"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %q (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// An unclosed bracket stands for the letter that it looks like, and two brackets back to back
// for an h.
func TestBracketsAsLetters(t *testing.T) {
	set := compileQuiet("cunt*\nshit*\n")
	for text, want := range map[string]comment.Action{
		"(unt": comment.Hold, "you <unt": comment.Hold, "$}{it": comment.Hold, "(unt)": comment.Pass, "[unt]": comment.Pass, "a(unt": comment.Pass, "f(unt)": comment.Pass, "{}{it}": comment.Pass,
	} {
		if v := check(set, text); v.Action != want {
			t.Errorf("%q: %v for %q (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
}
