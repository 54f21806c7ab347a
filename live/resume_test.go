package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
	"danmaku/testrace"
)

// slowLog is a journal whose reads block until they are released or cancelled.
type slowLog struct {
	Journal // methods that are not overridden are not called
	missed  int

	release        chan struct{}
	counts, reads  atomic.Int64
	running, peak  atomic.Int64
	cancelled      atomic.Int64
	panics, broken bool
	later          atomic.Int64 // additional time that has passed, in ns
}

var resumeTestBegan = time.Now()

func (l *slowLog) elapsed() time.Duration {
	return time.Since(resumeTestBegan) + time.Duration(l.later.Load())
}

// The bounds of package fanout.
const (
	resumeReads     = 2
	phonesWaiting   = 8
	readsPerAddress = 20
	readsWindow     = 10 * time.Second
)

func (l *slowLog) CountSince(_ context.Context, _ string, _ int64, limit int) (int, error) {
	l.counts.Add(1)
	return min(l.missed, limit), nil
}

func (l *slowLog) Since(ctx context.Context, roomID string, after int64, limit int) ([]room.Event, error) {
	l.reads.Add(1)
	defer l.running.Add(-1)
	if n := l.running.Add(1); n > l.peak.Load() {
		l.peak.Store(n)
	}
	select {
	case <-l.release:
	case <-ctx.Done():
		l.cancelled.Add(1)
		return nil, ctx.Err()
	}
	switch {
	case l.panics:
		panic("a row that nobody expected")
	case l.broken:
		return nil, errors.New("disk on fire")
	}
	var events []room.Event
	for i := range min(l.missed, limit) {
		events = append(events, room.Event{Room: roomID, Seq: after + int64(i) + 1, Kind: room.KindComment, Comment: comment.Comment{ID: 1}})
	}
	return events, nil
}

const head = 100_000 // of the log in these tests

// newSlowLogService is a room whose memory holds only the last event.
func newSlowLogService(t *testing.T, log *slowLog) *Service {
	t.Helper()
	log.release = make(chan struct{})
	svc := &Service{
		journal: log, encoder: plainEncoder{}, outlet: outletFunc(func(string, room.View, []byte) {}), now: time.Now,
		slog: slog.New(slog.DiscardHandler), resumes: fanout.NewReads(log.elapsed), rooms: map[string]*liveRoom{},
	}
	r := newRoom(room.Record{Room: room.New("live"), Head: room.Position{Epoch: "e", Seq: head}}, nil, plainEncoder{}, svc.outlet, newClock(time.Now, nil), nil)
	r.ring.Since = head
	svc.rooms["live"] = r
	t.Cleanup(r.close)
	return svc
}

func (svc *Service) resumeFrom(ctx context.Context, v room.View, address string, back int64) Resume {
	return svc.Resume(ctx, "live", v, address, room.Position{Epoch: "e", Seq: head - back})
}

// In any flood, two reads run at once, some clients wait, and all others start afresh at
// once.
func TestResumesFromFarBackAreBounded(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		log := &slowLog{missed: 3}
		svc := newSlowLogService(t, log)
		defer svc.rooms["live"].close()
		var all sync.WaitGroup
		var resumed, fresh atomic.Int64
		come := func(v room.View, n int, from func(int) string) {
			for i := range n {
				all.Go(func() {
					if svc.resumeFrom(t.Context(), v, from(i), int64(i)+1).possible {
						resumed.Add(1)
					} else {
						fresh.Add(1)
					}
				})
			}
			synctest.Wait()
		}
		come(room.ViewAudience, 500, func(i int) string { return string(rune('a' + i)) })
		if n := log.running.Load(); n != resumeReads-1 {
			t.Errorf("phones have %d reads at once, want %d", n, resumeReads-1)
		}
		if n, want := fresh.Load(), int64(500-(resumeReads-1)-phonesWaiting); n != want {
			t.Errorf("%d phones start afresh at once, want %d", n, want)
		}
		come(room.ViewOverlay, 3, func(int) string { return "screen" })
		if n := log.running.Load(); n != resumeReads {
			t.Errorf("%d reads at once, want %d: an overlay waits for phones", n, resumeReads)
		}
		close(log.release)
		all.Wait()
		if log.peak.Load() != resumeReads {
			t.Errorf("%d reads ran at once, want %d", log.peak.Load(), resumeReads)
		}
		if n, want := resumed.Load(), int64(resumeReads-1+phonesWaiting+3); n != want {
			t.Errorf("%d resumed, want %d: all that got in", n, want)
		}
	})
}

