package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/store"
)

func archived(t *testing.T, s *store.Store, q room.Archive) (texts []string) {
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
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	begun := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	// More than two pages, written out of order, three in each millisecond.
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
		mustAppend(t, s, ev)
	}
	mustAppend(t, s, newComment("other", "elsewhere"))
	held := newComment("live", "held")
	held.Kind, held.Comment.At = room.KindHeld, begun.Add(time.Hour)
	mustAppend(t, s, held)

	if got := archived(t, s, room.Archive{}); !slices.Equal(got, want) {
		t.Errorf("%d comments, not in the order of time", len(got))
	}
	part := room.Archive{From: begun.Add(10 * time.Millisecond), To: begun.Add(20 * time.Millisecond)}
	if got := archived(t, s, part); !slices.Equal(got, want[30:60]) {
		t.Errorf("the part is %q", got)
	}
	if got := archived(t, s, room.Archive{Statuses: []comment.Status{comment.Held}}); !slices.Equal(got, []string{"held"}) {
		t.Errorf("held is %q", got)
	}
	if got := archived(t, s, room.Archive{Statuses: []comment.Status{comment.Held, comment.Shown}}); len(got) != all+1 {
		t.Errorf("both are %d", len(got))
	}
	for range s.Archive(t.Context(), "live", room.Archive{}) {
		break // a caller who stops early leaves nothing open
	}
	if n := s.Readers().Stats().InUse; n != 0 {
		t.Errorf("%d connections are in use", n)
	}
	for _, err := range s.Archive(t.Context(), "nowhere", room.Archive{}) {
		if !errors.Is(err, room.ErrNotFound) {
			t.Errorf("an unknown room is %v", err)
		}
	}
}

// TestSnapshot reads an archive while the room goes on: later comments, removals and
// decisions are not in it.
func TestSnapshot(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	begun := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	add := func(i int) comment.ID {
		ev := newComment("live", strconv.Itoa(i))
		ev.Comment.At = begun.Add(time.Duration(i) * time.Millisecond)
		ev.Comment.ID = comment.NewID(ev.Comment.At, uint32(i))
		mustAppend(t, s, ev)
		return ev.Comment.ID
	}
	const all = 1200 // more than two pages
	var last comment.ID
	for i := range all {
		last = add(i + 1)
	}
	snap, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for row, err := range snap.Archive(t.Context(), "live", room.Archive{}) {
		if err != nil {
			t.Fatal(err)
		}
		if read++; read == 1 {
			add(0) // before all others, and one after them
			add(all + 1)
			mustAppend(t, s, room.Event{Kind: room.KindRemove, Room: "live", IDs: []comment.ID{last}})
		}
		if row.Text != strconv.Itoa(read) || row.Status != comment.Shown {
			t.Fatalf("row %d is %q, %s", read, row.Text, row.Status)
		}
	}
	n, err := snap.CountArchive(t.Context(), "live", room.Archive{})
	if err != nil || n != all || read != all {
		t.Errorf("%d are read and %d counted, %v", read, n, err)
	}
	if first, err := snap.FirstAt(t.Context(), "live", room.Archive{}); err != nil || !first.Equal(begun.Add(time.Millisecond)) {
		t.Errorf("the first came at %v, %v", first, err)
	}
	second, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := second.CountArchive(t.Context(), "live", room.Archive{}); err != nil || n != all+1 {
		t.Errorf("a later snapshot has %d, %v", n, err)
	}
	// A third one waits, so that reading connections remain for others.
	waiting, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.Snapshot(waiting); !errors.Is(err, context.Canceled) {
		t.Errorf("a third snapshot: %v", err)
	}
	for _, open := range []*store.Snapshot{snap, second} {
		if err := open.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := s.Readers().Stats().InUse; n != 0 {
		t.Errorf("%d connections are in use", n)
	}
}

func TestMoments(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	at := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	add := func(kind room.MomentKind, after time.Duration) {
		t.Helper()
		if err := s.AddMoment(t.Context(), room.Moment{Room: "live", Kind: kind, At: at.Add(after)}); err != nil {
			t.Fatal(err)
		}
	}
	add(room.RecordStart, 0)
	add(room.RecordStart, 2*time.Second) // another source of the same OBS
	add(room.StreamStart, 3*time.Second)
	add(room.RecordStart, time.Hour)
	for _, tt := range []struct {
		kind   room.MomentKind
		before time.Time
		want   time.Time
	}{
		{room.RecordStart, time.Time{}, at.Add(time.Hour)},
		{room.RecordStart, at.Add(time.Hour), at},
		{room.StreamStart, time.Time{}, at.Add(3 * time.Second)},
		{room.RecordStop, time.Time{}, time.Time{}},
	} {
		got, err := s.LastMoment(t.Context(), "live", tt.kind, tt.before)
		if !got.Equal(tt.want) || tt.want.IsZero() != errors.Is(err, room.ErrNotFound) {
			t.Errorf("%s before %v is %v, %v", tt.kind, tt.before, got, err)
		}
	}
	reader, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for behind, want := range map[time.Time]time.Time{at.Add(-1): at, at: at.Add(time.Hour), at.Add(time.Hour): {}} {
		got, err := reader.NextMoment(t.Context(), "live", room.RecordStart, behind)
		if !got.Equal(want) || want.IsZero() != errors.Is(err, room.ErrNotFound) {
			t.Errorf("the next start behind %v is %v, %v", behind, got, err)
		}
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range 1100 {
		add(room.StreamStop, time.Duration(i+2)*time.Hour)
	}
	if _, err := s.LastMoment(t.Context(), "live", room.RecordStart, time.Time{}); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("moments are kept without bound: %v", err)
	}
	if err := s.AddMoment(t.Context(), room.Moment{Room: "nowhere", Kind: room.StreamStop, At: at}); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("an unknown room is %v", err)
	}
}

