package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"danmaku/comment"
	"danmaku/store"
)

var noon = time.Date(2026, 5, 6, 12, 0, 30, 123e6, time.UTC)

// bumped expects that act raises the change counter.
func bumped(t *testing.T, s *store.Store, act func()) {
	t.Helper()
	before, err := s.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	act()
	after, err := s.Changes(t.Context())
	if err != nil || after != before+1 {
		t.Errorf("the change counter went from %d to %d, %v", before, after, err)
	}
}

func put(t *testing.T, s *store.Store, ev comment.Event) comment.Event {
	t.Helper()
	r, err := s.Append(t.Context(), ev)
	if err != nil || r.Again {
		t.Fatalf("append %s: %+v, %v", ev.Kind, r, err)
	}
	return r.Event
}

func TestRooms(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	full := comment.NewRoom("full")
	full.Title, full.State, full.Review, full.Slow = "名前", comment.Closed, comment.ReviewOff, 1500*time.Millisecond
	full.MaxLength, full.Modes, full.Colors = 7, []comment.Mode{comment.Scroll}, []string{"#112233"}
	full.Sizes, full.Message, full.Delay = []comment.Size{comment.Medium}, "hello", 10*time.Second
	full.Newcomers, full.Links, full.Phrases = comment.GateHeld, comment.GateAllowed, []string{"a", "b"}
	full.Look = comment.Look{Color: "#445566", Picture: "/p.png"}
	full.Secret, full.Archived, full.Lock = true, true, &comment.Lock{State: comment.Open, Links: comment.GateAllowed, Newcomers: comment.GateOpen, Slow: time.Second}
	// Every field differs from the default, so a forgotten one shows.
	v, def := reflect.ValueOf(full), reflect.ValueOf(comment.NewRoom("live"))
	for i := range v.NumField() {
		if reflect.DeepEqual(v.Field(i).Interface(), def.Field(i).Interface()) {
			t.Errorf("the test does not set %s", v.Type().Field(i).Name)
		}
	}
	var made []comment.RoomRecord
	bumped(t, s, func() { made = append(made, addRoom(t, s, "live")) })
	r, err := s.AddRoom(t.Context(), full, nil)
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, r)
	if made[0].Head.Epoch == made[1].Head.Epoch || strings.Contains(made[0].Head.Epoch, ":") || made[0].Head.Epoch == "" {
		t.Errorf("epochs %q and %q", made[0].Head.Epoch, made[1].Head.Epoch)
	}
	bumped(t, s, func() {
		changed := full
		changed.Title = "new"
		made[1].Room, made[1].Head.Seq = changed, 1
		put(t, s, comment.Event{Room: "full", Kind: comment.KindRoom, At: noon, Setup: &changed, Changed: []string{"title"}})
	})
	if _, err := s.AddRoom(t.Context(), comment.NewRoom("live"), nil); err == nil || !strings.Contains(err.Error(), `"live" is taken`) {
		t.Errorf("a room made twice: %v", err)
	}
	if _, err := s.AddRoom(t.Context(), comment.NewRoom("No Good"), nil); err == nil {
		t.Error("a room with a bad name was made")
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, dir).Rooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, got); diff != "" {
		t.Errorf("rooms (-made +read):\n%s", diff)
	}
}

