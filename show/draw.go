package show

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

func drawKind() kindSpec {
	return kindSpec{
		slot: Corner, offered: true, check: checked(DrawSpec.check), fixed: drawFixed, duration: forever, begin: drawBegin, end: drawEnd, redraw: drawAgain,
		entry: drawEntry, count: drawCount, seal: drawSeal, brief: drawBrief,
	}
}

// DrawSpec draws among people at random.
type DrawSpec struct {
	Title   string    `json:"title"`
	Winners int       `json:"winners"`
	Button  bool      `json:"button,omitempty"` // among people who pressed "take part"; otherwise among authors
	Word    string    `json:"word,omitempty"`   // only authors of this word
	Since   time.Time `json:"since,omitzero"`   // only authors since then; zero: since it began
	Repeat  bool      `json:"repeat,omitempty"` // earlier winners may win again
}

// MostWinners is the most winners of a draw. The list has to fit the overlay.
const MostWinners = 20

func (s DrawSpec) check() (out DrawSpec, err error) {
	if s.Title, err = line("title", s.Title, 60, false); err != nil {
		return s, err
	}
	if s.Word, err = line("word", s.Word, 40, true); err != nil {
		return s, err
	}
	if s.Button && (s.Word != "" || !s.Since.IsZero()) {
		return s, fmt.Errorf("%w: button: people who press it need not have written; leave word and since out", ErrInvalid)
	}
	return s, within("winners", s.Winners, 1, MostWinners)
}

// AmongAuthors reports whether an item is a draw among authors, who take part without an
// entry.
func AmongAuthors(it Item) bool {
	var s DrawSpec
	return it.Kind == Draw && json.Unmarshal(it.Spec, &s) == nil && !s.Button
}

// Writes returns the entry of a text's author in a live draw among authors. ok is false if
// the text does not count.
func Writes(it Item, person, text string) (e Entry, ok bool) {
	var s DrawSpec
	if it.Kind != Draw || it.State != Live || json.Unmarshal(it.Spec, &s) != nil || s.Button || !s.Wrote(text) {
		return e, false
	}
	return Entry{Item: it.ID, Person: person}, true
}

// DrawWindow is how far back a draw looks for authors.
const DrawWindow = 24 * time.Hour

// WroteSince returns the time since which comments count in a live draw among authors.
func WroteSince(it Item, s DrawSpec) time.Time {
	if s.Since.IsZero() || s.Since.After(it.Started) {
		return it.Started
	}
	if oldest := it.Started.Add(-DrawWindow); s.Since.Before(oldest) {
		return oldest
	}
	return s.Since
}

// Wrote reports whether a text's author takes part: with any text if the draw has no word,
// otherwise with one that has the word, in any width and case. A word of letters must be
// separate: "me" is not in "welcome".
func (s DrawSpec) Wrote(text string) bool {
	if s.Word == "" {
		return true
	}
	text, word := drawFold(text), drawFold(s.Word)
	first, _ := utf8.DecodeRuneInString(word)
	last, _ := utf8.DecodeLastRuneInString(word)
	for rest, from := text, 0; ; {
		i := strings.Index(rest, word)
		if i < 0 {
			return false
		}
		at := from + i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if !(runsOn(before) && runsOn(first)) && !(runsOn(last) && runsOn(after)) {
			return true
		}
		_, n := utf8.DecodeRuneInString(rest[i:])
		from, rest = at+n, rest[i+n:]
	}
}

func drawFold(s string) string { return strings.ToLower(width.Fold.String(s)) }

