package room

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
)

// Settings are the settings of a room that PATCH may set. The tags are their names on the
// wire, in the store and in the audit. A new setting needs its field here, its bounds in
// [Settings.faults], a label and a control in the console, and its implementation. Its tag
// has omitempty and its zero value is its default, so that earlier rows and frames stay as
// they are.
type Settings struct {
	Title     string         `json:"title"`
	State     State          `json:"state"`
	Review    Review         `json:"review"`
	Slow      Millis         `json:"slow_ms"`    // least time between two comments of one author; 0 off
	MaxLength int            `json:"max_length"` // graphemes
	Modes     []comment.Mode `json:"modes"`      // allowed besides Scroll
	Colors    []string       `json:"colors"`     // allowed besides white; empty allows any
	Sizes     []comment.Size `json:"sizes"`      // allowed besides Medium
	Message   string         `json:"message"`    // shown to the audience under the title
	Delay     Millis         `json:"delay_ms"`   // how far overlays and phones are behind
	Newcomers Newcomers      `json:"newcomers"`
	URLs      URLs           `json:"links"`
	Phrases   []string       `json:"phrases"` // quick phrases and emoji offered to the audience
	Look      Look           `json:"look"`
	// What happens to people whose names pretend that they run the room.
	StaffNames StaffNames `json:"staff_names,omitempty"`
	// Words, URLs and numbers that several people spell in short comments.
	SpelledTogether SpelledTogether `json:"spelled_together,omitempty"`
	// OverlayHidden says that overlays draw nothing: no comment, card or poll.
	OverlayHidden bool `json:"overlay_hidden,omitempty"`
	// Languages, by their codes, whose entries in all lists are ignored here.
	LanguagesOff []string `json:"languages_off,omitempty"`
	// Emoji for reactions, in the order of the keys; empty: no reactions.
	Reactions []string `json:"reactions,omitempty"`
}

// Look is the appearance of a room's audience page.
type Look struct {
	Color   string `json:"color,omitempty"`   // "#rrggbb" or empty
	Picture string `json:"picture,omitempty"` // see [PicturePath], or empty
}

// Newcomers says what happens to comments by people who are new in the room.
type Newcomers string

// The values of Newcomers.
const (
	NewcomersOpen Newcomers = "open"
	NewcomersHeld Newcomers = "held" // the first comment, and those of the first minute, wait for a moderator
)

// StaffNames says what happens to comments by people whose names pretend that they run the
// room: owner, moderator, host.
type StaffNames string

// The values of StaffNames. A PATCH may say "held" for the default.
const (
	StaffNamesHeld StaffNames = ""
	StaffNamesOpen StaffNames = "open"
)

// UnmarshalJSON implements json.Unmarshaler.
func (n *StaffNames) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == "held" {
		s = ""
	}
	*n = StaffNames(s)
	return nil
}

// SpelledTogether says what happens to the comment that completes a word which several
// people spell in short comments within some seconds.
type SpelledTogether string

// The values of SpelledTogether. A PATCH may say "open" for the default.
const (
	SpelledTogetherOpen SpelledTogether = ""
	SpelledTogetherHeld SpelledTogether = "held"
)

// UnmarshalJSON implements json.Unmarshaler.
func (w *SpelledTogether) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == "open" {
		s = ""
	}
	*w = SpelledTogether(s)
	return nil
}

// URLs says what happens to comments with a URL.
type URLs string

// The values of URLs.
const (
	URLsAllowed URLs = "allowed"
	URLsRefused URLs = "refused"
)

// Millis is a duration that is a whole number of milliseconds in JSON.
type Millis time.Duration

// Duration returns m as a time.Duration.
func (m Millis) Duration() time.Duration { return time.Duration(m) }

// MarshalJSON implements json.Marshaler.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(m).Milliseconds())
}

// UnmarshalJSON implements json.Unmarshaler. A value beyond any setting becomes a day,
// which is out of bounds, too, and cannot overflow.
func (m *Millis) UnmarshalJSON(b []byte) error {
	var ms int64
	if err := json.Unmarshal(b, &ms); err != nil {
		return err
	}
	const day = 24 * time.Hour
	*m = Millis(time.Duration(max(-day.Milliseconds(), min(ms, day.Milliseconds()))) * time.Millisecond)
	return nil
}

// Listed returns the settings with an empty list for each nil one, as on the wire.
func (s Settings) Listed() Settings {
	s.Modes, s.Colors, s.Sizes, s.Phrases = listed(s.Modes), listed(s.Colors), listed(s.Sizes), listed(s.Phrases)
	s.LanguagesOff, s.Reactions = listed(s.LanguagesOff), listed(s.Reactions)
	return s
}