// One address cannot use all reads. It does not delay another address, nor clients that
// share a read or need none.
func TestAnAddressHasARateOfReads(t *testing.T) {
	log := &slowLog{missed: 3}
	svc := newSlowLogService(t, log)
	close(log.release)
	for i := range readsPerAddress {
		if !svc.resumeFrom(t.Context(), room.ViewAudience, "mallory", int64(i)+1).possible {
			t.Fatalf("read %d of an address was refused", i+1)
		}
	}
	if svc.resumeFrom(t.Context(), room.ViewAudience, "mallory", 99).possible {
		t.Error("an address has no rate")
	}
	if !svc.resumeFrom(t.Context(), room.ViewAudience, "alice", 99).possible {
		t.Error("another address is limited by it")
	}
	if !svc.resumeFrom(t.Context(), room.ViewOverlay, "mallory", 99).possible {
		t.Error("an overlay is limited by it")
	}
	for range 2000 {
		if !svc.resumeFrom(t.Context(), room.ViewAudience, "mallory", 0).possible {
			t.Fatal("a resume from memory is limited by it")
		}
	}
	log.later.Add(int64(readsWindow))
	if !svc.resumeFrom(t.Context(), room.ViewAudience, "mallory", 99).possible {
		t.Error("the limit never ends")
	}
}

func TestReadsOfThePast(t *testing.T) {
	for name, row := range map[string]struct {
		log           *slowLog
		back          int64
		counts, reads int64
		possible      bool
	}{
		"few numbers back: nothing is counted": {&slowLog{missed: 3}, fanout.ResumeLimit, 0, 1, true},
		"many numbers, few events":             {&slowLog{missed: fanout.ResumeLimit}, fanout.ResumeLimit + 1, 1, 1, true},
		"too many events: no row is read":      {&slowLog{missed: fanout.ResumeLimit + 1}, fanout.ResumeLimit + 1, 1, 0, false},
		"too far back: nothing is asked":       {&slowLog{missed: 3}, 4*fanout.ResumeLimit + 1, 0, 0, false},
		"in the future":                        {&slowLog{missed: 3}, -1, 0, 0, false},
		"in memory":                            {&slowLog{missed: 3}, 0, 0, 0, true},
		"it fails":                             {&slowLog{broken: true}, 5, 0, 1, false},
		"it panics":                            {&slowLog{panics: true}, 5, 0, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			svc := newSlowLogService(t, row.log)
			close(row.log.release)
			got := svc.resumeFrom(t.Context(), room.ViewOverlay, "a", row.back)
			if got.possible != row.possible || row.log.counts.Load() != row.counts || row.log.reads.Load() != row.reads {
				t.Errorf("possible %v, %d counts, %d reads; want %v, %d, %d", got.possible, row.log.counts.Load(), row.log.reads.Load(),
					row.possible, row.counts, row.reads)
			}
		})
	}
}

// threeMachines is a cluster without behavior; calling a method that is not overridden
// panics.
type threeMachines struct{ Cluster }

