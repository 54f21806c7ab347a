package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/store"
)

func archived(t *testing.T, s *store.Store, q comment.Archive) (texts []string) {
	t.Helper()
	for row, err := range s.Archive(t.Context(), "live", q) {
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, row.Text)
	}
	n, err := s.CountArchive(t.Context(), "live", q)
	if err != nil || n != len(texts) {
		t.Errorf("counted %d of %d, %v", n, len(texts), err)
	}
	return texts
}

func TestArchive(t *testing.T) {
	s := open(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	begun := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	// More than two pages, written in another order than that of time, three in
	// each millisecond.
	var want []string
	const all = 1203
	for i := range all {
		want = append(want, fmt.Sprintf("%04d", i))
	}
	for i := range all {
		n := (i * 7) % all
		ev := newComment("live", want[n])
		ev.Comment.At = begun.Add(time.Duration(n/3) * time.Millisecond)
		ev.Comment.ID = comment.NewID(ev.Comment.At, uint32(n))
		put(t, s, ev)
	}
	put(t, s, newComment("other", "elsewhere"))
	held := newComment("live", "held")
	held.Kind, held.Comment.At = comment.KindHeld, begun.Add(time.Hour)
	put(t, s, held)

	if got := archived(t, s, comment.Archive{}); !slices.Equal(got, want) {
		t.Errorf("%d comments, not in the order of time", len(got))
	}
	part := comment.Archive{From: begun.Add(10 * time.Millisecond), To: begun.Add(20 * time.Millisecond)}
	if got := archived(t, s, part); !slices.Equal(got, want[30:60]) {
		t.Errorf("the part is %q", got)
	}
	if got := archived(t, s, comment.Archive{Statuses: []comment.Status{comment.Held}}); !slices.Equal(got, []string{"held"}) {
		t.Errorf("held is %q", got)
	}
	if got := archived(t, s, comment.Archive{Statuses: []comment.Status{comment.Held, comment.Shown}}); len(got) != all+1 {
		t.Errorf("both are %d", len(got))
	}
	for range s.Archive(t.Context(), "live", comment.Archive{}) {
		break // who stops early leaves nothing open
	}
	if n := s.Readers().Stats().InUse; n != 0 {
		t.Errorf("%d connections are in use", n)
	}
	for _, err := range s.Archive(t.Context(), "nowhere", comment.Archive{}) {
		if !errors.Is(err, comment.ErrNotFound) {
			t.Errorf("an unknown room is %v", err)
		}
	}
}

func TestMoments(t *testing.T) {
	s := open(t, t.TempDir())
	addRoom(t, s, "live")
	at := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	add := func(kind comment.MomentKind, after time.Duration) {
		t.Helper()
		if err := s.AddMoment(t.Context(), comment.Moment{Room: "live", Kind: kind, At: at.Add(after)}); err != nil {
			t.Fatal(err)
		}
	}
	add(comment.RecordStart, 0)
	add(comment.RecordStart, 2*time.Second) // another source of the same OBS
	add(comment.StreamStart, 3*time.Second)
	add(comment.RecordStart, time.Hour)
	for _, tt := range []struct {
		kind   comment.MomentKind
		before time.Time
		want   time.Time
	}{
		{comment.RecordStart, time.Time{}, at.Add(time.Hour)},
		{comment.RecordStart, at.Add(time.Hour), at},
		{comment.StreamStart, time.Time{}, at.Add(3 * time.Second)},
		{comment.RecordStop, time.Time{}, time.Time{}},
	} {
		got, err := s.LastMoment(t.Context(), "live", tt.kind, tt.before)
		if !got.Equal(tt.want) || tt.want.IsZero() != errors.Is(err, comment.ErrNotFound) {
			t.Errorf("%s before %v is %v, %v", tt.kind, tt.before, got, err)
		}
	}
	for i := range 1100 {
		add(comment.StreamStop, time.Duration(i+2)*time.Hour)
	}
	if _, err := s.LastMoment(t.Context(), "live", comment.RecordStart, time.Time{}); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("moments are kept without bound: %v", err)
	}
	if err := s.AddMoment(t.Context(), comment.Moment{Room: "nowhere", Kind: comment.StreamStop, At: at}); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("an unknown room is %v", err)
	}
}

