package live

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"danmaku/comment"
)

// The bounds of styles.
const (
	MaxStyleCSS  = 32 << 10 // bytes of one style
	maxStyles    = 60       // of a room
	maxStyleName = 40       // graphemes
	maxOptions   = 60       // of one style
	maxOption    = 800      // bytes of one value
)

// optionName is what an option of the overlay may be called. Which there are is
// known to the pages alone: a style may come from a newer one.
var optionName = regexp.MustCompile(`^[a-z]{1,20}$`)

// Styles gives a room's overlay styles, by name. They are for those who run it.
func (h *Hall) Styles(ctx context.Context, roomID string, by Actor) ([]Style, error) {
	if _, err := h.acting(roomID, by); err != nil {
		return nil, err
	}
	return h.styles.Styles(ctx, roomID)
}

// PutStyle keeps a style under its name, in place of an earlier one, and gives
// it as it is kept. What is on air does not change by it. Errors: ErrInvalid
// with a sentence, ErrNotAllowed, ErrNotFound, ErrBusy.
func (h *Hall) PutStyle(ctx context.Context, roomID string, by Actor, s Style) (Style, error) {
	kept, err := h.Styles(ctx, roomID, by)
	if err != nil {
		return s, err
	}
	if err := soundStyle(s, kept); err != nil {
		return s, err
	}
	s.Room, s.Changed = roomID, h.now()
	if err := h.styles.PutStyle(ctx, s); err != nil {
		return s, err
	}
	return s, nil
}

// soundStyle tells what is wrong with a style that shall be kept beside others.
func soundStyle(s Style, kept []Style) error {
	others := 0
	for _, k := range kept {
		if k.Name != s.Name {
			others++
		}
	}
	switch {
	case s.Name == "" || s.Name != comment.OneLine(s.Name) || comment.Graphemes(s.Name) > maxStyleName:
		return comment.Explain(comment.ErrInvalid, "name: 1 to %d characters in one line", maxStyleName)
	case others >= maxStyles:
		return comment.Explain(comment.ErrInvalid, "at most %d styles in a room; delete one first", maxStyles)
	}
	return SoundLook(s.Options, s.CSS)
}

// SoundLook tells what is wrong with options and CSS for an overlay: ErrInvalid
// with a sentence, or nil.
func SoundLook(options map[string]string, css string) error {
	switch {
	case len(css) > MaxStyleCSS:
		return comment.Explain(comment.ErrInvalid, "css: at most %d bytes", MaxStyleCSS)
	case len(options) > maxOptions:
		return comment.Explain(comment.ErrInvalid, "options: at most %d", maxOptions)
	}
	for name, value := range options {
		if name == "key" || !optionName.MatchString(name) || len(value) > maxOption || strings.ContainsFunc(value, unicode.IsControl) {
			return comment.Explain(comment.ErrInvalid, "options: %q is none, or its value is too long", name)
		}
	}
	return nil
}

// DeleteStyle deletes a style. Errors: ErrNotAllowed, ErrNotFound, ErrBusy.
func (h *Hall) DeleteStyle(ctx context.Context, roomID string, by Actor, name string) error {
	if _, err := h.acting(roomID, by); err != nil {
		return err
	}
	return h.styles.DeleteStyle(ctx, roomID, name)
}
