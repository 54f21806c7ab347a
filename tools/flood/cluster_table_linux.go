package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // to compare the databases of stopped machines
)

// openLog opens a machine's database for reading.
func openLog(data string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+filepath.Join(data, "danmaku.db")+"?mode=ro")
}

// shownIn lists the shown comments of a machine's database in their order.
func shownIn(ctx context.Context, data string) (ids []string, err error) {
	db, err := openLog(data)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	list, err := loggedIn(ctx, db)
	for _, c := range list {
		if c.status == "shown" {
			ids = append(ids, c.id)
		}
	}
	return ids, err
}

// loggedComment is a comment in a database.
type loggedComment struct {
	id, status string
	number     int // the number in its text
	seq        int64
	decided    int // events about it after its first
}

// idText encodes the ID of a comment as the program does.
var idText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

func loggedIn(ctx context.Context, db *sql.DB) (list []loggedComment, err error) {
	rows, err := db.QueryContext(ctx, `WITH about AS (SELECT comment, COUNT(*) AS n FROM events WHERE comment IS NOT NULL GROUP BY comment)
		SELECT c.id, c.status, c.text, c.seq, COALESCE(about.n, 0) - 1 FROM comments c LEFT JOIN about ON about.comment = c.id ORDER BY c.room, c.seq`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var status int
		var text string
		var c loggedComment
		if err := rows.Scan(&id, &status, &text, &c.seq, &c.decided); err != nil {
			return nil, err
		}
		c.id, c.number = idText.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(id))), number([]byte(text))
		c.status = []string{"", "shown", "held", "refused", "removed"}[status]
		list = append(list, c)
	}
	return list, rows.Err()
}

// gapsIn counts the missing event numbers of a room.
func gapsIn(ctx context.Context, db *sql.DB) (n int, err error) {
	err = db.QueryRowContext(ctx, "SELECT COALESCE(SUM(missing), 0) FROM (SELECT MAX(seq) - COUNT(*) AS missing FROM events GROUP BY room)").Scan(&n)
	return n, err
}

