package live

import (
	"maps"
	"slices"
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
	"danmaku/show"
)

// showing holds what a room shows besides comments, and who takes part in it. The follower
// of the journal changes it, under the room's lock.
type showing struct {
	items   []show.Item
	tallies map[string]*show.Tally // of live items
	won     map[string]bool        // winners of the finished draws
	barred  map[string]bool        // people who cannot win, while a draw is live
	stale   bool                   // comments were removed whose authors may be in a draw
	boards  map[string]*show.Board // of live question lists and walls; votes are in tallies
	counted map[string]bool        // items whose counts have changed since they were last sent

	loading map[string][]room.Event // events of items while these are being loaded
}

// apply applies a change, and returns it with its counts, as the encoder needs it. passed
// is the log position up to which screens have received events.
func (s *showing) apply(c show.Change, passed int64) *show.Change {
	s.items = show.Apply(s.items, c)
	if c.Before != nil && c.Before.Kind == show.Draw || c.After != nil && c.After.Kind == show.Draw {
		s.recallWinners()
	}
	if c.After == nil || c.After.State != show.Live {
		delete(s.tallies, c.ID())
		delete(s.boards, c.ID())
		delete(s.counted, c.ID())
	}
	if c.After == nil {
		return &c
	}
	if c.After.State == show.Live {
		s.tally(c.ID())
		if c.After.Kind.Collects() {
			s.board(c.ID(), c.After.Kind)
		}
	}
	after, screens := s.count(*c.After), s.countOnScreens(*c.After, passed)
	c.After, c.Screens = &after, &screens
	return &c
}

// recallWinners reads the winners of the finished draws again, and has running draws
// counted again.
func (s *showing) recallWinners() {
	was := s.won
	if s.won = show.Won(s.items); !maps.Equal(s.won, was) {
		s.countDraws()
	}
}

// bar sets who cannot win, and has running draws counted again when that has changed.
func (s *showing) bar(barred map[string]bool) {
	if !maps.Equal(s.barred, barred) {
		s.barred = barred
		s.countDraws()
	}
}

// countDraws has running draws counted again.
func (s *showing) countDraws() {
	for _, it := range s.draws() {
		if s.tallies[it.ID] != nil {
			s.counted[it.ID] = true
		}
	}
}

// draws lists the running draws.
func (s *showing) draws() (out []show.Item) {
	for _, it := range s.items {
		if it.Kind == show.Draw && it.State == show.Live {
			out = append(out, it)
		}
	}
	return out
}

// count adds its counts to an item.
func (s *showing) count(it show.Item) show.Item {
	if b := s.boards[it.ID]; b != nil {
		return b.Counted(it)
	}
	return show.CountedBut(s.barred, s.won, it, s.tallies[it.ID])
}

// countOnScreens adds to an item the counts for screens that have received the log up to
// passed.
func (s *showing) countOnScreens(it show.Item, passed int64) show.Item {
	if b := s.boards[it.ID]; b != nil {
		return b.OnScreens(it, passed)
	}
	return s.count(it)
}

// board returns the comments of a live item that collects them, and creates the list if
// needed.
func (s *showing) board(id string, k show.Kind) *show.Board {
	if s.boards == nil {
		s.boards = map[string]*show.Board{}
	}
	if s.boards[id] == nil {
		s.boards[id] = show.NewBoard(k, s.tally(id))
	}
	return s.boards[id]
}

// tally returns the counts of an item, and creates them if needed.
func (s *showing) tally(id string) *show.Tally {
	if s.tallies == nil {
		s.tallies, s.counted = map[string]*show.Tally{}, map[string]bool{}
	}
	if s.tallies[id] == nil {
		s.tallies[id] = &show.Tally{}
	}
	return s.tallies[id]
}

// enter counts a person's part in a live item.
func (s *showing) enter(e show.Entry) {
	t := s.tallies[e.Item]
	if t == nil {
		return
	}
	if b := s.boards[e.Item]; b != nil {
		b.Enter(e)
	} else {
		t.Apply(e)
	}
	s.counted[e.Item] = true
}

// keepFor stores an event for items that are being loaded.
func (s *showing) keepFor(e room.Event) {
	for id := range s.loading {
		if e.Kind == room.KindRemove || e.Kind == room.KindErase || e.Kind == room.KindClear || e.Part != nil && e.Part.Item == id || e.Mark != nil && e.Mark.Item == id || e.Comment.Item == id {
			s.loading[id] = append(s.loading[id], e)
		}
	}
}

