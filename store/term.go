package store

import (
	"slices"

	"danmaku/room"
)

// A command passes checks (bans, a room's state, permissions) before it reaches the
// journal. These checks read memory, which another machine's decision may outdate on the
// way here. A publisher cannot detect that: it refuses a transaction that another one has
// overtaken, but once that other one is applied here, it would accept waiting commands that
// were checked before. So the term grows with every change that is applied from another
// machine. A command carries the term of the memory that its checks read; if the term has
// grown since, the journal refuses the command with [room.ErrMoved]. A machine that writes
// alone stays in one term.

// firstTerm is not 0, which means a command without a term.
const firstTerm = 1

// Term returns the term of the memory: the follower has seen everything that was applied up
// to it.
func (s *Store) Term() uint64 { return s.journal.term.Load() }

// outdated reports whether something was applied since a command was checked.
func (w *writer) outdated(term uint64) bool { return term != 0 && term != w.term }

// refuseOutdated answers the outdated requests of a batch, and returns the others.
func (w *writer) refuseOutdated(batch []*request) []*request {
	return slices.DeleteFunc(batch, func(r *request) bool {
		if !w.outdated(r.term) {
			return false
		}
		r.err = refusal(room.ErrMoved)
		close(r.done)
		return true
	})
}
