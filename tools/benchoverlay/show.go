package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	roundLasts = 4 * time.Minute // a poll, then cards; longer when voting takes longer
	leastCards = 5               // in a round, however long its votes took
	cardLasts  = 4 * time.Second
	cardComes  = time.Minute // each page must draw a card within this time
	looks      = 10          // measurements of frames and memory in a whole show
	grows      = 50_000      // bytes a minute that a heap may grow
)

var pollOptions = []string{"Ice", "Fire", "海の底", "空"}

// theShow is a server, three pages that show its room, and an audience.
type theShow struct {
	srv      *server
	audience *audience
	pages    []*watched
	errs     io.Writer
	votes    int // of each poll

	polls, cards int
	featured     string // the newest card's comment
	miscounted   []string
}

// soakShow runs everything that a room can show at once, and fails if comments overlap, a vote
// is lost or counted twice, a page's memory grows, or a page reports an exception.
func soakShow(ctx context.Context, s settings, out, errs io.Writer) error {
	dir, err := os.MkdirTemp("", "danmaku-show-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	srv, err := startServer(ctx, dir, s.program, errs)
	if err != nil {
		return err
	}
	err = (&theShow{srv: srv, audience: &audience{srv: srv, other: map[string]int{}}, errs: errs, votes: s.votes}).run(ctx, s.show, out)
	return errors.Join(err, srv.stop())
}

func (t *theShow) run(ctx context.Context, whole time.Duration, out io.Writer) error {
	for _, page := range [][3]string{
		{"overlay", "overlay", "/overlay/live?key=" + t.srv.key},
		{"chat box", "box", "/chat/live?place=left&key=" + t.srv.key},
		{"second screen", "overlay", "/screen/live?code=corner&words=1&key=" + t.srv.key},
	} {
		w, stop, err := watch(ctx, page[0], page[1], t.srv.base+page[2])
		if err != nil {
			return err
		}
		defer stop()
		t.pages = append(t.pages, w)
	}
	if err := t.srv.ask(ctx, "PATCH", "", map[string]any{"reactions": emoji}, nil); err != nil {
		return err
	}
	began, server := time.Now(), t.srv.cmd.Process.Pid
	cpu, err := treeCPU(server)
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	evening, over := context.WithCancel(ctx)
	defer over()
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			if err := t.audience.stay(evening, i); err != nil {
				fail(err)
			}
		})
	}
	every := whole / looks
	window := min(every/2, 10*time.Second)
	all.Go(func() {
		if err := t.lookOn(ctx, evening, began, window, every); err != nil {
			fail(err)
		}
	})
	if err := t.rounds(ctx, whole); err != nil {
		fail(err)
	}
	over()
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	took := time.Since(began)
	after, err := treeCPU(server)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n### A show of %s: %d comments and %d reactions a second, polls of %d votes, cards, a countdown, a ticker\n\n%s", whole, comments, reacting, t.votes, pagesHead)
	for _, w := range t.pages {
		if err := w.read(); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		if err := w.row(out, window); err != nil {
			return err
		}
	}
	return t.account(ctx, out, whole, 100*(after-cpu).Seconds()/took.Seconds())
}

// lookOn measures all pages at once, ten times in the planned time of the show, and more often
// if it takes longer. It measures at least once.
func (t *theShow) lookOn(ctx, evening context.Context, began time.Time, window, every time.Duration) error {
	for n := 0; ; n++ {
		if err := wait(evening, time.Until(began.Add(time.Duration(n+1)*every-window-time.Second))); err != nil && n > 0 {
			return ctx.Err()
		}
		var all sync.WaitGroup
		faults := make([]error, len(t.pages))
		for i, w := range t.pages {
			all.Go(func() { faults[i] = w.measure(ctx, window) })
		}
		all.Wait()
		if err := errors.Join(faults...); err != nil {
			return err
		}
		fmt.Fprintf(t.errs, "look %d:", n+1)
		for _, w := range t.pages {
			fmt.Fprintf(t.errs, " %s %.2f MB, %d overlaps;", w.name, w.heaps[len(w.heaps)-1]/1e6, w.look.Overlaps)
		}
		fmt.Fprintln(t.errs)
	}
}

// rounds show a poll, then cards, again and again, because both use the same place; a
// countdown and a ticker run beside them all the time. The number of each is fixed: a slow
// machine takes longer, and leaves nothing out.
func (t *theShow) rounds(ctx context.Context, whole time.Duration) error {
	ticker := map[string]any{"texts": []string{"Next: the second half", "The merch stand closes at ten", "次は後半戦です"}}
	if err := t.start(ctx, "ticker", ticker, nil); err != nil {
		return err
	}
	began := time.Now()
	for n := max(1, int(whole/roundLasts)); n > 0; n-- {
		lasts := max(0, whole-time.Since(began)) / time.Duration(n)
		ends := time.Now().Add(lasts)
		if err := t.start(ctx, "countdown", map[string]any{"title": "The next round", "seconds": max(1, int(lasts.Seconds())-2)}, nil); err != nil {
			return err
		}
		if err := t.poll(ctx, lasts*6/10); err != nil {
			return err
		}
		for least := t.cards + leastCards; t.cards < least || time.Until(ends) > 2*cardLasts; {
			if err := t.card(ctx); err != nil {
				return err
			}
		}
		if err := wait(ctx, time.Until(ends)); err != nil {
			return err
		}
	}
	return nil
}

