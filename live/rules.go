package live

import (
	"context"
	"fmt"

	"danmaku/comment"
)

// The bounds of rule lists.
const (
	MaxRules    = 1 << 20 // bytes of one list
	maxLists    = 100     // of a room, those for all rooms included
	maxListName = 40      // graphemes
	tryOn       = 500     // comments shown lately that a list is tried on
)

// RuleLists gives the lists that apply to a room: its own, and those for all
// rooms. shipped is true while nobody has saved a list in place of the shipped
// one.
func (h *Hall) RuleLists(ctx context.Context, roomID string) (lists []RuleList, shipped bool, err error) {
	if _, err := h.room(roomID); err != nil {
		return nil, false, err
	}
	all, err := h.rules.RuleLists(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read rules: %w", err)
	}
	starter := h.filter.Shipped()
	shipped = true
	for _, l := range all {
		if l.Room != "" && l.Room != roomID {
			continue
		}
		if l.Room == "" && l.Name == starter.Name {
			shipped = false
			if l.Text == "" {
				l.Text = starter.Text
			}
		}
		lists = append(lists, l)
	}
	if shipped {
		lists = append([]RuleList{starter}, lists...)
	}
	return lists, shipped, nil
}

// PutRules saves a list, unless dry, and tells what its author should know. A
// list for all rooms has no room and takes an owner.
func (h *Hall) PutRules(ctx context.Context, roomID string, by Actor, l RuleList, dry bool) ([]comment.RuleFault, error) {
	if err := h.mayRule(roomID, by, l.Room); err != nil {
		return nil, err
	}
	lists, _, err := h.RuleLists(ctx, roomID)
	if err != nil {
		return nil, err
	}
	var others []RuleList
	for _, o := range lists {
		if o.Name != l.Name || o.Room != l.Room {
			others = append(others, o)
		}
	}
	switch {
	case l.Name == "" || l.Name != comment.OneLine(l.Name) || comment.Graphemes(l.Name) > maxListName:
		return nil, comment.Explain(comment.ErrInvalid, "name: 1 to %d characters in one line", maxListName)
	case len(l.Text) > MaxRules:
		return nil, comment.Explain(comment.ErrInvalid, "text: at most %d bytes", MaxRules)
	case len(others) >= maxLists:
		return nil, comment.Explain(comment.ErrInvalid, "at most %d lists", maxLists)
	}
	shown, err := h.shownLately(ctx, roomID)
	if err != nil {
		return nil, err
	}
	faults := h.filter.Preview(l, others, shown)
	if dry {
		return faults, nil
	}
	l.Changed = h.now()
	return faults, h.changeRules(ctx, by, l.Room, l.Name, func(*RuleList) (*RuleList, error) { return &l, nil })
}

// changeRules stores what change makes of a list, with its line in the audit.
func (h *Hall) changeRules(ctx context.Context, by Actor, listRoom, name string, change func(was *RuleList) (*RuleList, error)) error {
	starter := h.filter.Shipped()
	err := h.rules.ChangeRuleList(ctx, listRoom, name, func(was *RuleList) (*RuleList, *Act, error) {
		now, err := change(was)
		if err != nil {
			return nil, nil, err
		}
		edit := editOf(was, now)
		a := by.noted(comment.ActRules, h.now())
		a.Room, a.About, a.Changed, a.List = listRoom, name, edit.Names(), &edit
		// Whoever reads it wants to know what differs from what held before: where
		// no text of their own is stored, the shipped one.
		held := func(l *RuleList) *RuleList {
			if listRoom == starter.Room && name == starter.Name && (l == nil || l.Text == "") {
				return &starter
			}
			return l
		}
		a.Detail = differences(held(was), held(now))
		return now, a, nil
	})
	if err != nil {
		return err
	}
	return h.loadRules(ctx)
}

// mayRule tells whether somebody may change a list of listRoom.
func (h *Hall) mayRule(roomID string, by Actor, listRoom string) error {
	if _, err := h.acting(roomID, by); err != nil {
		return err
	}
	if listRoom == "" && by.Role != comment.Owner {
		return comment.ErrNotAllowed
	}
	return nil
}

// shownLately gives the texts of the newest shown comments.
func (h *Hall) shownLately(ctx context.Context, roomID string) ([]string, error) {
	var texts []string
	q := comment.HistoryQuery{Status: comment.Shown, Limit: 200}
	for len(texts) < tryOn {
		rows, more, err := h.history.Comments(ctx, roomID, q)
		if err != nil {
			return nil, fmt.Errorf("read what was shown: %w", err)
		}
		for _, row := range rows {
			texts = append(texts, row.Text)
			q.Before = row.Seq
		}
		if !more {
			break
		}
	}
	return texts[:min(len(texts), tryOn)], nil
}

// DeleteRules deletes a list. The shipped one cannot be: it can be switched off.
func (h *Hall) DeleteRules(ctx context.Context, roomID string, by Actor, listRoom, name string) error {
	if err := h.mayRule(roomID, by, listRoom); err != nil {
		return err
	}
	return h.changeRules(ctx, by, listRoom, name, func(was *RuleList) (*RuleList, error) {
		if was == nil {
			return nil, comment.ErrNotFound
		}
		return nil, nil
	})
}

// CheckText tells what the filter would say of a text in a room.
func (h *Hall) CheckText(roomID string, by Actor, text string) (comment.Verdict, error) {
	r, err := h.acting(roomID, by)
	if err != nil {
		return comment.Verdict{}, err
	}
	return h.filter.CheckText(text, r.settings()), nil
}
