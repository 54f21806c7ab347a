package twitch

import (
	"testing"
	"unicode/utf8"
)

// FuzzLine reads arbitrary lines without panicking, and checks that the results are
// complete.
func FuzzLine(f *testing.F) {
	for _, l := range []string{
		`@emotes=25:0-4,3-9;id=a;user-id=1 :a!a@a PRIVMSG #c :Kappa`, `@a=\`, `: `, `@reply-parent-msg-id=x;emotes=1:0-0 :a PRIVMSG #c :@x`,
		"@emotes=25:6-10 :a!a@a PRIVMSG #c :\x01ACTION ", `@ban-duration=-1;target-user-id=2 :x CLEARCHAT #c :a`,
		`@pinned-chat-paid-amount=1;pinned-chat-paid-exponent=9 :a PRIVMSG #c :x`,
	} {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, ok := parseLine(s)
		if !ok {
			return
		}
		l.removal()
		m, ok := l.message(EmoteHost)
		if !ok {
			return
		}
		n, end := utf8.RuneCountInString(m.Text), 0
		for _, e := range m.Emotes {
			if e.From < end || e.To <= e.From || e.To > n {
				t.Fatalf("%q: emote %+v of %d runes", s, e, n)
			}
			end = e.To
		}
	})
}
