package comment_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"danmaku/comment"
)

func TestIDsSortByAgeAndReadBack(t *testing.T) {
	at := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	before := comment.NewID(at, 1<<22-1)
	after := comment.NewID(at.Add(time.Millisecond), 0)
	if before >= after || before.String() >= after.String() {
		t.Errorf("%v is not before %v", before, after)
	}
	if got, err := comment.ParseID(after.String()); err != nil || got != after {
		t.Errorf("read back %v, %v", got, err)
	}
}

func TestParseIDRefusesStrangers(t *testing.T) {
	for _, s := range []string{"", "x", "0000000000000", "zzzzzzzzzzzzz", "0WE5Z8000000E", "0we5z8000000e ", "../../etc/pwd", strings.Repeat("0", 1000)} {
		if id, err := comment.ParseID(s); !errors.Is(err, comment.ErrNotFound) {
			t.Errorf("%q is %v, %v", s, id, err)
		}
	}
}

func TestPositions(t *testing.T) {
	p := comment.Position{Epoch: "k3f9", Seq: 42}
	if got, ok := comment.ParsePosition(p.String()); !ok || got != p {
		t.Errorf("read back %v, %v", got, ok)
	}
	for _, s := range []string{"", "k3f9", "k3f9:", ":1", "k3f9:-1", "k3f9:1x", "k3f9:99999999999999999999"} {
		if got, ok := comment.ParsePosition(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}

func TestNormalizeText(t *testing.T) {
	room := comment.NewRoom("live")
	room.MaxLength = 10
	family := "👨‍👩‍👧‍👦"
	for _, tt := range []struct {
		name, in, want string
		err            error
	}{
		{name: "plain", in: "hello", want: "hello"},
		{name: "spaces around", in: "  hi \n", want: "hi"},
		{name: "line breaks and tabs", in: "a\r\n\tb\u2028c", want: "a b c"},
		{name: "controls", in: "a\x00b\x1b[31m", want: "ab[31m"},
		{name: "composed", in: "e\u0301", want: "é"},
		{name: "direction marks go", in: "a\u200eb\u2067c\u2069", want: "abc"},
		{name: "overrides stay for the filter", in: "a\u202eb", want: "a\u202eb"},
		{name: "Persian keeps its joiner", in: "می\u200cخواهم", want: "می\u200cخواهم"},
		{name: "one family is one character", in: strings.Repeat(family, 10), want: strings.Repeat(family, 10)},
		{name: "ideographic space", in: "前方\u3000高能", want: "前方\u3000高能"},
		{name: "markup is text", in: "<b>&amp;", want: "<b>&amp;"},
		{name: "empty", in: "", err: comment.ErrEmpty},
		{name: "blank", in: " \u3000\t", err: comment.ErrEmpty},
		{name: "invisible", in: "\u200b\u2060\ufeff\u3164\u2800\u00ad\ufe0f", err: comment.ErrEmpty},
		{name: "only marks", in: "\u0301\u0302", err: comment.ErrEmpty},
		{name: "tag characters", in: "\U000e0041\U000e0042", err: comment.ErrEmpty},
		{name: "private use", in: "\ue000\U000f0000", err: comment.ErrEmpty},
		{name: "an emoji alone is seen", in: "🫠", want: "🫠"},
		{name: "eleven", in: "abcdefghijk", err: comment.ErrTooLong},
		{name: "two thousand", in: strings.Repeat("哈", 2000), err: comment.ErrTooLong},
		{name: "few characters, many bytes", in: strings.Repeat("e"+strings.Repeat("\u0300\u0301", 300), 2), err: comment.ErrTooLong},
		{name: "not UTF-8", in: "a\xff", err: comment.ErrBadFrame},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := comment.Draft{Text: tt.in}.Normalize(room)
			if !errors.Is(err, tt.err) || err == nil && got.Text != tt.want {
				t.Errorf("got %q, %v; want %q, %v", got.Text, err, tt.want, tt.err)
			}
		})
	}
}

func TestNormalizeNameAndRef(t *testing.T) {
	room := comment.NewRoom("live")
	for _, tt := range []struct {
		name, in, ref, want string
		err                 error
	}{
		{name: "none", want: ""},
		{name: "spaces", in: "  moss ", want: "moss"},
		{name: "invisible is none", in: "\u200b", want: ""},
		{name: "twenty", in: strings.Repeat("雪", 20), want: strings.Repeat("雪", 20)},
		{name: "twenty-one", in: strings.Repeat("雪", 21), err: comment.ErrTooLong},
		{name: "not UTF-8", in: "\xc3", err: comment.ErrBadFrame},
		{name: "a ref", ref: strings.Repeat("c", 64)},
		{name: "a long ref", ref: strings.Repeat("c", 65), err: comment.ErrBadFrame},
		{name: "a ref with a space", ref: "c 1", err: comment.ErrBadFrame},
		{name: "a ref that is not ASCII", ref: "é", err: comment.ErrBadFrame},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := comment.Draft{Text: "hi", Name: tt.in, Ref: tt.ref}.Normalize(room)
			if !errors.Is(err, tt.err) || err == nil && got.Name != tt.want {
				t.Errorf("got %q, %v; want %q, %v", got.Name, err, tt.want, tt.err)
			}
		})
	}
}