// TestPauses stores the pauses of a recording, reported by two sources at once, and reads
// them back.
func TestPauses(t *testing.T) {
	at := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	type reported struct {
		after time.Duration // the beginning
		kind  room.MomentKind
	}
	const s = time.Second
	for _, tt := range []struct {
		name     string
		reported []reported
		want     []time.Duration // from, to, from, to …; -1: not yet
	}{
		{"none", nil, nil},
		{"one", []reported{{60 * s, room.RecordPause}, {90 * s, room.RecordResume}}, []time.Duration{60 * s, 90 * s}},
		{"by two sources", []reported{
			{60 * s, room.RecordPause}, {60*s + 20*time.Millisecond, room.RecordPause},
			{62 * s, room.RecordResume}, {62*s + 30*time.Millisecond, room.RecordResume},
			{64 * s, room.RecordPause}, {64*s - 10*time.Millisecond, room.RecordPause},
			{80 * s, room.RecordResume}, {80*s - 5*time.Millisecond, room.RecordResume},
		}, []time.Duration{60 * s, 62 * s, 64*s - 10*time.Millisecond, 80*s - 5*time.Millisecond}},
		{"kept while the server was away", []reported{{90 * s, room.RecordResume}, {60 * s, room.RecordPause}, {91 * s, room.RecordResume}}, []time.Duration{60 * s, 91 * s}},
		{"a page says that nothing is paused", []reported{{60 * s, room.RecordResume}, {70 * s, room.RecordResume}}, nil},
		{"stopped while paused", []reported{{60 * s, room.RecordPause}, {70 * s, room.RecordStop}, {80 * s, room.RecordResume}}, []time.Duration{60 * s, 70 * s}},
		{"paused still", []reported{{60 * s, room.RecordPause}}, []time.Duration{60 * s, -1}},
		{"the next recording has its own", []reported{{60 * s, room.RecordPause}, {70 * s, room.RecordStop}, {100 * s, room.RecordStart}, {110 * s, room.RecordPause}}, []time.Duration{60 * s, 70 * s}},
		{"a stream says nothing of it", []reported{{60 * s, room.RecordPause}, {70 * s, room.StreamStop}, {80 * s, room.RecordResume}}, []time.Duration{60 * s, 80 * s}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := openStore(t, t.TempDir())
			addRoom(t, db, "live")
			for _, m := range append([]reported{{-20 * s, room.RecordPause}, {0, room.RecordStart}}, tt.reported...) {
				if err := db.AddMoment(t.Context(), room.Moment{Room: "live", Kind: m.kind, At: at.Add(m.after)}); err != nil {
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
	s := openStore(t, t.TempDir())
	query, args := store.ArchiveQuery("live", room.Archive{})
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
