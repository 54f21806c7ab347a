package comment_test

import (
	"errors"
	"strings"
	"testing"

	"danmaku/comment"
)

// Other programs' values are accepted, and the changes are reported.
func TestValuesOfOtherPrograms(t *testing.T) {
	room := comment.Limits{MaxLength: 100, Modes: comment.Modes, Sizes: comment.Sizes}
	family := "👨‍👩‍👧‍👦"
	type want struct {
		mode  comment.Mode
		size  comment.Size
		color string
		notes string // the fields
	}
	for _, tt := range []struct {
		d    comment.Draft
		want want
	}{
		{comment.Draft{}, want{comment.Scroll, comment.Medium, "#ffffff", ""}},
		{comment.Draft{Mode: "TOP", Size: "large", Color: "#FFF"}, want{comment.Top, comment.Big, "#ffffff", ""}},
		{comment.Draft{Mode: " Bottom ", Size: "SMALL", Color: "FF0000"}, want{comment.Bottom, comment.Small, "#ff0000", ""}},
		{comment.Draft{Mode: "ue", Color: "red"}, want{comment.Top, comment.Medium, "#ff0000", ""}},
		{comment.Draft{Mode: "5", Size: "25", Color: "16711680"}, want{comment.Top, comment.Medium, "#ff0000", ""}},
		{comment.Draft{Mode: "loop", Size: "enormous", Color: "blurple"}, want{comment.Scroll, comment.Medium, "#ffffff", "mode size color"}},
		{comment.Draft{Color: "#12345"}, want{comment.Scroll, comment.Medium, "#ffffff", "color"}},
		{comment.Draft{Color: "#1a2b3c4d"}, want{comment.Scroll, comment.Medium, "#1a2b3c", ""}},
		{comment.Draft{Color: "#abcd"}, want{comment.Scroll, comment.Medium, "#aabbcc", ""}},
		{comment.Draft{Color: "0x00ff00"}, want{comment.Scroll, comment.Medium, "#00ff00", ""}},
		{comment.Draft{Color: "Hot Pink"}, want{comment.Scroll, comment.Medium, "#ff69b4", ""}},
		{comment.Draft{Color: "rgb(1,2,3)"}, want{comment.Scroll, comment.Medium, "#ffffff", "color"}},
		{comment.Draft{Color: "-1"}, want{comment.Scroll, comment.Medium, "#ffffff", "color"}},
		{comment.Draft{Color: "99999999"}, want{comment.Scroll, comment.Medium, "#ffffff", "color"}},
		{comment.Draft{Name: strings.Repeat("n", 20)}, want{comment.Scroll, comment.Medium, "#ffffff", ""}},
		{comment.Draft{Name: strings.Repeat("n", 21)}, want{comment.Scroll, comment.Medium, "#ffffff", "name"}},
		{comment.Draft{Name: strings.Repeat(family, 30)}, want{comment.Scroll, comment.Medium, "#ffffff", "name"}},
		{comment.Draft{Name: strings.Repeat("ä\u0301", 5000)}, want{comment.Scroll, comment.Medium, "#ffffff", "name"}},
	} {
		tt.d.Text = "hello"
		got, notes := tt.d.Loose(room, false)
		fields := ""
		for _, n := range notes {
			fields += " " + n.Field
			if n.Message == "" {
				t.Errorf("%.80v: a note on %s says nothing", tt.d, n.Field)
			}
		}
		if strings.TrimSpace(fields) != tt.want.notes || got.Mode != tt.want.mode || got.Size != tt.want.size || got.Color != tt.want.color {
			t.Errorf("%.80v: %s %s %s, notes on %q", tt.d, got.Mode, got.Size, got.Color, fields)
		}
		if n, err := got.Normalize(room); err != nil || comment.Graphemes(n.Name) > comment.MaxNameLen || len(n.Name) > comment.MaxNameBytes {
			t.Errorf("%.80v is refused: %v", tt.d, err)
		}
	}
}

