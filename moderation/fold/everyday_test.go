package fold_test

import (
	"testing"

	"danmaku/moderation/fold"
)

func TestLanguagesOfEverydayWords(t *testing.T) {
	const english, spanish, french, swedish, russian = 1 << 0, 1 << 1, 1 << 2, 1 << 11, 1 << 22
	for word, want := range map[string]fold.Languages{
		"the": english, "shirt": english, "folder": english, "papa": spanish, "retard": french | english, "slut": swedish | english, "наука": russian,
		"pic": fold.Bare, "smith": 1 << 30, "fukuoka": 1 << 30,
	} {
		if got := fold.Everyday([]rune(word)); got&want != want {
			t.Errorf("%s: languages %b, want %b among them", word, got, want)
		}
	}
	for _, word := range []string{"", "shyt", "fuxk", "phuk", "retrd", "пісда"} {
		if got := fold.Everyday([]rune(word)); got != 0 {
			t.Errorf("%q: languages %b, want none", word, got)
		}
	}
}
