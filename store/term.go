package store

import (
	"slices"

	"danmaku/room"
)

// What lets a command through before it reaches the journal (a ban, a room's state, a
// right) was read from memory, which another machine's decision may have outdated on its
// way here. A publisher cannot know that: it refuses a transaction that another one has
// overtaken, but once that other one is applied here, it would accept what still waits,
// which was checked before. So the term grows with everything that is applied from
// elsewhere. A command carries the one that the memory of its checks had reached, and is
// handed back when that is not the present one. A machine that writes alone stays in one
// term.

// firstTerm is not 0: a command without a term has 0.
const firstTerm = 1

// Term is what memory has reached: the follower has seen all that was applied up to it.
func (s *Store) Term() uint64 { return s.journal.term.Load() }

// outdated reports whether something was applied since a command was checked.
func (w *writer) outdated(term uint64) bool { return term != 0 && term != w.term }

// handBack answers those of a batch that were checked too early, and returns the others.
func (w *writer) handBack(batch []*request) []*request {
	return slices.DeleteFunc(batch, func(r *request) bool {
		if !w.outdated(r.term) {
			return false
		}
		r.err = refusal(room.ErrMoved)
		close(r.done)
		return true
	})
}