func TestNormalizeStyle(t *testing.T) {
	strict := comment.NewRoom("live")
	strict.Modes, strict.Sizes, strict.Colors = []comment.Mode{comment.Scroll}, []comment.Size{comment.Medium}, []string{"#66e0ff"}
	plain := comment.Draft{Mode: comment.Scroll, Size: comment.Medium, Color: comment.White}
	for _, tt := range []struct {
		name     string
		room     comment.Room
		in, want comment.Draft
		err      error
	}{
		{name: "defaults", room: comment.NewRoom("live"), want: plain},
		{name: "all set", room: comment.NewRoom("live"), in: comment.Draft{Mode: comment.Top, Size: comment.Big, Color: "#FF6B5E"},
			want: comment.Draft{Mode: comment.Top, Size: comment.Big, Color: "#ff6b5e"}},
		{name: "not allowed becomes the default", room: strict, in: comment.Draft{Mode: comment.Top, Size: comment.Big, Color: "#ff6b5e"}, want: plain},
		{name: "an allowed colour", room: strict, in: comment.Draft{Color: "#66E0FF"},
			want: comment.Draft{Mode: comment.Scroll, Size: comment.Medium, Color: "#66e0ff"}},
		{name: "an unknown mode", room: strict, in: comment.Draft{Mode: "diagonal"}, err: comment.ErrBadStyle},
		{name: "an unknown size", room: strict, in: comment.Draft{Size: "huge"}, err: comment.ErrBadStyle},
		{name: "a colour by name", room: strict, in: comment.Draft{Color: "red"}, err: comment.ErrBadStyle},
		{name: "a colour with more behind it", room: strict, in: comment.Draft{Color: "#ffffff;}"}, err: comment.ErrBadStyle},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Text = "hi"
			got, err := tt.in.Normalize(tt.room)
			if !errors.Is(err, tt.err) {
				t.Fatalf("got %v, want %v", err, tt.err)
			}
			if err == nil && (got.Mode != tt.want.Mode || got.Size != tt.want.Size || got.Color != tt.want.Color) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestRoomNamesEveryFault(t *testing.T) {
	good := comment.NewRoom("friday-night_2")
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := comment.NewRoom("No Room")
	bad.State, bad.Review, bad.MaxLength, bad.Slow = "ajar", "some", 0, time.Hour
	bad.Colors, bad.Modes, bad.Sizes = []string{"red"}, []comment.Mode{"up"}, []comment.Size{"xl"}
	err := bad.Validate()
	for _, word := range []string{"No Room", "ajar", "some", "length", "slow", "red", `"up"`, "xl"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not name %s", err, word)
		}
	}
}

func TestCodesAndWaits(t *testing.T) {
	err := fmt.Errorf("submit: %w", &comment.WaitError{Err: comment.ErrSlowDown, Wait: 1500 * time.Millisecond})
	if comment.Code(err) != "slow_down" || comment.Wait(err) != 1500*time.Millisecond {
		t.Errorf("got %s after %v", comment.Code(err), comment.Wait(err))
	}
	if got := comment.Code(errors.New("disk on fire")); got != "internal" {
		t.Errorf("a stranger is %q", got)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"hello", "e\u0301", "\u202eabc", "👨‍👩‍👧‍👦", "می\u200cخواهم", "\x00", "ᄒ\u1161\u11ab", "a\u3000 b"} {
		f.Add(s)
	}
	room := comment.NewRoom("live")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := comment.Draft{Text: s, Name: s}.Normalize(room)
		if err != nil {
			return
		}
		if !utf8.ValidString(d.Text) || !comment.Visible(d.Text) || strings.ContainsAny(d.Text, "\n\r\t\x00") ||
			len(d.Text) > comment.MaxTextBytes || comment.Graphemes(d.Text) > room.MaxLength {
			t.Errorf("%q became %q", s, d.Text)
		}
		again, err := d.Normalize(room)
		if err != nil || again.Text != d.Text || again.Name != d.Name {
			t.Errorf("twice differs: %q, then %q, %v", d.Text, again.Text, err)
		}
	})
}