// A text is cut where its sender asks for that, between two letters, and never left too
// long.
func TestValuesOfOtherProgramsAreClipped(t *testing.T) {
	room := comment.Limits{MaxLength: 100, Modes: comment.Modes, Sizes: comment.Sizes}
	for _, text := range []string{
		strings.Repeat("x", 101), strings.Repeat("哈", 5000), strings.Repeat("👨‍👩‍👧‍👦", 101), strings.Repeat("e\u0301", 200),
		"x" + strings.Repeat("\u0301", 3000), strings.Repeat("word ", 50), strings.Repeat("\n", 5000) + "x", strings.Repeat("😀", 60_000/4),
	} {
		d, notes := comment.Draft{Text: text}.Loose(room, true)
		n, err := d.Normalize(room)
		if errors.Is(err, comment.ErrTooLong) {
			t.Errorf("%.20q… of %d bytes is still too long: %v", text, len(text), err)
		}
		if len(notes) != 1 || notes[0].Field != "text" {
			t.Errorf("%.20q…: %v", text, notes)
		}
		if err == nil && !strings.HasPrefix(strings.TrimSpace(text), n.Text) && !strings.Contains(text, "e\u0301") {
			t.Errorf("%.20q… became %.40q", text, n.Text)
		}
		if d, _ := (comment.Draft{Text: text}).Loose(room, false); d.Text != text {
			t.Errorf("%.20q… is cut without being asked", text)
		}
	}
	if d, notes := (comment.Draft{Text: strings.Repeat("x", 100)}).Loose(room, true); len(notes) != 0 || len(d.Text) != 100 {
		t.Errorf("a text that fits is cut: %v", notes)
	}
}

// Every refusal names the field, and the limit where there is one.
func TestRefusalsNameTheField(t *testing.T) {
	room := comment.Limits{MaxLength: 100, Modes: comment.Modes, Sizes: comment.Sizes}
	for _, tt := range []struct {
		d     comment.Draft
		code  error
		words []string
	}{
		{comment.Draft{Text: strings.Repeat("x", 101)}, comment.ErrTooLong, []string{"text", "101", "100"}},
		{comment.Draft{Text: strings.Repeat("x", 9000)}, comment.ErrTooLong, []string{"text", "9000", "1024"}},
		{comment.Draft{Text: strings.Repeat("\u0301", 600)}, comment.ErrEmpty, []string{"text"}},
		{comment.Draft{Text: "a" + strings.Repeat("\u0301", 600)}, comment.ErrTooLong, []string{"text", "1024"}},
		{comment.Draft{Text: "x", Name: strings.Repeat("n", 21)}, comment.ErrTooLong, []string{"name", "21", "20"}},
		{comment.Draft{Text: "x", Name: strings.Repeat("n", 2000)}, comment.ErrTooLong, []string{"name", "2000", "256"}},
		{comment.Draft{Text: "x", Ref: "a b"}, comment.ErrBadFrame, []string{"ref", "64"}},
		{comment.Draft{Text: "x", Ref: strings.Repeat("r", 65)}, comment.ErrBadFrame, []string{"ref", "64"}},
		{comment.Draft{Text: "x", Mode: "loop"}, comment.ErrBadStyle, []string{"mode", "loop"}},
		{comment.Draft{Text: "x", Size: "xxl"}, comment.ErrBadStyle, []string{"size", "xxl"}},
		{comment.Draft{Text: "x", Color: "red"}, comment.ErrBadStyle, []string{"color", "red"}},
		{comment.Draft{Text: "\xff"}, comment.ErrBadFrame, []string{"text", "UTF-8"}},
	} {
		_, err := tt.d.Normalize(room)
		if !errors.Is(err, tt.code) {
			t.Errorf("%.40q: %v", tt.d.Text, err)
			continue
		}
		for _, w := range tt.words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%.40q: %q does not say %s", tt.d.Text, err, w)
			}
		}
	}
}