func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// faults lists the settings that are out of bounds.
func (s Settings) faults() (faults []error) {
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	millis := func(name, label string, m Millis, most time.Duration) {
		fault(m >= 0 && m.Duration() <= most, "%s: %d is out of bounds; the %s is 0 to %d ms", name, m.Duration().Milliseconds(), label, most.Milliseconds())
	}
	fault(comment.Graphemes(s.Title) <= MaxTitleLen, "title: at most %d characters", MaxTitleLen)
	fault(comment.Graphemes(s.Message) <= MaxNoteLen, "message: at most %d characters", MaxNoteLen)
	fault(slices.Contains([]State{Open, Paused, Closed}, s.State), "state %q: open, paused or closed", s.State)
	fault(slices.Contains([]Review{ReviewOff, ReviewHeld, ReviewAll}, s.Review), "review %q: off, held or all", s.Review)
	millis("slow_ms", "slow mode", s.Slow, MaxSlow)
	millis("delay_ms", "delay", s.Delay, MaxDelay)
	fault(s.MaxLength >= 1 && s.MaxLength <= 500, "max_length: 1 to 500 characters")
	for _, m := range s.Modes {
		fault(slices.Contains(comment.Modes, m), "modes: %q is unknown", m)
	}
	for _, size := range s.Sizes {
		fault(slices.Contains(comment.Sizes, size), "sizes: %q is unknown", size)
	}
	for _, c := range s.Colors {
		fault(rgb.MatchString(c), "colors: %q; write #rrggbb", c)
	}
	fault(s.Newcomers == NewcomersOpen || s.Newcomers == NewcomersHeld, "newcomers %q: open or held", s.Newcomers)
	fault(s.StaffNames == StaffNamesHeld || s.StaffNames == StaffNamesOpen, "staff_names %q: held or open", s.StaffNames)
	fault(s.SpelledTogether == SpelledTogetherOpen || s.SpelledTogether == SpelledTogetherHeld, "spelled_together %q: open or held", s.SpelledTogether)
	fault(len(s.LanguagesOff) <= 40, "languages_off: at most 40")
	for _, code := range s.LanguagesOff {
		fault(languageCode.MatchString(code), "languages_off: %.20q; write the code of a language, such as ja", code)
	}
	fault(s.URLs == URLsAllowed || s.URLs == URLsRefused, "links %q: allowed or refused", s.URLs)
	fault(s.Look.Color == "" || rgb.MatchString(s.Look.Color), "look.color %q: write #rrggbb", s.Look.Color)
	fault(len(s.Look.Picture) <= 200 && (s.Look.Picture == "" || strings.HasPrefix(s.Look.Picture, "/") && !strings.HasPrefix(s.Look.Picture, "//")),
		"look.picture %.80q: a path on this server", s.Look.Picture)
	fault(len(s.Colors) <= 64 && len(s.Modes) <= 16 && len(s.Sizes) <= 16, "colors, modes or sizes: too many")
	fault(len(s.Phrases) <= 24, "phrases: at most 24")
	fault(len(s.Reactions) <= MaxReactions, "reactions: at most %d", MaxReactions)
	for i, r := range s.Reactions {
		fault(IsReaction(r), "reactions: %.20q; one emoji each", r)
		fault(!slices.Contains(s.Reactions[:i], r), "reactions: %.20q stands there twice", r)
	}
	for _, p := range s.Phrases {
		fault(p != "" && comment.Graphemes(p) <= 20, "phrases: %q; 1 to 20 characters each", p)
	}
	return faults
}

// tidy returns the settings with each text as one line without control characters, and
// colours in lower case.
func (s Settings) tidy() Settings {
	s.Title, s.Message = comment.OneLine(s.Title), comment.OneLine(s.Message)
	s.Phrases, s.Colors = slices.Clone(s.Phrases), slices.Clone(s.Colors)
	for i, p := range s.Phrases {
		s.Phrases[i] = comment.OneLine(p)
	}
	for i, c := range s.Colors {
		s.Colors[i] = strings.ToLower(c)
	}
	s.Look.Color = strings.ToLower(s.Look.Color)
	s.Reactions = slices.Clone(s.Reactions)
	for i, r := range s.Reactions {
		s.Reactions[i] = comment.OneLine(r)
	}
	s.LanguagesOff = slices.Clone(s.LanguagesOff)
	slices.Sort(s.LanguagesOff)
	s.LanguagesOff = slices.Compact(s.LanguagesOff)
	return s
}

// settingNames are the names of the fields of [Settings], in their order.
var settingNames = func() (names []string) {
	for f := range reflect.TypeFor[Settings]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}()

// set decodes one setting. The new value shares no memory with the old one, so two rooms
// never share a list. An unknown name is ErrNotFound.
func (s *Settings) set(name string, value json.RawMessage) error {
	i := slices.Index(settingNames, name)
	if i < 0 {
		return ErrNotFound
	}
	field := reflect.ValueOf(s).Elem().Field(i)
	fresh := reflect.New(field.Type())
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	if err := d.Decode(fresh.Interface()); err != nil {
		return err
	}
	field.Set(fresh.Elem())
	return nil
}