// follow applies events of questions and photos.
func (s *showing) follow(e room.Event) {
	switch e.Kind {
	case room.KindComment:
		if b := s.boards[e.Comment.Item]; b != nil {
			b.Put(e.Comment, e.Seq)
			s.counted[e.Comment.Item] = true
		}
	case room.KindRemove, room.KindErase:
		s.stale = true
		down := fanout.Among(e.IDs)
		for id, b := range s.boards {
			if b.Drop(func(c comment.Comment) bool { return down(c.ID) }) {
				s.counted[id] = true
			}
		}
	case room.KindClear: // it empties every screen, but question lists stay
		for id, b := range s.boards {
			if b.Drop(func(c comment.Comment) bool { return c.Photo != nil }) {
				s.counted[id] = true
			}
		}
	case room.KindQuestion:
		if b := s.boards[e.Mark.Item]; b != nil {
			b.Mark(e.Mark.ID, e.Mark.After)
			s.counted[e.Mark.Item] = true
		}
	}
}

// forget drops what was deleted from the log: items that ended before a moment, cards of
// comments that have waited since, and older questions.
func (s *showing) forget(before time.Time) {
	s.items = slices.DeleteFunc(slices.Clone(s.items), func(it show.Item) bool {
		waits := it.State == show.Draft || it.State == show.Queued
		return it.State == show.Ended && it.Stopped.Before(before) || waits && it.Comment() != "" && it.Created.Before(before)
	})
	s.recallWinners()
	for id, b := range s.boards {
		if b.Forget(before) {
			s.counted[id] = true
		}
	}
}

// wrote adds the author of a comment to the draws among authors.
func (s *showing) wrote(c comment.Comment) {
	if c.Badge != "" || c.Source == comment.FromReplay || c.Item != "" {
		return
	}
	for _, it := range s.items {
		if e, ok := show.Writes(it, c.User, c.Text); ok {
			if meanwhile, loading := s.loading[it.ID]; loading {
				s.loading[it.ID] = append(meanwhile, room.Event{Kind: room.KindEntry, Part: &e})
			}
			s.tally(it.ID).Apply(e)
			s.counted[it.ID] = true
		}
	}
}

// find returns an item.
func (s *showing) find(id string) (show.Item, bool) {
	i := slices.IndexFunc(s.items, func(it show.Item) bool { return it.ID == id })
	if i < 0 {
		return show.Item{}, false
	}
	return s.items[i], true
}

// live reports whether anything is shown.
func (s *showing) live() bool {
	return slices.ContainsFunc(s.items, func(it show.Item) bool { return it.State == show.Live })
}

// The ended items in hello: the newest few for screens and phones, and more for consoles.
const (
	endedFor       = 10 * time.Minute
	endedHello     = 5
	endedForStaff  = 24 * time.Hour
	endedHelloMost = 50
)

// hello returns the items, in their order, that a view starts from when it has received the
// log up to passed.
func (s *showing) hello(v room.View, passed int64, now time.Time) []show.Item {
	most, since := endedHello, now.Add(-endedFor)
	if v == room.ViewConsole {
		most, since = endedHelloMost, now.Add(-endedForStaff)
	}
	ended := slices.DeleteFunc(slices.Clone(s.items), func(it show.Item) bool { return it.State != show.Ended || it.Stopped.Before(since) })
	slices.SortFunc(ended, func(a, b show.Item) int { return b.Stopped.Compare(a.Stopped) })
	ended = ended[:min(len(ended), most)]
	var out []show.Item
	for _, it := range s.items {
		if it.State != show.Ended || slices.ContainsFunc(ended, func(e show.Item) bool { return e.ID == it.ID }) {
			if it, seen := s.seenBy(v, passed, it); seen {
				out = append(out, show.Brief(it))
			}
		}
	}
	show.Sort(out)
	return out
}

// seenBy returns an item as seen by a view that has received the log up to passed, and
// whether the view sees it. Consoles and phones get photos and questions at once.
func (s *showing) seenBy(v room.View, passed int64, it show.Item) (show.Item, bool) {
	if v == room.ViewOverlay {
		return asSeen(v, s.countOnScreens(it, passed))
	}
	return asSeen(v, s.count(it))
}

// asSeen returns a counted item as a view sees it, and whether the view sees it.
func asSeen(v room.View, it show.Item) (show.Item, bool) {
	if v == room.ViewConsole {
		return show.Counted(it, nil), true
	}
	it, seen := show.Public(it, nil)
	if v == room.ViewAudience {
		it = show.ForPhones(it)
	}
	return it, seen
}
