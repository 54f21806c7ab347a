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
// nothing written is lost, so none of these times has to be exact.
const (
	beatEvery = 250 * time.Millisecond
	// silentFor is how long a machine may be silent before it counts as dead, unless the
	// operator allows more. A killed machine is noticed sooner, since its subject has no
	// responder.
	silentFor = 1500 * time.Millisecond
	// calmFor is how long a machine has to be level with the log before it may be home, and
	// how long a lag may last at least before it may no longer be. Without it a home that
	// wakes from a freeze would be home again before it has applied what it missed.
	calmFor = 2 * time.Second
)

// Member is a machine as another one sees it.
type Member struct {
	Name     string
	Address  string        // host:port of its log; empty until the machine has sent it
	Position uint64        // of its database
	Behind   uint64        // how many positions of the log it lacked, see [roster.lacks]
	Edge     bool          // it stores no copy of the log, and is never home
	Witness  bool          // it stores only a copy of the log, and is never home
	Older    bool          // its program is older than the others' writes require
	Silence  time.Duration // after which another machine counts as dead there; 0: not known
	Level    bool          // it has been level with the log for calmFor
	Eligible bool          // it may be home
	Home     bool          // it decides about commands
}

// beat is a machine's message about itself, four times a second. Fields may be added, and
// never change their meaning.
type beat struct {
	Name     string  `json:"name"`
	Boot     string  `json:"boot"` // a new value for each start
	Address  string  `json:"address,omitempty"`
	Position uint64  `json:"position"`
	Behind   *uint64 `json:"behind,omitempty"` // see [roster.lacks]; nil: the program is older and does not say it
	Edge     bool    `json:"edge,omitempty"`
	Witness  bool    `json:"witness,omitempty"`
	Older    bool    `json:"older,omitempty"`
	Level    bool    `json:"level,omitempty"`
	Eligible bool    `json:"eligible,omitempty"`
	Leaving  bool    `json:"leaving,omitempty"`
	Silence  int64   `json:"silence_ms,omitempty"` // after which another machine counts as dead there
	Packs    int     `json:"packs,omitempty"`      // it reads packs of this form and of older ones
}

// roster holds the members and the home, as one machine sees them. It reads no clock:
// callers pass times, which count from one fixed moment. It is not safe for concurrent use.
type roster struct {
	self   Member
	others map[string]*other
	left   map[string]string // the boot value of a machine that has left, by name
	silent time.Duration     // how long a machine may be silent
	need   int               // with fewer machines that are not edges, nothing can be written

	ticked bool
	last   time.Duration // the last tick
	hears  time.Duration // since when it has heard the others without interruption
	target uint64        // position of the log at the last tick
	turned time.Duration // since when it has been level, or lagging
	level  bool

	levelAt, homeAt time.Duration // when it was last level, and last had a home; 0: never
}

type other struct {
	beat
	heard time.Duration
}

func newRoster(name, address string, edge bool) *roster {
	return &roster{self: Member{Name: name, Address: address, Edge: edge, Silence: silentFor}, silent: silentFor, others: map[string]*other{}, left: map[string]string{}}
}

// allow sets how long a machine may be silent; 0 leaves it.
func (r *roster) allow(silence time.Duration) {
	r.silent = cmp.Or(silence, r.silent)
	r.self.Silence = r.silent
}

// stoodStill returns how late a tick may be. A later tick means that this machine was
// frozen: its knowledge of the others is old, and they may have another home.
func (r *roster) stoodStill() time.Duration { return r.silent / 2 }

// lagsFor returns how long this machine may lag before it may no longer be home.
func (r *roster) lagsFor() time.Duration { return max(calmFor, r.silent) }

// hear handles the heartbeat of another machine.
func (r *roster) hear(b beat, now time.Duration) {
	switch {
	case b.Name == r.self.Name, b.Name == "":
	case b.Leaving:
		r.left[b.Name] = b.Boot
		delete(r.others, b.Name)
	case r.left[b.Name] == b.Boot: // sent before the machine left
	default:
		delete(r.left, b.Name)
		r.others[b.Name] = &other{b, now}
	}
}

// gone removes a machine whose subject has no responder.
func (r *roster) gone(name string) { delete(r.others, name) }

// forget removes all other machines until they are heard again.
func (r *roster) forget(now time.Duration) {
	clear(r.others)
	r.hears = now
}

// tick advances the roster. fit says that this machine's database can be written and
// follows the log; pos is its position, and last the log's last known position.
func (r *roster) tick(now time.Duration, fit bool, pos, last uint64) {
	if !r.ticked {
		r.hears = now
	}
	if r.ticked && now-r.last > r.stoodStill() {
		r.forget(now)
		r.self.Level, r.level, r.turned = false, false, now
	}
	for name, o := range r.others {
		if now-o.heard > r.silent {
			delete(r.others, name)
			continue
		}
		last = max(last, o.Position)
	}
	if !r.ticked {
		r.target = last
	}
	r.self.Behind = r.lagOf(pos)
	level := r.self.Behind == 0 && r.ticked
	if level != r.level || !r.ticked {
		r.level, r.turned = level, now
	}
	switch since := now - r.turned; {
	case !fit:
		r.self.Level, r.level, r.turned = false, false, now
	case level && since >= calmFor, !level && since >= r.lagsFor():
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

// lagOf returns how many positions a machine at pos lacks of what the log had at the last
// tick. The present end of the log would be wrong: while others write constantly, it is
// always ahead of what a machine has last said about itself.
func (r *roster) lagOf(pos uint64) uint64 {
	return r.target - min(pos, r.target)
}

// heardFromAll reports whether every machine that is up must have been heard by now.
func (r *roster) heardFromAll(now time.Duration) bool {
	return r.ticked && now-r.last <= r.stoodStill() && now-r.hears >= r.silent
}

// home returns the name of the machine that decides: the eligible one whose name has the
// greatest hash. So all machines find the same home, and it changes only when the home
// itself leaves or a machine with a greater hash comes. It returns "" when no machine is
// eligible, or when too few are left to write: a machine that is cut off from the others
// must not be a second home.
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

// keepers counts the machines that store the log: all but edges.
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

// members lists all machines, by name.
func (r *roster) members() []Member {
	home := r.home()
	list := []Member{r.self}
	for o := range maps.Values(r.others) {
		behind := r.lagOf(o.Position)
		if o.Behind != nil {
			behind = *o.Behind
		}
		list = append(list, Member{Name: o.Name, Address: o.Address, Position: o.Position, Behind: behind, Edge: o.Edge, Witness: o.Witness, Older: o.Older, Silence: time.Duration(o.Silence) * time.Millisecond, Level: o.Level, Eligible: o.Eligible})
	}
	for i := range list {
		list[i].Home = list[i].Name == home
	}
	slices.SortFunc(list, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
	return list
}