// A client that was connected to a machine that was ahead waits until this one has caught
// up, and resumes. If that takes too long, or the position belongs to another log, it
// starts afresh.
func TestAClientFromAMachineAheadOfThisOne(t *testing.T) {
	for name, row := range map[string]struct {
		epoch         string
		ahead, come   int64
		after         time.Duration // between two events
		possible      bool
		least, atMost time.Duration
	}{
		"it comes at once":        {"e", 2, 2, 100 * time.Millisecond, true, 200 * time.Millisecond, time.Second},
		"one of two never comes":  {"e", 2, 1, 100 * time.Millisecond, false, fanout.ResumeWithin, fanout.ResumeWithin},
		"another log":             {"f", 2, 0, 0, false, 0, 0},
		"further than any can be": {"e", fanout.ResumeLimit + 1, 0, 0, false, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			testrace.Bubble(t, func(t *testing.T) {
				svc := newSlowLogService(t, &slowLog{missed: 3})
				svc.cluster = threeMachines{}
				r := svc.rooms["live"]
				r.broadcaster(room.ViewOverlay).Start()
				defer r.close()
				began := time.Now()
				got := make(chan Resume, 1)
				go func() {
					got <- svc.Resume(t.Context(), "live", room.ViewOverlay, "a", room.Position{Epoch: row.epoch, Seq: head + row.ahead})
				}()
				for i := range row.come {
					time.Sleep(row.after)
					r.broadcaster(room.ViewOverlay).Add(room.Event{Seq: head + i + 1, Kind: room.KindRefused}, nil)
				}
				resume := <-got
				if took := time.Since(began); resume.possible != row.possible || took < row.least || took > row.atMost {
					t.Errorf("possible %v after %v, want %v", resume.possible, took, row.possible)
				}
			})
		})
	}
}

// A read ends with the last client that waits for it, and not before.
func TestAReadEndsWithItsLastClient(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		log := &slowLog{missed: 3}
		svc := newSlowLogService(t, log)
		defer svc.rooms["live"].close()
		var all sync.WaitGroup
		var leave [3]context.CancelFunc
		for i := range leave {
			var ctx context.Context
			ctx, leave[i] = context.WithCancel(t.Context())
			defer leave[i]()
			all.Go(func() {
				if svc.resumeFrom(ctx, room.ViewAudience, "a", 5).possible {
					t.Error("a client that has left resumes")
				}
			})
		}
		synctest.Wait()
		if log.reads.Load() != 1 {
			t.Errorf("%d reads for three clients", log.reads.Load())
		}
		leave[0]()
		leave[1]()
		synctest.Wait()
		if log.cancelled.Load() != 0 {
			t.Error("the read ended while a client waited for it")
		}
		leave[2]()
		synctest.Wait()
		if log.cancelled.Load() != 1 || log.running.Load() != 0 {
			t.Error("the read continues without clients")
		}
		all.Wait()
		// The next client has a new read.
		close(log.release)
		if !svc.resumeFrom(t.Context(), room.ViewAudience, "a", 5).possible || log.reads.Load() != 2 {
			t.Error("a cancelled read still occupies its place")
		}
	})
}

// All clients that share a read that panics start afresh, at once.
func TestAPanicReleasesWaitingClients(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		log := &slowLog{panics: true}
		svc := newSlowLogService(t, log)
		defer svc.rooms["live"].close()
		began := time.Now()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if svc.resumeFrom(t.Context(), room.ViewOverlay, "a", 5).possible {
					t.Error("a read that panicked returned something")
				}
			})
		}
		synctest.Wait()
		close(log.release)
		all.Wait()
		if time.Since(began) != 0 {
			t.Errorf("they waited for %v", time.Since(began))
		}
	})
}

// A read that never answers delays a client only for a limited time.
func TestAResumeTimesOut(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		log := &slowLog{missed: 3}
		svc := newSlowLogService(t, log)
		defer svc.rooms["live"].close()
		began := time.Now()
		if svc.resumeFrom(t.Context(), room.ViewOverlay, "a", 5).possible {
			t.Error("nothing was read")
		}
		if took := time.Since(began); took != fanout.ResumeWithin {
			t.Errorf("it took %v, want %v", took, fanout.ResumeWithin)
		}
		synctest.Wait()
		if log.running.Load() != 0 {
			t.Error("the read continues")
		}
	})
}
