package cluster

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"time"
)

// Times of membership. While two machines disagree about the home, commands wait, but
// nothing that was written is lost, so none of these times has to be exact.
const (
	beatEvery = 250 * time.Millisecond
	// silentFor is how long a machine may say nothing before it counts as dead. A killed
	// machine is noticed sooner, since no responder is left on its subject.
	silentFor = 1500 * time.Millisecond
	// stoodStill is how late a tick may be. A later tick means that this machine was
	// frozen: its knowledge of the others is old, and they may have another home.
	stoodStill = 750 * time.Millisecond
	// calmFor is how long a machine has to be level with the log before it may be home, and
	// how long one may lag behind before it may not be any more. Without it a home that
	// wakes from a freeze would be home again before it has applied what it missed.
	calmFor = 2 * time.Second
)

// Member is a machine as another one knows it.
type Member struct {
	Name     string
	Address  string // host:port of its log; empty while the machine has not said it
	Position uint64 // of its database
	Edge     bool   // it keeps no copy of the log, and is never home
	Witness  bool   // it keeps a copy of the log and nothing else, and is never home
	Older    bool   // its program is older than what the others write needs
	Level    bool   // it has been level with the log for calmFor
	Eligible bool   // it may be home
	Home     bool   // it decides about commands
}

// beat is what a machine says of itself four times a second. Fields are added, and do
// not change their meaning.
type beat struct {
	Name     string `json:"name"`
	Boot     string `json:"boot"` // a new value for each start
	Address  string `json:"address,omitempty"`
	Position uint64 `json:"position"`
	Edge     bool   `json:"edge,omitempty"`
	Witness  bool   `json:"witness,omitempty"`
	Older    bool   `json:"older,omitempty"`
	Level    bool   `json:"level,omitempty"`
	Eligible bool   `json:"eligible,omitempty"`
	Leaving  bool   `json:"leaving,omitempty"`
	Packs    int    `json:"packs,omitempty"` // it reads packs of this form and of older ones
}

// roster holds the members and the home, as one machine sees them. It reads no clock:
// callers pass times, which count from one fixed moment. It is not safe for more than one
// goroutine.
type roster struct {
	self   Member
	others map[string]*other
	left   map[string]string // the boot with which a machine has left, by name
	need   int               // with fewer machines that are no edges, nothing can be written

	ticked bool
	last   time.Duration // the last tick
	hears  time.Duration // since when it has heard the others without a break
	target uint64        // where the log was at the last tick
	turned time.Duration // since when it is level, or lags
	level  bool

	levelAt, homeAt time.Duration // when it was last level, and last knew of a home; 0: never
}

type other struct {
	beat
	heard time.Duration
}

func newRoster(name, address string, edge bool) *roster {
	return &roster{self: Member{Name: name, Address: address, Edge: edge}, others: map[string]*other{}, left: map[string]string{}}
}

// hear takes the beat of another machine.
func (r *roster) hear(b beat, now time.Duration) {
	switch {
	case b.Name == r.self.Name, b.Name == "":
	case b.Leaving:
		r.left[b.Name] = b.Boot
		delete(r.others, b.Name)
	case r.left[b.Name] == b.Boot: // on its way since before it left
	default:
		delete(r.left, b.Name)
		r.others[b.Name] = &other{b, now}
	}
}

// gone removes a machine on whose subject no responder is left.
func (r *roster) gone(name string) { delete(r.others, name) }

// forget removes all other machines until they are heard again.
func (r *roster) forget(now time.Duration) {
	clear(r.others)
	r.hears = now
}

// tick moves on. fit tells that this machine's database can be written and follows the
// log; pos is where it is, and last how far the log is known to reach.
func (r *roster) tick(now time.Duration, fit bool, pos, last uint64) {
	if !r.ticked {
		r.hears = now
	}
	if r.ticked && now-r.last > stoodStill {
		r.forget(now)
		r.self.Level, r.level, r.turned = false, false, now
	}
	for name, o := range r.others {
		if now-o.heard > silentFor {
			delete(r.others, name)
			continue
		}
		last = max(last, o.Position)
	}
	// Where others write all the time, the log is always a little ahead: what counts is
	// where it was at the tick before.
	level := pos >= r.target && r.ticked
	if level != r.level || !r.ticked {
		r.level, r.turned = level, now
	}
	switch calm := now-r.turned >= calmFor; {
	case !fit:
		r.self.Level, r.level, r.turned = false, false, now
	case calm:
		r.self.Level = level
	}
	r.self.Eligible = r.self.Level && !r.self.Edge && !r.self.Witness
	r.self.Position, r.target, r.last, r.ticked = pos, last, now, true
	if level && fit {
		r.levelAt = now
	}
	if r.home() != "" {
		r.homeAt = now
	}
}

// sure reports whether every machine that is up must have been heard by now.
func (r *roster) sure(now time.Duration) bool {
	return r.ticked && now-r.last <= stoodStill && now-r.hears >= silentFor
}

// home returns the name of the machine that decides: the eligible one whose name has the
// greatest hash. All machines so find the same home, and the home moves only when the home
// itself leaves or a machine with a greater hash comes. It returns "" when no machine is
// eligible, or when too few are left to write: a machine that is cut off from the others
// must not decide a second time.
func (r *roster) home() (name string) {
	if r.keepers() < r.need {
		return ""
	}
	var greatest uint64
	consider := func(candidate string) {
		sum := sha256.Sum256([]byte("house/" + candidate))
		if n := binary.BigEndian.Uint64(sum[:]); name == "" || n > greatest || n == greatest && candidate > name {
			name, greatest = candidate, n
		}
	}
	if r.self.Eligible {
		consider(r.self.Name)
	}
	for _, o := range r.others {
		if o.Eligible && !o.Edge && !o.Witness {
			consider(o.Name)
		}
	}
	return name
}

// keepers counts the machines that keep the log: all but edges.
func (r *roster) keepers() (n int) {
	if !r.self.Edge {
		n++
	}
	for _, o := range r.others {
		if !o.Edge {
			n++
		}
	}
	return n
}

// members lists all, by name.
func (r *roster) members() []Member {
	home := r.home()
	list := []Member{r.self}
	for o := range maps.Values(r.others) {
		list = append(list, Member{Name: o.Name, Address: o.Address, Position: o.Position, Edge: o.Edge, Witness: o.Witness, Older: o.Older, Level: o.Level, Eligible: o.Eligible})
	}
	for i := range list {
		list[i].Home = list[i].Name == home
	}
	slices.SortFunc(list, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	return list
}
