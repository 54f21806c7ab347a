package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/store"
)

// TestHistory compares every kind of query with a plain loop over all rows.
func TestHistory(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	texts := []string{"hello", "HELLO there", "100% sure", "under_score", `back\slash`, "弾幕", "plain"}
	all := history(t, s, texts)
	var queries []room.HistoryQuery
	for _, status := range []comment.Status{"", comment.Shown, comment.Held, comment.Refused, comment.Removed, "unheard"} {
		for _, user := range []string{"", "user1", "nobody"} {
			for _, text := range []string{"", "hello", "%", "_", `\`, "弾", "name", "secret", "' OR 1=1 --"} {
				for _, source := range []comment.Source{"", comment.FromAudience, comment.FromReplay, "radio"} {
					queries = append(queries, room.HistoryQuery{Status: status, User: user, Text: text, Source: source, Limit: 5})
				}
			}
		}
	}
	for _, q := range queries {
		want := pick(all, q)
		var got []room.Row
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
		rows, more, err := s.Comments(t.Context(), "live", room.HistoryQuery{Limit: limit})
		if err != nil || len(rows) != n || !more {
			t.Errorf("limit %d gives %d rows, more=%v, %v", limit, len(rows), more, err)
		}
	}
	if _, _, err := s.Comments(t.Context(), "nowhere", room.HistoryQuery{}); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("history of an unknown room: %v", err)
	}
	if rows, more, err := s.Comments(t.Context(), "other", room.HistoryQuery{}); err != nil || len(rows) != 1 || more {
		t.Errorf("the other room has %d rows, %v", len(rows), err)
	}
}

// history writes comments of every status and returns their rows, newest first.
func history(t *testing.T, s *store.Store, texts []string) []room.Row {
	t.Helper()
	kinds := []room.Kind{room.KindComment, room.KindHeld, room.KindRefused, room.KindComment}
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
		ids = append(ids, mustAppend(t, s, ev).Comment.ID)
	}
	for i := 3; i < len(ids); i += 8 {
		mustAppend(t, s, room.Event{Room: "live", Kind: room.KindRemove, At: noon, IDs: ids[i : i+1], By: "mod"})
	}
	mustAppend(t, s, newComment("other", "hello"))
	var rows []room.Row
	for _, id := range ids {
		row, err := s.Comment(t.Context(), "live", id)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b room.Row) int { return int(b.Seq - a.Seq) })
	return rows
}

// pick implements history as a plain loop.
func pick(rows []room.Row, q room.HistoryQuery) []room.Row {
	var out []room.Row
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(q.Text)) }
	for _, r := range rows {
		if (q.Status == "" || r.Status == q.Status) && (q.User == "" || r.User == q.User) && (q.Source == "" || r.Source == q.Source) &&
			(has(r.Text) || has(r.Name) || has(r.Original)) {
			out = append(out, r)
		}
	}
	return out
}

// TestPlans checks that no query of history or of a resume scans a table or sorts.
func TestPlans(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	insertRows(t, s, "5000")
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
	for _, q := range []room.HistoryQuery{
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
				t.Errorf("held comments are searched among shown ones: %s", detail)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
