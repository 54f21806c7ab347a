package show

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// DrawProof is everything needed to repeat a draw.
type DrawProof struct {
	Item    string            `json:"item"`
	Title   string            `json:"title"`
	Started time.Time         `json:"started"`
	Stopped time.Time         `json:"stopped"`
	Count   int               `json:"count"` // intended number of winners
	Hash    string            `json:"hash"`  // SHA-256 of the seed, in hex, shown before
	Seed    string            `json:"seed"`  // in hex
	Entries []string          `json:"entries"`
	Winners []string          `json:"winners"`
	Absent  []string          `json:"absent,omitempty"`
	Names   map[string]string `json:"names,omitempty"`
}

// Proof returns the proof of an ended draw. ok is false for every other item.
func Proof(it Item) (p DrawProof, ok bool) {
	var s DrawSpec
	var r DrawResult
	if it.Kind != Draw || it.State != Ended || json.Unmarshal(it.Spec, &s) != nil || json.Unmarshal(it.Result, &r) != nil || r.Seed == "" {
		return p, false
	}
	return DrawProof{
		Item: it.ID, Title: s.Title, Started: it.Started, Stopped: it.Stopped, Count: s.Winners, Hash: r.Hash, Seed: r.Seed,
		Entries: r.Entries, Winners: r.Winners, Absent: r.Absent, Names: r.Names,
	}, true
}

// The reasons why a draw does not match its proof.
var (
	ErrSeed    = errors.New("the seed is not the one whose hash was shown before the draw")
	ErrOutcome = errors.New("the seed draws others among these people")
)

// OutcomeError is [ErrOutcome] with the result of the repeated draw.
type OutcomeError struct {
	Absent string   // the proof says that this person was absent, but the seed does not draw them; otherwise empty
	Drawn  []string // the people that the seed draws
}

// Error describes the difference.
func (e *OutcomeError) Error() string {
	if e.Absent != "" {
		return fmt.Sprintf("%v: %s is said to have been absent and was not drawn", ErrOutcome, e.Absent)
	}
	return fmt.Sprintf("%v: %v", ErrOutcome, e.Drawn)
}

// Unwrap returns [ErrOutcome].
func (e *OutcomeError) Unwrap() error { return ErrOutcome }

// Verify repeats a draw. Errors: [ErrSeed], *[OutcomeError], or [ErrInvalid] for a damaged
// proof.
func (p DrawProof) Verify() error {
	seed, err := hex.DecodeString(p.Seed)
	if err != nil || len(seed) != SeedSize || p.Count < 1 {
		return fmt.Errorf("%w: the seed or the number of winners is missing or damaged", ErrInvalid)
	}
	if sum := sha256.Sum256(seed); hex.EncodeToString(sum[:]) != p.Hash {
		return ErrSeed
	}
	entries := slices.Compact(slices.Sorted(slices.Values(p.Entries)))
	order := Winners(seed, entries, p.Count+len(p.Absent))
	for _, person := range p.Absent {
		if !slices.Contains(order, person) {
			return &OutcomeError{Absent: person}
		}
	}
	again := slices.DeleteFunc(order, func(person string) bool { return slices.Contains(p.Absent, person) })
	if !slices.Equal(again, p.Winners) {
		return &OutcomeError{Drawn: again}
	}
	return nil
}
