package moderation_test

import (
	"testing"

	"danmaku/comment"
	"danmaku/moderation/rules"
)

// Names, abbreviations and words of other languages that contain an entry by chance pass; if
// nothing distinguishes them, they are held at most.
func TestInnocentWordsAroundEntries(t *testing.T) {
	shipped, _ := rules.Compile([]rules.List{rules.Starter()})
	full := compile(t, "*fuck*\nshit*\nslut*\nfick*\nputa*\n*rapist*\nsb\n새끼\n병신\n死全家\n*สัส*\n")
	for text, want := range map[string]comment.Action{
		"Phuket": comment.Pass, "Fuku sushi": comment.Pass, "Phuk you": comment.Hold, "Phucking hell": comment.Hold,
		"SB Nation": comment.Pass, "SB主播": comment.Hold, "sb": comment.Hold, "you SB": comment.Hold,
		"slut för idag": comment.Pass, "such a slut": comment.Refuse,
	} {
		if v := check(shipped, text); v.Action != want {
			t.Errorf("%q: %v for %q (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
	for text, want := range map[string]comment.Action{
		"physiotherapist": comment.Pass, "hypnotherapists": comment.Pass, "the rapist": comment.Refuse, "psychorapist": comment.Refuse,
		"Flicker": comment.Pass, "die flicker": comment.Pass, "สัสดี": comment.Pass, "สัส": comment.Refuse, "f1ck": comment.Hold, "putative": comment.Pass, "Slutsky equation": comment.Pass, "ficklampa": comment.Pass, "det er slutt": comment.Pass, "slutty": comment.Refuse,
		"새끼손가락": comment.Pass, "새끼야": comment.Refuse, "死全家": comment.Refuse,
	} {
		if v := check(full, text); v.Action != want {
			t.Errorf("%q: %v for %q (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
}

// A number with few different digits is a card by its check digit and its beginning; five
// groups of two that begin with 0 are a French number.
func TestNumbersOfFewDigits(t *testing.T) {
	set, _ := rules.Compile(nil)
	for text, want := range map[string]comment.Action{
		"4111 1111 1111 1111": comment.Hold, "4111111111111111": comment.Hold, "4111111111111114": comment.Pass, "1111 1111 1111 1117": comment.Pass,
		"06.12.34.56.78": comment.Hold, "1.12.34.56.78": comment.Pass, "123456789": comment.Pass, "7355608": comment.Pass, "add 123456789": comment.Hold, "血量 123456789": comment.Pass,
	} {
		if v := check(set, text); v.Action != want {
			t.Errorf("%q: %v (%s), want %v", text, v.Action, v.Detail, want)
		}
	}
}

// Two kana of a list mean nothing in the middle of a foreign word, and neither does the
// beginning of a name.
func TestEntriesInsideNames(t *testing.T) {
	set := compile(t, "ブス\nshit*\nbitch*\nputa*\n")
	for text, want := range map[string]comment.Action{
		"オブスキュア": comment.Pass, "バブスカ": comment.Pass, "ブス": comment.Refuse, "お前ブスだな": comment.Refuse,
		"Peter Shitara": comment.Pass, "Shitara Peter": comment.Pass, "Shitty Peter": comment.Refuse, "Bitchass Mods": comment.Refuse, "Shithead Peter": comment.Refuse, "shitara": comment.Refuse, "Shiting Peter": comment.Refuse, "Shithead": comment.Refuse,
	} {
		if v := check(set, text); v.Action != want {
			t.Errorf("%q: %v for %q (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
}
