package live

import (
	"slices"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// queueHello is how many held comments a joining console receives, and groupHello how many
// of one group while others wait: it requests the rest.
const (
	queueHello = 500
	groupHello = 20
)

// queue holds the comments that wait for a moderator, in log order. The log stores them;
// consoles start from this copy.
type queue struct {
	items  []fanout.Item
	claims map[comment.ID]claim // of items, and of comments that are being written to the log
	coming map[comment.ID]bool  // the latter
	counts map[string]int       // of claims, by their keys
	groups map[string]int       // of items, by their group
}

// take drops the items whose comments fn picks, and returns how many remain in their
// groups.
func (q *queue) take(fn func(comment.Comment) bool) (left []room.GroupCount) {
	var touched []string
	q.items = slices.DeleteFunc(q.items, func(it fanout.Item) bool {
		e := &it.Event
		if !fn(e.Comment) {
			return false
		}
		q.yield(e.Comment.ID)
		if q.groups[e.Group]--; q.groups[e.Group] == 0 {
			delete(q.groups, e.Group)
		}
		if e.Group != "" && !slices.Contains(touched, e.Group) {
			touched = append(touched, e.Group)
		}
		return true
	})
	for _, group := range touched {
		left = append(left, room.GroupCount{Group: group, Count: q.groups[group]})
	}
	return left
}

// count sets in an event how many of its group wait once it has happened. apply changes the
// queue itself.
func (q *queue) count(e *room.Event) {
	switch {
	case e.Kind == room.KindHeld:
		e.Waiting = q.groups[e.Group] + 1
	case e.From == comment.Held:
		e.Waiting = q.groups[e.Group]
		if _, waits := q.claims[e.Comment.ID]; waits && !q.coming[e.Comment.ID] {
			e.Waiting--
		}
	case e.Kind == room.KindRemove || e.Kind == room.KindErase:
		gone := map[string]int{}
		for _, was := range q.find(e.IDs) {
			if gone[was.Group]++; gone[was.Group] == 1 {
				e.Groups = append(e.Groups, room.GroupCount{Group: was.Group})
			}
		}
		for i := range e.Groups {
			e.Groups[i].Count = q.groups[e.Groups[i].Group] - gone[e.Groups[i].Group]
		}
	}
}

// apply applies an event: a held comment joins, a decided one leaves.
func (q *queue) apply(it fanout.Item) {
	e := it.Event
	switch e.Kind {
	case room.KindHeld:
		if q.coming[e.Comment.ID] {
			delete(q.coming, e.Comment.ID)
		} else {
			c := claim{address: e.Entry.Address, stranger: heldByFilter(e.Entry.Rule)}
			if e.Entry.Address != "" || e.Entry.Chat != "" {
				c.user = e.Comment.User
			}
			q.put(e.Comment.ID, c)
		}
		if q.groups == nil {
			q.groups = map[string]int{}
		}
		q.groups[e.Group]++
		q.items = append(q.items, it)
	case room.KindComment, room.KindRefused:
		if e.From == comment.Held {
			q.drop([]comment.ID{e.Comment.ID})
		}
	case room.KindRemove, room.KindErase:
		q.drop(e.IDs)
	}
}

func (q *queue) drop(ids []comment.ID) {
	if len(q.items) == 0 {
		return
	}
	gone := fanout.Among(ids)
	q.take(func(c comment.Comment) bool { return gone(c.ID) })
}

// members returns the waiting comments of a group, oldest first; upTo is the last log
// number that counts, 0 means none.
func (q *queue) members(group string, upTo int64) (held []room.Event) {
	for i := range q.items {
		if e := &q.items[i].Event; e.Group == group && (upTo == 0 || e.Seq <= upTo) {
			held = append(held, *e)
		}
	}
	return held
}

// page lists waiting comments after a log number, oldest first: of one group, or of all
// groups, but then at most groupHello of each.
func (q *queue) page(group string, after int64, limit int) (items []fanout.Item, more bool) {
	listed := map[string]int{}
	for _, it := range q.items {
		e := &it.Event
		if group != "" && e.Group != group {
			continue
		}
		if listed[e.Group]++; group == "" && listed[e.Group] > groupHello || e.Seq <= after {
			continue
		}
		if len(items) == limit {
			return items, true
		}
		items = append(items, it)
	}
	return items, false
}

// oldest lists at most limit comments for a console to start from, oldest first: some of
// every group, and then the others.
func (q *queue) oldest(limit int) []fanout.Item {
	items, _ := q.page("", 0, limit)
	if len(items) == limit || len(items) == len(q.items) {
		return items
	}
	listed := map[string]int{}
	items, spare := nil, limit-len(items)
	for _, it := range q.items {
		if listed[it.Event.Group]++; listed[it.Event.Group] > groupHello {
			if spare == 0 {
				continue
			}
			spare--
		}
		items = append(items, it)
	}
	return items
}

// countsOf returns how many comments wait in each group of the items, in the items' order.
func (q *queue) countsOf(items []fanout.Item) (out []room.GroupCount) {
	seen := map[string]bool{}
	for i := range items {
		if g := items[i].Event.Group; !seen[g] {
			seen[g] = true
			out = append(out, room.GroupCount{Group: g, Count: q.groups[g]})
		}
	}
	return out
}

// find returns those of the comments that are held.
func (q *queue) find(ids []comment.ID) (held []room.Event) {
	if len(q.items) == 0 {
		return nil
	}
	asked := fanout.Among(ids)
	for i := range q.items {
		if e := &q.items[i].Event; asked(e.Comment.ID) {
			held = append(held, *e)
		}
	}
	return held
}
