package comment_test

import (
	"errors"
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

func TestParseIDRefusesOtherText(t *testing.T) {
	for _, s := range []string{"", "x", "0000000000000", "zzzzzzzzzzzzz", "0WE5Z8000000E", "0we5z8000000e ", "../../etc/pwd", strings.Repeat("0", 1000)} {
		if id, err := comment.ParseID(s); !errors.Is(err, comment.ErrNotFound) {
			t.Errorf("%q is %v, %v", s, id, err)
		}
	}
}

// wide allows everything that a new room allows.
var wide = comment.Limits{MaxLength: 100, Modes: comment.Modes, Sizes: comment.Sizes}

func TestNormalizeText(t *testing.T) {
	limits := wide
	limits.MaxLength = 10
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
			got, err := comment.Draft{Text: tt.in}.Normalize(limits)
			if !errors.Is(err, tt.err) || err == nil && got.Text != tt.want {
				t.Errorf("got %q, %v; want %q, %v", got.Text, err, tt.want, tt.err)
			}
		})
	}
}

func TestNormalizeNameAndRef(t *testing.T) {
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
			got, err := comment.Draft{Text: "hi", Name: tt.in, Ref: tt.ref}.Normalize(wide)
			if !errors.Is(err, tt.err) || err == nil && got.Name != tt.want {
				t.Errorf("got %q, %v; want %q, %v", got.Name, err, tt.want, tt.err)
			}
		})
	}
}

func TestNormalizeStyle(t *testing.T) {
	strict := comment.Limits{MaxLength: 100, Modes: []comment.Mode{comment.Scroll}, Sizes: []comment.Size{comment.Medium}, Colors: []string{"#66e0ff"}}
	plain := comment.Draft{Mode: comment.Scroll, Size: comment.Medium, Color: comment.White}
	for _, tt := range []struct {
		name     string
		limits   comment.Limits
		in, want comment.Draft
		err      error
	}{
		{name: "defaults", limits: wide, want: plain},
		{name: "all set", limits: wide, in: comment.Draft{Mode: comment.Top, Size: comment.Big, Color: "#FF6B5E"},
			want: comment.Draft{Mode: comment.Top, Size: comment.Big, Color: "#ff6b5e"}},
		{name: "not allowed becomes the default", limits: strict, in: comment.Draft{Mode: comment.Top, Size: comment.Big, Color: "#ff6b5e"}, want: plain},
		{name: "an allowed colour", limits: strict, in: comment.Draft{Color: "#66E0FF"},
			want: comment.Draft{Mode: comment.Scroll, Size: comment.Medium, Color: "#66e0ff"}},
		{name: "an unknown mode", limits: strict, in: comment.Draft{Mode: "diagonal"}, err: comment.ErrBadStyle},
		{name: "an unknown size", limits: strict, in: comment.Draft{Size: "huge"}, err: comment.ErrBadStyle},
		{name: "a colour by name", limits: strict, in: comment.Draft{Color: "red"}, err: comment.ErrBadStyle},
		{name: "a colour with more behind it", limits: strict, in: comment.Draft{Color: "#ffffff;}"}, err: comment.ErrBadStyle},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Text = "hi"
			got, err := tt.in.Normalize(tt.limits)
			if !errors.Is(err, tt.err) {
				t.Fatalf("got %v, want %v", err, tt.err)
			}
			if err == nil && (got.Mode != tt.want.Mode || got.Size != tt.want.Size || got.Color != tt.want.Color) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"hello", "e\u0301", "\u202eabc", "👨‍👩‍👧‍👦", "می\u200cخواهم", "\x00", "ᄒ\u1161\u11ab", "a\u3000 b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := comment.Draft{Text: s, Name: s}.Normalize(wide)
		if err != nil {
			return
		}
		if !utf8.ValidString(d.Text) || !comment.Visible(d.Text) || strings.ContainsAny(d.Text, "\n\r\t\x00") ||
			len(d.Text) > comment.MaxTextBytes || comment.Graphemes(d.Text) > wide.MaxLength {
			t.Errorf("%q became %q", s, d.Text)
		}
		again, err := d.Normalize(wide)
		if err != nil || again.Text != d.Text || again.Name != d.Name {
			t.Errorf("twice differs: %q, then %q, %v", d.Text, again.Text, err)
		}
	})
}

// Labels that look alike are equal: invisible characters are removed. Those that join
// letters and emoji stay.
func TestLabel(t *testing.T) {
	for in, want := range map[string]string{
		"bot":                             "bot",
		"b\u200bo\ufefft\u2060":           "bot",
		"\u00adb\u180eo\u2800t\u3164":     "bot",
		"b\u200do\u200ct\u200d":           "bot",
		"\u202ebo\u2066t\u2069\ufff9":     "bot",
		"bot\U000e0041\u034f":             "bot",
		"a \ufe0f b":                      "a b",
		" \u200b \n":                      "",
		"\u200b":                          "",
		"my \u200b bot":                   "my bot",
		"Zo\u0065\u0301":                  "Zoé",
		"می\u200cخواهم":                   "می\u200cخواهم",
		"क्\u200dष":                       "क्\u200dष",
		"👨\u200d👩\u200d👧":                 "👨\u200d👩\u200d👧",
		"❤\ufe0f":                         "❤\ufe0f",
		"🏴\U000e0067\U000e0062\U000e007f": "🏴\U000e0067\U000e0062\U000e007f",
		"配信\u3000者":                       "配信\u3000者",
	} {
		if got := comment.Label(in); got != want {
			t.Errorf("%+q: %+q, want %+q", in, got, want)
		}
	}
}
