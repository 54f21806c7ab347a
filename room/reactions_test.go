package room_test

import (
	"strings"
	"testing"

	"danmaku/room"
)

func TestReactionsAreSingleEmoji(t *testing.T) {
	for text, want := range map[string]bool{
		"👏": true, "❤️": true, "❤": true, "👩‍👩‍👧‍👦": true, "👋🏽": true, "🇯🇵": true, "1️⃣": true, "☕": true, "♪": true, "↔️": true, "🫡": true, "🏴󠁧󠁢󠁥󠁮󠁧󠁿": true, "‼️": true,
		"": false, "a": false, "草": false, "1": false, "👏👏": false, "!": false, "<": false, " ": false, "\u200d": false, "👏a": false, "+": false,
		"👏" + strings.Repeat("\u0301", 60): false,
	} {
		if got := room.IsReaction(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestReactionsOfARoom(t *testing.T) {
	for _, tt := range []struct{ patch, fault string }{
		{`{"reactions":["👏"," ❤️ ","😂","😮","🎉","🔥","👍","😢"]}`, ""},
		{`{"reactions":[]}`, ""},
		{`{"reactions":["👏","❤️","😂","😮","🎉","🔥","👍","😢","💯"]}`, "at most 8"},
		{`{"reactions":["👏","👏"]}`, "twice"},
		{`{"reactions":["clap"]}`, "one emoji each"},
		{`{"reactions":"👏"}`, "a list"},
	} {
		var p room.Patch
		if err := p.UnmarshalJSON([]byte(tt.patch)); err != nil {
			t.Fatal(err)
		}
		r, err := p.Apply(room.New("live"))
		if err == nil {
			r = r.Tidy()
			err = r.Validate()
		}
		if tt.fault == "" && (err != nil || strings.Contains(strings.Join(r.Reactions, ""), " ")) || tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)) {
			t.Errorf("%s: %v, %v", tt.patch, r.Reactions, err)
		}
	}
}