// card features a comment that was not featured before, waits until overlay and screen have
// drawn it, and then until it is over.
func (t *theShow) card(ctx context.Context) error {
	id := t.audience.newest.Load()
	for id == nil || *id == t.featured {
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
		id = t.audience.newest.Load()
	}
	t.featured = *id
	if err := t.srv.ask(ctx, "POST", "/comments/"+*id+"/feature", map[string]any{"seconds": cardLasts.Seconds(), "start": true}, nil); err != nil {
		return err
	}
	t.cards++
	started := time.Now()
	for _, w := range []*watched{t.pages[0], t.pages[2]} {
		for n := 0; n < t.cards; {
			if time.Since(started) > cardComes {
				return fmt.Errorf("%s: card %d was never drawn", w.name, t.cards)
			}
			if err := wait(ctx, 250*time.Millisecond); err != nil {
				return err
			}
			var err error
			if n, err = w.cards(); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
	}
	return wait(ctx, time.Until(started.Add(cardLasts+500*time.Millisecond)))
}

// start creates an item and starts it; made may be nil.
func (t *theShow) start(ctx context.Context, kind string, spec, made any) error {
	return t.srv.ask(ctx, "POST", "/items", map[string]any{"kind": kind, "spec": spec, "start": true}, made)
}

// poll runs a poll, and compares its counts with the votes cast.
func (t *theShow) poll(ctx context.Context, lasts time.Duration) error {
	var made struct{ ID string }
	err := t.start(ctx, "poll", map[string]any{"question": "Where does the last stage lead?", "options": pollOptions, "by_message": true}, &made)
	if err == nil {
		err = t.audience.vote(ctx, made.ID, t.votes, len(pollOptions), lasts)
	}
	if err != nil {
		return err
	}
	var ended struct {
		Result struct {
			Counts []int
			People int
		}
	}
	if err := t.srv.ask(ctx, "POST", "/items/"+made.ID+"/stop", nil, &ended); err != nil {
		return err
	}
	t.polls++
	for i, n := range ended.Result.Counts {
		if want := (t.votes + len(pollOptions) - 1 - i) / len(pollOptions); n != want {
			t.miscounted = append(t.miscounted, fmt.Sprintf("poll %d has %d votes for option %d, %d were given", t.polls, n, i+1, want))
		}
	}
	if ended.Result.People != t.votes {
		t.miscounted = append(t.miscounted, fmt.Sprintf("poll %d counts %d people of %d", t.polls, ended.Result.People, t.votes))
	}
	return nil
}

// account prints the result of the show and returns the violations as an error.
func (t *theShow) account(ctx context.Context, out io.Writer, whole time.Duration, server float64) error {
	overlay := t.pages[0]
	reactions, err := t.reactions(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n| | |\n|---|---|\n")
	fmt.Fprintf(out, "| comments shown, and not | %d, %v |\n", t.audience.written.Load(), t.audience.other)
	fmt.Fprintf(out, "| placed on the overlay, dropped as full, as late (more than its lanes take) | %d, %d, %d |\n", overlay.stats.Placed, overlay.stats.Dropped.Full, overlay.stats.Dropped.Late)
	fmt.Fprintf(out, "| reactions sent, counted, most in the picture | %d, %d, %d |\n", t.audience.taps.Load(), reactions, overlay.look.Reactions)
	fmt.Fprintf(out, "| polls, votes given, counted wrongly | %d, %d, %d |\n", t.polls, t.polls*t.votes, len(t.miscounted))
	fmt.Fprintf(out, "| cards started, seen on overlay and screen | %d, %d, %d |\n", t.cards, overlay.look.Cards, t.pages[2].look.Cards)
	fmt.Fprintf(out, "| the server, %% of a core | %.0f |\n\n", server)
	var faults []error
	for _, m := range t.miscounted {
		faults = append(faults, errors.New(m))
	}
	for _, w := range t.pages {
		if w.look.Overlaps > 0 {
			faults = append(faults, fmt.Errorf("%s: things lie over each other: %s", w.name, w.look.First))
		}
		for _, f := range w.faults {
			faults = append(faults, fmt.Errorf("%s: %s", w.name, f))
		}
		if g := w.growth(); whole >= 10*time.Minute && g > grows {
			faults = append(faults, fmt.Errorf("%s: the heap grows by %.0f bytes a minute", w.name, g))
		}
	}
	if n := overlay.look.Reactions; n > 40 {
		faults = append(faults, fmt.Errorf("%d reactions were in the picture", n))
	}
	return errors.Join(faults...)
}

// reactions returns how many reactions the log has counted.
func (t *theShow) reactions(ctx context.Context) (sum int, err error) {
	var table string
	if err := t.srv.ask(ctx, "GET", "/reactions/export?format=jsonl", nil, &table); err != nil {
		return 0, err
	}
	for line := range strings.Lines(table) {
		var minute struct{ Count int }
		if err := json.Unmarshal([]byte(line), &minute); err != nil {
			return 0, fmt.Errorf("the log's reactions: %w", err)
		}
		sum += minute.Count
	}
	return sum, nil
}
