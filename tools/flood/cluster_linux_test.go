package main

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Each of these breaks a promise that the trial checks.
func TestTheTrialOfAClusterFindsWhatIsWrong(t *testing.T) {
	good := []loggedComment{{"a", "shown", 1, 1, 0}, {"b", "shown", 2, 2, 0}, {"h", "refused", 3, 4, 1}}
	told := map[string][2]string{"h": {"refused", "refused"}}
	for name, row := range map[string]struct {
		list      []loggedComment
		decisions map[string][2]string
		want      verdict
	}{
		"nothing":                 {good, told, verdict{}},
		"one is lost":             {good[1:], told, verdict{lost: 1, order: 0}},
		"one has another ID":      {[]loggedComment{{"x", "shown", 1, 1, 0}, good[1], good[2]}, told, verdict{lost: 1}},
		"one is there twice":      {append([]loggedComment{{"x", "shown", 1, 5, 0}}, good...), told, verdict{doubled: 1}},
		"two changed their place": {[]loggedComment{{"b", "shown", 2, 1, 0}, {"a", "shown", 1, 2, 0}, good[2]}, told, verdict{order: 1}},
		"both decided":            {good, map[string][2]string{"h": {"shown", "refused"}}, verdict{contradicted: 1}},
		"what was told is untrue": {good, map[string][2]string{"h": {"shown", "shown"}}, verdict{contradicted: 1}},
		"it was decided twice":    {[]loggedComment{good[0], good[1], {"h", "refused", 3, 5, 2}}, told, verdict{contradicted: 1}},
		"nobody was answered":     {good, map[string][2]string{"h": {"not approved", "not refused"}}, verdict{contradicted: 1}},
	} {
		s := clusterTrial{}
		s.ledger.accounts = accounts{byID: map[string]int{"a": 1, "b": 2, "h": 3}, ids: map[int]string{}}
		s.ledger.byPhone = map[int][]string{1: {"a", "b"}}
		s.ledger.decisions = row.decisions
		var v verdict
		s.weigh(&v, row.list)
		if v.lost != row.want.lost || v.doubled != row.want.doubled || v.order != row.want.order || v.contradicted != row.want.contradicted {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestAnOverlayOfATrialIsCounted(t *testing.T) {
	sc := &clusterScreen{}
	for _, e := range []struct {
		id  string
		seq int64
	}{{"a", 1}, {"c", 3}, {"b", 2}, {"c", 3}} {
		f := screenFrame{Type: "events", Position: "e:1"}
		f.Events = append(f.Events, struct {
			Type, ID string
			Seq      int64
		}{"comment", e.id, e.seq})
		sc.take(f)
	}
	sc.take(screenFrame{Type: "hello", Resumed: true})
	sc.position = "e:3"
	sc.take(screenFrame{Type: "hello"})
	missing, doubled := sc.against([]string{"a", "b", "c", "d"})
	if missing != 1 || doubled != 1 || sc.disorder != 1 || sc.resumed != 1 || sc.fresh != 1 {
		t.Errorf("%d missing, %d doubled, %+v", missing, doubled, sc)
	}
}

// A stall is the longest time without an acknowledgement, including both ends of a trouble.
func TestTheLongestStallOfAFault(t *testing.T) {
	began := time.Now()
	at := func(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }
	for name, row := range map[string]struct {
		acks []int
		want int
	}{
		"at its beginning": {[]int{-5, 700, 800, 1000, 1100}, 700}, "within": {[]int{10, 500, 510, 1000}, 490},
		"at its end": {[]int{10, 300, 400, 1500}, 600}, "throughout": {nil, 1000},
	} {
		s := clusterTrial{}
		for _, ms := range row.acks {
			s.ledger.acks = append(s.ledger.acks, ackNote{at: at(ms)})
		}
		if got, _, _ := s.longest(&trouble{began: began, over: at(1000)}); got != time.Duration(row.want)*time.Millisecond {
			t.Errorf("%s: %v, want %d ms", name, got, row.want)
		}
	}
}

// Two databases are equal if only the numbers of rooms and persons differ.
func TestDumpsLeaveOutWhatEachMachineNumbers(t *testing.T) {
	dump := func(room, user int, text string) string {
		dir := t.TempDir()
		file := filepath.Join(dir, "danmaku.db")
		db, err := sql.Open("sqlite", file)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []struct {
			text string
			args []any
		}{
			{`CREATE TABLE rooms (id INTEGER, name TEXT); CREATE TABLE users (id INTEGER, room INTEGER, name TEXT);
				CREATE TABLE events (room INTEGER, seq INTEGER, comment INTEGER); CREATE TABLE comments (id INTEGER, room INTEGER, user INTEGER, seq INTEGER, status INTEGER, text TEXT);
				CREATE TABLE acts (id INTEGER); CREATE TABLE bans (id INTEGER, user TEXT); CREATE TABLE links (id INTEGER, used INTEGER)`, nil},
			{"INSERT INTO rooms VALUES (?, 'live')", []any{room}}, {"INSERT INTO users VALUES (?, ?, 'noor')", []any{user, room}},
			{"INSERT INTO events VALUES (?, 1, 7), (?, 3, NULL)", []any{room, room}}, {"INSERT INTO comments VALUES (7, ?, ?, 1, 1, ?)", []any{room, user, text}},
			{"INSERT INTO links VALUES (1, ?)", []any{room}},
		} {
			if _, err := db.Exec(q.text, q.args...); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if db, err = openLog(dir); err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		sum, err := dumpOf(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		list, err := loggedIn(t.Context(), db)
		if err != nil || len(list) != 1 || list[0].status != "shown" || list[0].id != "000000000000e" || list[0].decided != 0 {
			t.Errorf("%+v %v", list, err)
		}
		if n, err := gapsIn(t.Context(), db); err != nil || n != 1 {
			t.Errorf("%d numbers are left out, %v; want 1", n, err)
		}
		return sum
	}
	if dump(1, 2, "hi") != dump(3, 4, "hi") {
		t.Error("the numbers of rooms and persons count")
	}
	if dump(1, 2, "hi") == dump(1, 2, "ho") {
		t.Error("the text does not count")
	}
}

func TestRatesOfABenchmark(t *testing.T) {
	if got, err := parsePaces("1000,0"); err != nil || !slices.Equal(got, []int{1000, 0}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "50", "100,", "fast"} {
		if got, err := parsePaces(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
	// A way that was not measured has no ratio, and misses no limit.
	if err := compareTransports([]*way{{name: "one"}, {name: "three"}}); err != nil {
		t.Error(err)
	}
}
