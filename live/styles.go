package live

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"danmaku/comment"
	"danmaku/room"
)

// The bounds of styles.
const (
	MaxStyleCSS   = 32 << 10 // bytes of one style
	maxStyles     = 60       // of a room
	maxStyleName  = 40       // graphemes
	maxOptions    = 60       // of one style
	maxOption     = 800      // bytes of one value
	maxOptionName = 20       // see optionName

	// MaxStyleOptions is the most bytes that the options of one style may have, including
	// their names.
	MaxStyleOptions = maxOptions * (maxOption + maxOptionName)
)

// optionName matches the names of overlay options. Only the pages know which options exist:
// a style may come from a newer page.
var optionName = regexp.MustCompile(`^[a-z]{1,20}$`)

// Styles returns a room's overlay styles, by name. They are for those who run it.
func (svc *Service) Styles(ctx context.Context, roomID string, by room.Actor) ([]room.Style, error) {
	if _, err := svc.may(roomID, by, room.ReadRoom); err != nil {
		return nil, err
	}
	return svc.styles.Styles(ctx, roomID)
}

// PutStyle stores a style under its name, in place of an earlier one, and returns the
// stored style. It does not change what is on air. Errors: ErrInvalid with a sentence,
// ErrNotAllowed, ErrNotFound, ErrBusy.
func (svc *Service) PutStyle(ctx context.Context, roomID string, by room.Actor, s room.Style) (room.Style, error) {
	if err := svc.May(roomID, by, room.EditStyles); err != nil {
		return s, err
	}
	kept, err := svc.styles.Styles(ctx, roomID)
	if err != nil {
		return s, err
	}
	if err := soundStyle(s, kept); err != nil {
		return s, err
	}
	s.Room, s.Changed = roomID, svc.now()
	if err := svc.styles.PutStyle(ctx, s); err != nil {
		return s, err
	}
	return s, nil
}

// soundStyle returns what is wrong with a style, or nil.
func soundStyle(s room.Style, kept []room.Style) error {
	others := 0
	for _, k := range kept {
		if k.Name != s.Name {
			others++
		}
	}
	switch {
	case s.Name == "" || s.Name != comment.OneLine(s.Name) || comment.Graphemes(s.Name) > maxStyleName:
		return room.Explain(room.ErrInvalid, "name: 1 to %d characters in one line", maxStyleName)
	case others >= maxStyles:
		return room.Explain(room.ErrInvalid, "at most %d styles in a room; delete one first", maxStyles)
	}
	return SoundLook(s.Options, s.CSS)
}

// SoundLook checks options and CSS for an overlay. It returns ErrInvalid with a sentence,
// or nil.
func SoundLook(options map[string]string, css string) error {
	switch {
	case len(css) > MaxStyleCSS:
		return room.Explain(room.ErrInvalid, "css: at most %d bytes", MaxStyleCSS)
	case len(options) > maxOptions:
		return room.Explain(room.ErrInvalid, "options: at most %d", maxOptions)
	}
	for name, value := range options {
		if name == "key" || !optionName.MatchString(name) || len(value) > maxOption || strings.ContainsFunc(value, unicode.IsControl) {
			return room.Explain(room.ErrInvalid, "options: unknown option %q, or its value is too long", name)
		}
	}
	return nil
}

// DeleteStyle deletes a style. Errors: ErrNotAllowed, ErrNotFound, ErrBusy.
func (svc *Service) DeleteStyle(ctx context.Context, roomID string, by room.Actor, name string) error {
	if _, err := svc.may(roomID, by, room.EditStyles); err != nil {
		return err
	}
	return svc.styles.DeleteStyle(ctx, roomID, name)
}