func TestLinks(t *testing.T) {
	s := open(t, t.TempDir())
	addRoom(t, s, "live")
	hash := func(id int64) []byte { return fmt.Append(nil, "hash of ", id) }
	var owner, overlay comment.Link
	var err error
	bumped(t, s, func() {
		owner, err = s.AddLink(t.Context(), comment.Link{Role: comment.Owner, Label: "me", Made: noon}, hash, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	overlay, err = s.AddLink(t.Context(), comment.Link{Room: "live", Role: comment.Overlay, Made: noon}, hash, nil)
	if err != nil {
		t.Fatal(err)
	}
	if overlay.ID == owner.ID || string(overlay.Hash) != string(hash(overlay.ID)) {
		t.Errorf("the links are %+v and %+v", owner, overlay)
	}
	if _, err := s.AddLink(t.Context(), comment.Link{Room: "nowhere", Role: comment.Overlay}, hash, nil); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("a link of an unknown room: %v", err)
	}
	if _, err := s.AddLink(t.Context(), comment.Link{Role: comment.Owner, Hash: owner.Hash}, nil, nil); err == nil {
		t.Error("two links have one key")
	}
	bumped(t, s, func() { err = s.RevokeLink(t.Context(), overlay.ID, noon.Add(time.Hour), nil) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeLink(t.Context(), overlay.ID, noon.Add(2*time.Hour), nil); err != nil {
		t.Error(err)
	}
	if err := s.RevokeLink(t.Context(), 4711, noon, nil); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("revoking an unknown link: %v", err)
	}
	before, _ := s.Changes(t.Context())
	for _, at := range []time.Time{noon, noon.Add(10 * time.Second), noon.Add(-time.Hour)} {
		if err := s.TouchLink(t.Context(), owner.ID, at); err != nil {
			t.Error(err)
		}
	}
	if after, _ := s.Changes(t.Context()); after != before {
		t.Error("using a link counts as a change")
	}
	overlay.Revoked = noon.Add(time.Hour)
	owner.LastUsed = noon.Truncate(time.Minute)
	got, err := s.Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]comment.Link{owner, overlay}, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	found, err := s.LinkByHash(t.Context(), overlay.Hash)
	if diff := cmp.Diff(overlay, found); err != nil || diff != "" {
		t.Errorf("link by hash: %v\n%s", err, diff)
	}
	for _, h := range [][]byte{nil, {}, []byte("other")} {
		if _, err := s.LinkByHash(t.Context(), h); !errors.Is(err, comment.ErrNotFound) {
			t.Errorf("a link by the hash %q: %v", h, err)
		}
	}
}

// putList stores a list with its act.
func putList(t *testing.T, s *store.Store, l comment.RuleList, a *comment.Act) error {
	t.Helper()
	return s.ChangeRuleList(t.Context(), l.Room, l.Name, func(*comment.RuleList) (*comment.RuleList, *comment.Act, error) { return &l, a, nil })
}

func TestRuleLists(t *testing.T) {
	s := open(t, t.TempDir())
	addRoom(t, s, "live")
	lists := []comment.RuleList{
		{Name: "starter", Text: "word\n*part*\n", On: true, Changed: noon},
		{Room: "live", Name: "starter", Text: "other", Changed: noon},
	}
	for _, l := range lists {
		bumped(t, s, func() {
			if err := putList(t, s, l, nil); err != nil {
				t.Fatal(err)
			}
		})
	}
	lists[0].Text, lists[0].On, lists[0].Changed = "new", false, noon.Add(time.Hour)
	if err := putList(t, s, lists[0], nil); err != nil {
		t.Fatal(err)
	}
	if err := putList(t, s, comment.RuleList{Room: "nowhere", Name: "x"}, nil); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("a list of an unknown room: %v", err)
	}
	got, err := s.RuleLists(t.Context())
	if diff := cmp.Diff(lists, got); err != nil || diff != "" {
		t.Errorf("lists: %v (-want +got)\n%s", err, diff)
	}
}

func TestBans(t *testing.T) {
	s := open(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	ban := func(room string, b comment.Ban) comment.Ban {
		t.Helper()
		var ev comment.Event
		bumped(t, s, func() {
			ev = put(t, s, comment.Event{Room: room, Kind: comment.KindBan, At: noon, By: "mod", Ban: &b})
		})
		return *ev.Ban
	}
	forever := ban("live", comment.Ban{Kind: comment.FullBan, User: "ann"})
	hour := ban("other", comment.Ban{Kind: comment.Mute, Address: "hash", Until: noon.Add(time.Hour), ShowEnd: true, Reason: "why", By: "owner"})
	lifted := ban("live", comment.Ban{Kind: comment.Mute, User: "bob"})
	bumped(t, s, func() {
		put(t, s, comment.Event{Room: "live", Kind: comment.KindUnban, At: noon, Ban: &comment.Ban{ID: lifted.ID}})
	})
	foreign := comment.Event{Room: "live", Kind: comment.KindUnban, At: noon, Ban: &comment.Ban{ID: hour.ID}}
	if _, err := s.Append(t.Context(), foreign); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("lifting a ban of another room: %v", err)
	}
	for _, c := range []struct {
		now  time.Time
		want []comment.Ban
	}{
		{noon, []comment.Ban{forever, hour}},
		{noon.Add(time.Hour - time.Millisecond), []comment.Ban{forever, hour}},
		{noon.Add(time.Hour), []comment.Ban{forever}},
	} {
		got, err := s.Bans(t.Context(), c.now)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("bans at %v: %v (-want +got)\n%s", c.now, err, diff)
		}
		for _, b := range got {
			if !b.Active(c.now) {
				t.Errorf("ban %d does not hold at %v", b.ID, c.now)
			}
		}
	}
	for _, want := range []comment.Ban{forever, hour, lifted} {
		got, err := s.Ban(t.Context(), want.Room, want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("one ban: %v (-want +got)\n%s", err, diff)
		}
	}
	if _, err := s.Ban(t.Context(), "live", hour.ID); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("a ban of another room: %v", err)
	}
}