// runsOn reports whether a letter forms words with its neighbours. Han, kana and Thai
// letters do not count, since those scripts have no spaces between words.
func runsOn(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// drawFixed keeps a running draw the one that people took part in.
func drawFixed(before, after json.RawMessage) error {
	if !bytes.Equal(before, after) {
		return fmt.Errorf("%w: a live draw stays as it is", ErrState)
	}
	return nil
}

// SeedSize is the length of a draw's seed in bytes.
const SeedSize = 32

// DrawResult shows the hash of the seed before, and the seed after the draw.
type DrawResult struct {
	Hash    string            `json:"hash"`
	Seed    string            `json:"seed,omitempty"`
	People  int               `json:"people,omitempty"`
	Entries []string          `json:"entries,omitempty"` // pseudonyms, sorted
	Winners []string          `json:"winners,omitempty"` // pseudonyms, in the order in which they were drawn
	Absent  []string          `json:"absent,omitempty"`  // drawn, but replaced by later ones
	Names   map[string]string `json:"names,omitempty"`   // last used names of winners
}

// drawBegin chooses the seed and shows its hash. The item keeps the seed itself secret
// until the draw; see drawSeal.
func drawBegin(it *Item, seed []byte) error {
	if len(seed) != SeedSize {
		return fmt.Errorf("%w: a draw needs a seed of %d bytes", ErrInvalid, SeedSize)
	}
	sum := sha256.Sum256(seed)
	text, err := json.Marshal(DrawResult{Hash: hex.EncodeToString(sum[:]), Seed: hex.EncodeToString(seed)})
	it.Result = text
	return err
}

// drawEnd draws the winners among the participants in the command's result.
func drawEnd(it *Item, c Command) error {
	var given DrawResult
	if json.Unmarshal(c.Result, &given) != nil {
		return fmt.Errorf("%w: a draw ends with its participants", ErrInvalid)
	}
	r, err := drawn(*it, given.Entries, nil)
	if err != nil {
		return err
	}
	r.name(given.Names)
	it.Result, err = json.Marshal(r)
	return err
}

// drawAgain replaces an absent winner by the next in the seed's order.
func drawAgain(it *Item, c Command) error {
	var r, given DrawResult
	if json.Unmarshal(it.Result, &r) != nil {
		return fmt.Errorf("%w: the draw has no result", ErrState)
	}
	if len(c.Result) > 0 && json.Unmarshal(c.Result, &given) != nil {
		return fmt.Errorf("%w: names", ErrInvalid)
	}
	if !slices.Contains(r.Winners, c.Person) {
		return fmt.Errorf("%w: this person has not won", ErrChoice)
	}
	names := r.Names
	r, err := drawn(*it, r.Entries, append(r.Absent, c.Person))
	if err != nil {
		return err
	}
	r.name(names)
	r.name(given.Names)
	it.Result, err = json.Marshal(r)
	return err
}

// drawn returns the result of a draw among entries when some of those who were drawn are
// absent: the next in the order replace them.
func drawn(it Item, entries, absent []string) (DrawResult, error) {
	var s DrawSpec
	var r DrawResult
	if json.Unmarshal(it.Spec, &s) != nil || json.Unmarshal(it.Result, &r) != nil {
		return r, fmt.Errorf("%w: the draw has not begun", ErrState)
	}
	seed, err := hex.DecodeString(r.Seed)
	if err != nil || len(seed) != SeedSize {
		return r, fmt.Errorf("%w: the seed", ErrInvalid)
	}
	r.Entries = slices.Compact(slices.Sorted(slices.Values(entries)))
	r.People, r.Absent = len(r.Entries), absent
	order := Winners(seed, r.Entries, s.Winners+len(absent))
	r.Winners = slices.DeleteFunc(order, func(person string) bool { return slices.Contains(absent, person) })
	return r, nil
}

// name stores the names of winners.
func (r *DrawResult) name(names map[string]string) {
	for person, name := range names {
		if name != "" && slices.Contains(r.Winners, person) {
			if r.Names == nil {
				r.Names = map[string]string{}
			}
			r.Names[person] = name
		}
	}
	maps.DeleteFunc(r.Names, func(person, _ string) bool { return !slices.Contains(r.Winners, person) })
}

// Drawn returns the winners of a command that ends a draw, or draws again, so that the
// caller can look up their names.
func Drawn(it Item, c Command) []string {
	var r, given DrawResult
	if json.Unmarshal(it.Result, &r) != nil {
		return nil
	}
	entries, absent := r.Entries, r.Absent
	if c.Op == Redraw {
		absent = append(slices.Clip(absent), c.Person)
	} else if json.Unmarshal(c.Result, &given) == nil {
		entries = given.Entries
	}
	r, err := drawn(it, entries, absent)
	if err != nil {
		return nil
	}
	return r.Winners
}

// WithNames returns the command with the names of winners added.
func (c Command) WithNames(names map[string]string) Command {
	var r DrawResult
	if len(c.Result) > 0 && json.Unmarshal(c.Result, &r) != nil {
		return c
	}
	r.Names = names
	c.Result = Item{}.with(r).Result
	return c
}

// DrawAmong returns the command that ends a draw with its participants.
func (c Command) DrawAmong(entries []string) Command {
	c.Result = Item{}.with(DrawResult{Entries: entries}).Result
	return c
}

// drawEntry lets a person take part by button.
func drawEntry(it Item, e Entry) (most int, changeable bool, err error) {
	var s DrawSpec
	if err := json.Unmarshal(it.Spec, &s); err != nil {
		return 0, false, err
	}
	if !s.Button || e.Choice != "" {
		return 0, false, ErrChoice
	}
	return 1, true, nil
}

// drawCount adds the number of participants so far.
func drawCount(it Item, t *Tally) Item {
	var r DrawResult
	if it.State != Live || json.Unmarshal(it.Result, &r) != nil {
		return it
	}
	r.People = t.People()
	return it.with(r)
}

// Won returns the winners of the draws that are over.
func Won(items []Item) map[string]bool {
	won := map[string]bool{}
	for _, it := range items {
		var r DrawResult
		if it.Kind != Draw || it.State != Ended || json.Unmarshal(it.Result, &r) != nil {
			continue
		}
		for _, person := range r.Winners {
			won[person] = true
		}
	}
	return won
}

// CountedBut is Counted, where people do not count in a draw that they cannot win: those who
// are barred, and those who have won before.
func CountedBut(barred, won map[string]bool, it Item, t *Tally) Item {
	counted := Counted(it, t)
	var s DrawSpec
	var r DrawResult
	if t == nil || it.Kind != Draw || it.State != Live || json.Unmarshal(it.Spec, &s) != nil || json.Unmarshal(counted.Result, &r) != nil {
		return counted
	}
	if s.Repeat {
		won = nil
	}
	r.People = t.PeopleBut(barred, won)
	return counted.with(r)
}

// drawSeal omits the seed until the draw is over.
func drawSeal(it Item) Item {
	var r DrawResult
	if it.State != Live || json.Unmarshal(it.Result, &r) != nil {
		return it
	}
	r.Seed = ""
	return it.with(r)
}

// drawBrief omits the participants, who can be thousands.
func drawBrief(it Item) Item {
	var r DrawResult
	if json.Unmarshal(it.Result, &r) != nil {
		return it
	}
	r.Entries = nil
	return it.with(r)
}

// Winners draws n of the entries, each with the same chance: it orders them by the keyed
// hash of their names. Anyone who has seed and entries can repeat it: HMAC-SHA256 of each
// name, with the seed as the key; the smallest n win.
func Winners(seed []byte, entries []string, n int) []string {
	type ticket struct {
		name string
		hash []byte
	}
	tickets := make([]ticket, 0, len(entries))
	for _, name := range entries {
		mac := hmac.New(sha256.New, seed)
		mac.Write([]byte(name))
		tickets = append(tickets, ticket{name, mac.Sum(nil)})
	}
	slices.SortFunc(tickets, func(a, b ticket) int { return cmp.Or(bytes.Compare(a.hash, b.hash), cmp.Compare(a.name, b.name)) })
	var out []string
	for _, t := range tickets[:min(n, len(tickets))] {
		out = append(out, t.name)
	}
	return out
}