// dumpOf returns a hash of all events, comments, actions, bans and links of a database without
// the numbers that each machine assigns itself: those of rooms and of users. It omits when a
// link was last used, because machines exchange that only from time to time.
func dumpOf(ctx context.Context, db *sql.DB) (string, error) {
	sum := sha256.New()
	for _, table := range []string{"events", "comments", "acts", "bans", "links"} {
		columns, err := columnsOf(ctx, db, table)
		if err != nil {
			return "", err
		}
		rows, err := db.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %s t ORDER BY 1", strings.Join(columns, " || '|' || "), table))
		if err != nil {
			return "", fmt.Errorf("%s: %w", table, err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return "", errors.Join(err, rows.Close())
			}
			fmt.Fprintln(sum, table, line)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}

func columnsOf(ctx context.Context, db *sql.DB, table string) (list []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		switch {
		case name == "room":
			list = append(list, "COALESCE((SELECT name FROM rooms WHERE id = t.room), '')")
		case name == "user" && table == "comments":
			list = append(list, "COALESCE((SELECT name FROM users WHERE id = t.user), '')")
		case name == "used":
		default:
			list = append(list, "COALESCE(quote(t."+name+"), '')")
		}
	}
	return list, rows.Err()
}

// longest returns the longest time of a trouble without an acknowledged comment, and the
// latest acknowledgement of a phone whose connection lived, and of any phone.
func (s *clusterTrial) longest(c *trouble) (silence, afterFirst, latest time.Duration) {
	last := c.began
	for _, a := range s.ledger.acks {
		if a.at.Before(c.began) {
			continue
		}
		if a.at.After(c.over) {
			break
		}
		silence, last = max(silence, a.at.Sub(last)), a.at
		if latest = max(latest, a.took); !a.moved {
			afterFirst = max(afterFirst, a.took)
		}
	}
	return max(silence, c.over.Sub(last)), afterFirst, latest
}

// verdict compares the databases with the clients' answers.
type verdict struct {
	lost, doubled, order, contradicted, gaps int
	examples                                 []string // of decisions
	equal                                    bool
	expected                                 []string // of an overlay
}

// verdictOf compares the databases with each other and with the ledger.
func (s *clusterTrial) verdictOf(ctx context.Context) (v verdict, err error) {
	var dumps []string
	for i, n := range s.nodes {
		db, err := openLog(n.data)
		if err != nil {
			return v, err
		}
		list, err := loggedIn(ctx, db)
		var gaps int
		var dump string
		if err == nil {
			gaps, err = gapsIn(ctx, db)
		}
		if err == nil {
			dump, err = dumpOf(ctx, db)
		}
		if err = errors.Join(err, db.Close()); err != nil {
			return v, fmt.Errorf("%s: %w", n.name, err)
		}
		dumps = append(dumps, dump)
		one := verdict{gaps: gaps}
		s.weigh(&one, list)
		v.worse(one)
		if i == 0 {
			for _, c := range list {
				if c.status == "shown" {
					v.expected = append(v.expected, c.id)
				}
			}
		}
	}
	v.equal = !slices.ContainsFunc(dumps, func(d string) bool { return d != dumps[0] })
	return v, nil
}

// worse merges the worse result of two machines.
func (v *verdict) worse(o verdict) {
	v.lost, v.doubled, v.order = max(v.lost, o.lost), max(v.doubled, o.doubled), max(v.order, o.order)
	v.gaps = max(v.gaps, o.gaps)
	if o.contradicted > v.contradicted {
		v.contradicted, v.examples = o.contradicted, o.examples
	}
}

// weigh compares one machine's comments with the ledger.
func (s *clusterTrial) weigh(v *verdict, list []loggedComment) {
	byID := map[string]loggedComment{}
	numbers := map[int]int{}
	for _, c := range list {
		byID[c.id] = c
		if numbers[c.number]++; numbers[c.number] > 1 {
			v.doubled++
		}
	}
	for id, n := range s.ledger.byID {
		if c, ok := byID[id]; !ok || c.number != n {
			v.lost++
		}
	}
	for _, ids := range s.ledger.byPhone {
		for i := 1; i < len(ids); i++ {
			if byID[ids[i]].seq <= byID[ids[i-1]].seq {
				v.order++
			}
		}
	}
	for id, told := range s.ledger.decisions {
		if c := byID[id]; told[0] != told[1] || told[0] != c.status || c.decided != 1 {
			if v.contradicted++; v.contradicted <= 3 {
				v.examples = append(v.examples, fmt.Sprintf("of %s the moderators were told %q and %q; it is %s after %d decisions", id, told[0], told[1], c.status, c.decided))
			}
		}
	}
}

// report writes the table. Errors: the broken promises.
func (s *clusterTrial) report(ctx context.Context, out io.Writer, screens []*clusterScreen) error {
	v, err := s.verdictOf(ctx)
	if err != nil {
		return err
	}
	l := &s.ledger
	slices.SortFunc(l.acks, func(a, b ackNote) int { return a.at.Compare(b.at) })
	v.doubled += l.dup
	var broken []error
	promise := func(kept bool, format string, args ...any) {
		if !kept {
			broken = append(broken, fmt.Errorf(format, args...))
		}
	}
	front := "without nginx"
	if s.front != "" {
		front = "every other phone over nginx"
	}
	fmt.Fprintf(out, "%d machines, %d edges, %d phones (%s), %d overlays, %d comments a second\n\n", machinesOfTrial, s.edges, s.phones, front, len(screens), s.rate)
	fmt.Fprintln(out, "| | |\n|---|---|")
	equal := "yes"
	if !v.equal {
		equal = "no"
	}
	for _, row := range []struct {
		name string
		n    any
	}{
		{"acknowledged comments", len(l.byID)}, {"lost", v.lost}, {"doubled", v.doubled}, {"order errors", v.order}, {"numbers left out", v.gaps},
		{"answers that say to send it again", l.waits.Load()}, {"held comments, approved and refused at once", len(l.decisions)}, {"decisions that contradict each other", v.contradicted},
		{"connections cut by machines that lived", l.disconnected}, {fmt.Sprintf("the %d databases are equal", len(s.nodes)), equal},
	} {
		fmt.Fprintf(out, "| %s | %v |\n", row.name, row.n)
	}
	promise(len(l.byID) > 0, "nothing was acknowledged")
	promise(v.lost == 0 && v.doubled == 0, "the logs lost %d and doubled %d", v.lost, v.doubled)
	promise(v.order == 0 && v.gaps == 0, "%d comments are out of order, %d numbers are left out", v.order, v.gaps)
	promise(v.contradicted == 0, "%d decisions contradict each other", v.contradicted)
	promise(l.disconnected == 0, "%d connections were cut by machines that lived", l.disconnected)
	promise(v.equal, "the databases differ")
	for _, f := range append(v.examples, l.failed...) {
		broken = append(broken, errors.New(f))
	}
	fmt.Fprintln(out, "\n| overlay | comments | missing | doubled | out of order | resumed | not resumed |\n|---|---|---|---|---|---|---|")
	for i, sc := range screens {
		missing, doubled := sc.against(v.expected)
		fmt.Fprintf(out, "| %d | %d | %d | %d | %d | %d | %d |\n", i+1, len(sc.ids), missing, doubled, sc.disorder, sc.resumed, sc.fresh)
		promise(missing == 0 && doubled == 0 && sc.disorder == 0 && sc.fresh == 0, "overlay %d misses %d, got %d twice and %d out of order", i+1, missing, doubled, sc.disorder)
	}
	fmt.Fprintln(out, "\n| trouble | longest without an acknowledgement | of it after the return | at most | latest answer, phones that stayed | latest, all |\n|---|---|---|---|---|---|")
	var calm, calmAfterFirst, calmLatest time.Duration
	for _, c := range s.calms {
		silence, afterFirst, latest := s.longest(c)
		calm, calmAfterFirst, calmLatest = max(calm, silence), max(calmAfterFirst, afterFirst), max(calmLatest, latest)
	}
	fmt.Fprintf(out, "| none, all machines are there | %.2f s | | | %.2f s | %.2f s |\n", calm.Seconds(), calmAfterFirst.Seconds(), calmLatest.Seconds())
	for _, c := range s.cases {
		silence, afterFirst, latest := s.longest(c)
		after := *c
		after.began = c.back
		again, _, _ := s.longest(&after)
		fmt.Fprintf(out, "| %s | %.2f s | %.2f s | %.1f s | %.2f s | %.2f s |\n", c.name, silence.Seconds(), again.Seconds(), c.most.Seconds(), afterFirst.Seconds(), latest.Seconds())
		promise(silence <= c.most, "%s: nothing was acknowledged for %v", c.name, round(silence))
	}
	if len(l.moves) > 0 {
		slices.Sort(l.moves)
		fmt.Fprintf(out, "\n%d times a phone went on to another machine: greeted there within %v in the median, %v at the most.\n", len(l.moves), round(l.moves[len(l.moves)/2]), round(l.moves[len(l.moves)-1]))
	}
	return errors.Join(broken...)
}

// against counts the comments that an overlay misses, and those that it got twice.
func (sc *clusterScreen) against(want []string) (missing, doubled int) {
	seen := map[string]int{}
	for _, id := range sc.ids {
		if seen[id]++; seen[id] > 1 {
			doubled++
		}
	}
	for _, id := range want {
		if seen[id] == 0 {
			missing++
		}
	}
	return missing, doubled
}