// Patch is a change of a room's settings: a missing one stays.
type Patch struct {
	ID       *string                    // for a new room; otherwise it must be the room's
	Archived *bool                      // only the owner may set it
	Secret   *bool                      // whether phones need a key
	Settings map[string]json.RawMessage // by their names
}

// UnmarshalJSON implements json.Unmarshaler. A null counts as missing.
func (p *Patch) UnmarshalJSON(b []byte) error {
	*p = Patch{}
	if err := json.Unmarshal(b, &p.Settings); err != nil {
		return err
	}
	maps.DeleteFunc(p.Settings, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	var locked, opinion, webhooks *bool // read-only, but a client may send back what it received
	var emotes *int
	for name, into := range map[string]any{"emotes": &emotes, "id": &p.ID, "archived": &p.Archived, "secret": &p.Secret, "locked": &locked, "second_opinion": &opinion, "webhooks": &webhooks} {
		value, ok := p.Settings[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(value, into); err != nil {
			return wrongSetting(name, err)
		}
		delete(p.Settings, name)
	}
	return nil
}

// Apply returns the patched room. Errors: ErrInvalid with the setting that is unknown or of
// the wrong type; [Room.Validate] checks bounds.
func (p Patch) Apply(r Room) (Room, error) {
	if p.ID != nil && *p.ID != r.ID {
		return r, Explain(ErrInvalid, "id: a room keeps its name in the address; change its title")
	}
	for _, name := range slices.Sorted(maps.Keys(p.Settings)) {
		if err := r.Settings.set(name, p.Settings[name]); err != nil {
			return r, wrongSetting(name, err)
		}
	}
	if p.Archived != nil {
		r.Archived = *p.Archived
	}
	if p.Secret != nil {
		r.Secret = *p.Secret
	}
	if r.Archived {
		r.State = Closed
	}
	return r, nil
}

// wrongSetting returns what is wrong with a value.
func wrongSetting(name string, err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.Is(err, ErrNotFound):
		return Explain(ErrInvalid, "unknown field %q; see settings in docs/dev/protocol.md", name)
	case errors.As(err, &wrong):
		if wrong.Field != "" {
			name += "." + wrong.Field
		}
		want := map[reflect.Kind]string{
			reflect.String: "a text", reflect.Bool: "true or false", reflect.Slice: "a list", reflect.Struct: "an object",
			reflect.Int: "a whole number", reflect.Int64: "a whole number",
		}[wrong.Type.Kind()]
		return Explain(ErrInvalid, "%s: got %s, want %s", name, wrong.Value, want)
	}
	return Explain(ErrInvalid, "%s: %v; see settings in docs/dev/protocol.md", name, err)
}

// besides are a room's changeable fields outside its settings, by name on the wire.
var besides = []struct {
	name string
	get  func(*Room) any // returns a pointer into the room
}{
	{"secret", func(r *Room) any { return &r.Secret }},
	{"archived", func(r *Room) any { return &r.Archived }},
	{"locked", func(r *Room) any { return &r.Lock }},
	{"emotes", func(r *Room) any { return &r.Emotes }},
}

// fields calls fn for everything changeable of two rooms, in the order of the wire.
func fields(a, b *Room, fn func(name string, a, b reflect.Value)) {
	va, vb := reflect.ValueOf(&a.Settings).Elem(), reflect.ValueOf(&b.Settings).Elem()
	for i, name := range settingNames {
		fn(name, va.Field(i), vb.Field(i))
	}
	for _, f := range besides {
		fn(f.name, reflect.ValueOf(f.get(a)).Elem(), reflect.ValueOf(f.get(b)).Elem())
	}
}

// Changes lists the settings in which to differs from r, by wire name. An empty list equals
// a nil one.
func (r Room) Changes(to Room) []string {
	var names []string
	fields(&r, &to, func(name string, a, b reflect.Value) {
		if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
			return
		}
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			names = append(names, name)
		}
	})
	return names
}

// With returns r with the named settings of from.
func (r Room) With(from Room, names []string) Room {
	fields(&r, &from, func(name string, a, b reflect.Value) {
		if slices.Contains(names, name) {
			a.Set(b)
		}
	})
	return r
}

// Value returns a changeable field of the room by its wire name, lists never nil; nil for
// an unknown name.
func (r Room) Value(name string) any {
	switch name {
	case "secret":
		return r.Secret
	case "archived":
		return r.Archived
	case "locked":
		return r.Lock != nil
	case "emotes":
		names := make([]string, len(r.Emotes))
		for i, e := range r.Emotes {
			names[i] = e.Name
		}
		return names
	}
	if i := slices.Index(settingNames, name); i >= 0 {
		return reflect.ValueOf(r.Settings.Listed()).Field(i).Interface()
	}
	return nil
}
