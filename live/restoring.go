package live

import (
	"context"
	"fmt"

	"danmaku/room"
	"danmaku/show"
)

// restoreShow loads what a room shows, and who took part in live items.
func (svc *Service) restoreShow(ctx context.Context, r *liveRoom) error {
	if svc.shows == nil {
		return nil
	}
	items, err := svc.shows.Items(ctx, r.id)
	if err != nil {
		return err
	}
	r.showing.items = items
	r.showing.won = show.Won(items)
	for _, it := range items {
		if it.State != show.Live {
			continue
		}
		if err := svc.loadLive(ctx, r, it); err != nil {
			return err
		}
	}
	svc.barFromDraws(r)
	svc.attend(r)
	return nil
}

// loadLive loads the state of a live item: its questions, and who took part. It applies the
// events that arrive meanwhile once more after the rows it read, in their order, so that no
// older state wins.
func (svc *Service) loadLive(ctx context.Context, r *liveRoom, it show.Item) error {
	s := &r.showing
	r.mu.Lock()
	if s.loading == nil {
		s.loading = map[string][]room.Event{}
	}
	s.loading[it.ID] = []room.Event{}
	r.mu.Unlock()
	var questions []show.Question
	var err error
	if it.Kind.Collects() {
		questions, err = svc.shows.Questions(ctx, r.id, it.ID)
	}
	var entries []show.Entry
	if err == nil {
		entries, err = svc.shows.Entries(ctx, r.id, it.ID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	meanwhile := s.loading[it.ID]
	delete(s.loading, it.ID)
	if err != nil {
		return fmt.Errorf("load the results of an item: %w", err)
	}
	if now, known := s.find(it.ID); !known || now.State != show.Live {
		return nil
	}
	if show.AmongAuthors(it) {
		delete(s.tallies, it.ID) // authors of removed comments no longer count
	}
	s.tally(it.ID)
	if it.Kind.Collects() {
		b := s.board(it.ID, it.Kind)
		for _, q := range questions {
			b.Put(q.Comment, q.Seq)
			b.Mark(q.Comment.ID.String(), q.Mark)
		}
	}
	for _, e := range entries {
		s.enter(e)
	}
	for _, e := range meanwhile {
		if e.Kind == room.KindEntry {
			s.enter(*e.Part)
		} else {
			s.follow(e)
		}
	}
	s.counted[it.ID] = true
	return nil
}