// TestHistory compares every kind of query with a plain loop over all rows.
func TestHistory(t *testing.T) {
	s := open(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	texts := []string{"hello", "HELLO there", "100% sure", "under_score", `back\slash`, "弾幕", "plain"}
	all := history(t, s, texts)
	var queries []comment.HistoryQuery
	for _, status := range []comment.Status{"", comment.Shown, comment.Held, comment.Refused, comment.Removed, "unheard"} {
		for _, user := range []string{"", "user1", "nobody"} {
			for _, text := range []string{"", "hello", "%", "_", `\`, "弾", "name", "secret", "' OR 1=1 --"} {
				for _, source := range []comment.Source{"", comment.FromAudience, comment.FromReplay, "radio"} {
					queries = append(queries, comment.HistoryQuery{Status: status, User: user, Text: text, Source: source, Limit: 5})
				}
			}
		}
	}
	for _, q := range queries {
		want := pick(all, q)
		var got []comment.Row
		for page := q; ; {
			rows, more, err := s.Comments(t.Context(), "live", page)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, rows...)
			if !more {
				break
			}
			if len(rows) != 5 {
				t.Fatalf("%+v: a page of %d rows says that there are more", page, len(rows))
			}
			page.Before = rows[4].Seq
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v (-want +got)\n%s", q, diff)
		}
	}
	for limit, n := range map[int]int{-1: 50, 0: 50, 1: 1, 200: 200, 500: 200} {
		rows, more, err := s.Comments(t.Context(), "live", comment.HistoryQuery{Limit: limit})
		if err != nil || len(rows) != n || !more {
			t.Errorf("limit %d gives %d rows, more=%v, %v", limit, len(rows), more, err)
		}
	}
	if _, _, err := s.Comments(t.Context(), "nowhere", comment.HistoryQuery{}); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("history of an unknown room: %v", err)
	}
	if rows, more, err := s.Comments(t.Context(), "other", comment.HistoryQuery{}); err != nil || len(rows) != 1 || more {
		t.Errorf("the other room has %d rows, %v", len(rows), err)
	}
}

// history writes comments of every status and gives their rows, newest first.
func history(t *testing.T, s *store.Store, texts []string) []comment.Row {
	t.Helper()
	kinds := []comment.Kind{comment.KindComment, comment.KindHeld, comment.KindRefused, comment.KindComment}
	var ids []comment.ID
	for i := range 280 {
		ev := newComment("live", texts[i%len(texts)])
		ev.Kind, ev.Comment.User = kinds[i%4], fmt.Sprint("user", i%3)
		if i%6 == 0 {
			ev.Comment.Source = comment.FromReplay
		}
		if i%5 == 0 {
			ev.Comment.Name, ev.Entry.Original = "Name", "the secret"
		}
		ids = append(ids, put(t, s, ev).Comment.ID)
	}
	for i := 3; i < len(ids); i += 8 {
		put(t, s, comment.Event{Room: "live", Kind: comment.KindRemove, At: noon, IDs: ids[i : i+1], By: "mod"})
	}
	put(t, s, newComment("other", "hello"))
	var rows []comment.Row
	for _, id := range ids {
		row, err := s.Comment(t.Context(), "live", id)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b comment.Row) int { return int(b.Seq - a.Seq) })
	return rows
}

// pick is history as a plain loop.
func pick(rows []comment.Row, q comment.HistoryQuery) []comment.Row {
	var out []comment.Row
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(q.Text)) }
	for _, r := range rows {
		if (q.Status == "" || r.Status == q.Status) && (q.User == "" || r.User == q.User) && (q.Source == "" || r.Source == q.Source) &&
			(has(r.Text) || has(r.Name) || has(r.Original)) {
			out = append(out, r)
		}
	}
	return out
}

// TestPlans: no query of history or of a resume walks a table or sorts.
func TestPlans(t *testing.T) {
	s := open(t, t.TempDir())
	addRoom(t, s, "live")
	fill(t, s, "5000")
	type query struct {
		sql  string
		args []any
	}
	queries := []query{
		{store.SinceQuery, []any{"live", 1, 10}},
		{store.RecentQuery, []any{"live", 0, 10}},
		{"SELECT * FROM links WHERE hash = ?", []any{"x"}},
		{"SELECT * FROM comments WHERE user = ? AND ref = ?", []any{1, "c1"}},
	}
	for _, q := range []comment.HistoryQuery{
		{}, {Before: 9}, {Status: comment.Held}, {Status: comment.Shown}, {User: "u"}, {User: "u", Before: 9},
		{Status: comment.Removed, Before: 9}, {Text: "x"}, {User: "u", Status: comment.Shown}, {User: "u", Status: comment.Held},
	} {
		sql, args, _ := store.HistoryPlan("live", q, 10)
		queries = append(queries, query{sql, args})
	}
	for _, q := range queries {
		rows, err := s.Readers().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q.sql, q.args...)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(detail, "SCAN") || strings.Contains(detail, "TEMP B-TREE") || strings.Contains(detail, "AUTOMATIC") {
				t.Errorf("%s\n%s", q.sql, detail)
			}
			if strings.Contains(q.sql, "status <> 1") && !strings.Contains(q.sql, "c.user =") &&
				strings.HasPrefix(detail, "SEARCH c ") && !strings.Contains(detail, "comments_status") {
				t.Errorf("what waits is looked for among what was shown: %s", detail)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