// TestPauses tells of a recording that was paused, by two sources at once, and
// reads back when it stood still.
func TestPauses(t *testing.T) {
	at := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	type told struct {
		after time.Duration // the beginning
		kind  comment.MomentKind
	}
	const s = time.Second
	for _, tt := range []struct {
		name string
		told []told
		want []time.Duration // from, to, from, to …; -1: not yet
	}{
		{"none", nil, nil},
		{"one", []told{{60 * s, comment.RecordPause}, {90 * s, comment.RecordResume}}, []time.Duration{60 * s, 90 * s}},
		{"by two sources", []told{
			{60 * s, comment.RecordPause}, {60*s + 20*time.Millisecond, comment.RecordPause},
			{62 * s, comment.RecordResume}, {62*s + 30*time.Millisecond, comment.RecordResume},
			{64 * s, comment.RecordPause}, {64*s - 10*time.Millisecond, comment.RecordPause},
			{80 * s, comment.RecordResume}, {80*s - 5*time.Millisecond, comment.RecordResume},
		}, []time.Duration{60 * s, 62 * s, 64*s - 10*time.Millisecond, 80*s - 5*time.Millisecond}},
		{"kept while the server was away", []told{{90 * s, comment.RecordResume}, {60 * s, comment.RecordPause}, {91 * s, comment.RecordResume}}, []time.Duration{60 * s, 91 * s}},
		{"a page says that nothing is paused", []told{{60 * s, comment.RecordResume}, {70 * s, comment.RecordResume}}, nil},
		{"stopped while paused", []told{{60 * s, comment.RecordPause}, {70 * s, comment.RecordStop}, {80 * s, comment.RecordResume}}, []time.Duration{60 * s, 70 * s}},
		{"paused still", []told{{60 * s, comment.RecordPause}}, []time.Duration{60 * s, -1}},
		{"the next recording has its own", []told{{60 * s, comment.RecordPause}, {70 * s, comment.RecordStop}, {100 * s, comment.RecordStart}, {110 * s, comment.RecordPause}}, []time.Duration{60 * s, 70 * s}},
		{"a stream says nothing of it", []told{{60 * s, comment.RecordPause}, {70 * s, comment.StreamStop}, {80 * s, comment.RecordResume}}, []time.Duration{60 * s, 80 * s}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := open(t, t.TempDir())
			addRoom(t, db, "live")
			for _, m := range append([]told{{-20 * s, comment.RecordPause}, {0, comment.RecordStart}}, tt.told...) {
				if err := db.AddMoment(t.Context(), comment.Moment{Room: "live", Kind: m.kind, At: at.Add(m.after)}); err != nil {
					t.Fatal(err)
				}
			}
			pauses, err := db.Pauses(t.Context(), "live", at)
			if err != nil {
				t.Fatal(err)
			}
			var got []time.Duration
			for _, p := range pauses {
				to := time.Duration(-1)
				if !p.To.IsZero() {
					to = p.To.Sub(at)
				}
				got = append(got, p.From.Sub(at), to)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("paused %v, want %v", got, tt.want)
			}
		})
	}
}

func TestArchivePlan(t *testing.T) {
	s := open(t, t.TempDir())
	query, args := store.ArchiveQuery("live", comment.Archive{})
	args = append(append([]any{0, 0}, args...), 500)
	rows, err := s.Readers().Query(`EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	plan := ""
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan += detail + "\n"
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plan, "comments_at") || strings.Contains(plan, "TEMP B-TREE") {
		t.Errorf("the plan is\n%s", plan)
	}
}
