//go:build !nocluster

package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/cluster"
	"danmaku/comment"
	"danmaku/freeport"
	"danmaku/room"
	"danmaku/store"
)

// machine is one machine of a cluster: its folder, and what runs there.
type machine struct {
	t       *testing.T
	dir     string
	db      *store.Store
	cluster *cluster.Cluster
	version int // of its program; 0 means this program's
}

// listen finds an address with two consecutive free ports.
func listen(t *testing.T) string {
	t.Helper()
	address, err := freeport.Next(2)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// startClusterOfOne makes a cluster of one machine, with a room.
func startClusterOfOne(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, dir: t.TempDir()}
	secret, err := store.Secret(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	db := openStore(t, m.dir)
	if _, err := db.AddRoom(t.Context(), room.New("live"), nil); err != nil {
		t.Fatal(err)
	}
	log, err := cluster.Found(boundedContext(t), m.dir, "n1", listen(t), secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.JoinLog(t.Context(), log, 0); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

// start opens a machine's database and its cluster.
func (m *machine) start() {
	m.t.Helper()
	if err := m.open(); err != nil {
		m.t.Fatal(err)
	}
}

// open is start for any goroutine.
func (m *machine) open() error {
	secret, err := store.Secret(m.dir)
	if err != nil {
		return err
	}
	c, err := cluster.Open(boundedContext(m.t), m.dir, secret, nil)
	if err != nil {
		return err
	}
	if m.db, err = store.Open(m.t.Context(), store.Options{Dir: m.dir, Held: true, Member: c.Log().Name()}); err != nil {
		c.Close()
		return err
	}
	m.cluster = c
	if m.version != 0 {
		c.Log().SetVersion(m.version)
	}
	m.t.Cleanup(m.stop)
	if err := c.Check(boundedContext(m.t), database{m.db}); err != nil {
		return err
	}
	if err := m.db.Replicate(m.t.Context(), m.cluster.Log()); err != nil {
		return err
	}
	return c.Start(cluster.Deps{
		DB: database{m.db}, Schema: 7, Copy: m.db.MemberCopy, Silence: silence,
		Handle: func(context.Context, []byte) ([]byte, bool) { return []byte(c.Name()), false },
	})
}

// openAll opens machines that wait for each other.
func openAll(t *testing.T, list []*machine) {
	t.Helper()
	var all sync.WaitGroup
	errs := make([]error, len(list))
	for i, m := range list {
		all.Go(func() { errs[i] = m.open() })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// stop stops everything on the machine.
func (m *machine) stop() {
	if m.cluster == nil {
		return
	}
	m.cluster.Leave()
	if err := m.db.Close(context.Background()); err != nil {
		m.t.Error(err)
	}
	m.cluster.Close()
	m.cluster = nil
}

// joining returns the configuration with which another machine joins m.
func (m *machine) joining(name string) cluster.Joining {
	m.t.Helper()
	invitation, err := cluster.Invite(m.dir, 1, time.Now().Add(time.Hour))
	if err != nil {
		m.t.Fatal(err)
	}
	dir := m.t.TempDir()
	return cluster.Joining{
		Dir: dir, Invitation: invitation, Name: name, Listen: listen(m.t), Schema: 7,
		Put: func(_ context.Context, secret []byte, file string) error {
			return errors.Join(os.WriteFile(store.KeyFile(dir), secret, 0o600), store.PutMemberCopy(dir, file))
		},
	}
}

// joinMachine makes another machine join, and starts it.
func (m *machine) joinMachine(name string) *machine {
	m.t.Helper()
	j := m.joining(name)
	if _, err := cluster.Join(boundedContext(m.t), j); err != nil {
		m.t.Fatal(err)
	}
	other := &machine{t: m.t, dir: j.Dir}
	other.start()
	return other
}

// appendComment writes a comment through a machine's database, as the home does.
func (m *machine) appendComment(text string) {
	m.t.Helper()
	ctx := boundedContext(m.t)
	ev := room.Event{Room: "live", At: noon, Kind: room.KindComment, Entry: room.Entry{Ref: text}, Comment: comment.Comment{
		ID: comment.NewID(noon, uint32(len(text)+int(text[0])*256)), At: noon, Text: text, User: "u",
	}}
	for {
		_, err := m.db.Append(ctx, ev)
		if err == nil {
			return
		}
		if !errors.Is(err, room.ErrBusy) {
			m.t.Fatal(err)
		}
	}
}

// awaitTexts waits until a machine has n comments, and returns them.
func (m *machine) awaitTexts(n int) string {
	m.t.Helper()
	ctx := boundedContext(m.t)
	for tick := time.Tick(2 * time.Millisecond); ; <-tick {
		events, err := m.db.Since(ctx, "live", 0, 100)
		if err != nil {
			m.t.Fatal(err)
		}
		if len(events) >= n {
			var list []string
			for _, ev := range events {
				list = append(list, ev.Comment.Text)
			}
			return strings.Join(list, " ")
		}
	}
}

// awaitStatus waits until a machine's view of the cluster satisfies right.
func (m *machine) awaitStatus(what string, right func(cluster.Status) bool) cluster.Status {
	m.t.Helper()
	ctx := boundedContext(m.t)
	for tick := time.Tick(10 * time.Millisecond); ; <-tick {
		s, err := cluster.AskStatus(ctx, m.dir)
		if err == nil && right(s) {
			return s
		}
		if ctx.Err() != nil {
			m.t.Fatalf("%s: %+v, %v", what, s, err)
		}
	}
}

func countUp(s cluster.Status) (n int) {
	for _, m := range s.Machines {
		if m.Up {
			n++
		}
	}
	return n
}

// A cluster begins with one machine that has rooms, works alone, also after a restart, and
// grows to three; then one may die.
func TestFromOneMachineToThree(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	one.appendComment("a")
	one.stop()
	one.start()
	one.appendComment("b")
	two := one.joinMachine("n2")
	if got := two.awaitTexts(2); got != "a b" {
		t.Errorf("the second machine has %q", got)
	}
	one.appendComment("c")
	three := two.joinMachine("n3") // every machine admits others
	s := one.awaitStatus("three machines and copies", func(s cluster.Status) bool { return s.Copies == 3 && countUp(s) == 3 && s.Home != "" })
	if s.Log == "" || s.Leader == "" || s.From != "n1" || len(s.Machines) != 3 || s.Position != 3 {
		t.Errorf("%+v", s)
	}
	one.appendComment("d")
	for _, m := range []*machine{two, three} {
		if got := m.awaitTexts(4); got != "a b c d" {
			t.Errorf("%s has %q", m.dir, got)
		}
	}
	// The log has completed their configurations.
	for _, m := range []*machine{one, two, three} {
		for ctx, tick := boundedContext(t), time.Tick(10*time.Millisecond); ; <-tick {
			c, err := cluster.ReadConfig(m.dir)
			if err != nil || ctx.Err() != nil {
				t.Fatalf("%+v, %v", c, err)
			}
			if len(c.Peers) == 3 {
				break
			}
		}
	}
	one.stop()
	s = two.awaitStatus("the first machine is away", func(s cluster.Status) bool { return countUp(s) == 2 && s.Leader != "" })
	if s.Copies > 2 {
		t.Errorf("a machine that is away counts as a copy: %+v", s)
	}
	two.appendComment("e")
	if got := three.awaitTexts(5); got != "a b c d e" {
		t.Errorf("without the first machine: %q", got)
	}
	if m := s.Machines[len(s.Machines)-1]; m.Name != "n1" || m.Up || m.Address == "" {
		t.Errorf("the machine that is away: %+v", m)
	}
	one.start()
	if got := one.awaitTexts(5); got != "a b c d e" {
		t.Errorf("back again: %q", got)
	}
	// While one machine is down, the others answer for it.
	one.stop()
	if s := one.awaitStatus("asked elsewhere", func(s cluster.Status) bool { return countUp(s) == 2 }); s.From == "n1" {
		t.Errorf("a machine that does not run has answered: %+v", s)
	}
	// It leaves for good, and two continue.
	if err := cluster.Expel(boundedContext(t), one.dir, "n2"); !errors.Is(err, cluster.ErrRuns) {
		t.Errorf("a machine that runs was taken off: %v", err)
	}
	if err := cluster.Expel(boundedContext(t), one.dir, "n9"); !errors.Is(err, cluster.ErrNoMachine) {
		t.Errorf("a machine that is none: %v", err)
	}
	if err := cluster.Expel(boundedContext(t), one.dir, "n1"); err != nil {
		t.Fatal(err)
	}
	two.awaitStatus("two are left", func(s cluster.Status) bool { return len(s.Machines) == 2 && s.Copies == 1 })
	three.appendComment("f")
	if got := two.awaitTexts(6); got != "a b c d e f" {
		t.Errorf("two machines: %q", got)
	}
	four := two.joinMachine("n4")
	two.awaitStatus("three again", func(s cluster.Status) bool { return s.Copies == 3 && countUp(s) == 3 })
	if got := four.awaitTexts(6); got != "a b c d e f" {
		t.Errorf("the new machine has %q", got)
	}
}

// Machines that do not belong in are refused, with the reason.
func TestRefusedJoins(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	other := startClusterOfOne(t)
	other.start()
	refused := func(what string, want error, j cluster.Joining) {
		t.Helper()
		_, err := cluster.Join(boundedContext(t), j)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if cluster.Configured(j.Dir) {
			t.Errorf("%s: the machine believes that it is a member", what)
		}
		if err != nil && len(j.Invitation) > 20 && strings.Contains(err.Error(), j.Invitation[4:20]) {
			t.Errorf("%s: the error contains the invitation", what)
		}
	}
	j := one.joining("n2")
	for what, text := range map[string]string{
		"nothing": "", "no invitation": "dm1-AAAA", "one letter less": j.Invitation[:len(j.Invitation)-1],
		"another mark": "dm9-" + j.Invitation[4:], "one letter changed": j.Invitation[:20] + flip(j.Invitation[20]) + j.Invitation[21:],
	} {
		bad := j
		if bad.Invitation = text; text == "" {
			bad.Invitation = "dm1-"
		}
		refused(what, cluster.ErrNoInvitation, bad)
	}
	older := j
	older.Schema = 6
	refused("an older program", cluster.ErrOlder, older)
	taken := j
	taken.Name = "n1"
	refused("a name that another one has", cluster.ErrNameTaken, taken)
	if _, err := cluster.Join(boundedContext(t), j); err != nil {
		t.Errorf("the refusals used the invitation up: %v", err)
	}
	again := one.joining("n3")
	again.Invitation = j.Invitation
	refused("the same invitation again", cluster.ErrUsed, again)
	stale := one.joining("n3")
	var err error
	if stale.Invitation, err = cluster.Invite(one.dir, 1, time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	refused("an invitation of yesterday", cluster.ErrStale, stale)
	unknown := one.joining("n3")
	for _, f := range glob(t, filepath.Join(one.dir, "cluster", "invitations", "*")) {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	refused("an invitation that nobody knows", cluster.ErrWrongToken, unknown)
	// Another cluster's machine answers at the address.
	one.stop()
	mine, err := cluster.ReadConfig(one.dir)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := cluster.ReadConfig(other.dir)
	if err != nil {
		t.Fatal(err)
	}
	nobody := one.joining("n3")
	refused("nobody answers", cluster.ErrUnreachable, nobody)
	other.stop()
	moveAddress(t, other.dir, theirs.Listen, mine.Listen)
	other.start()
	refused("another cluster answers", cluster.ErrOtherCluster, nobody)
	if _, err := cluster.Join(boundedContext(t), cluster.Joining{Dir: one.dir}); !errors.Is(err, cluster.ErrAlready) {
		t.Errorf("a member joins: %v", err)
	}
	if _, err := cluster.Found(boundedContext(t), one.dir, "n1", listen(t), nil); !errors.Is(err, cluster.ErrAlready) {
		t.Errorf("a member makes a cluster: %v", err)
	}
}

func flip(b byte) string {
	if b == 'A' {
		return "B"
	}
	return "A"
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("%s: %v, %v", pattern, list, err)
	}
	return list
}

// moveAddress changes the address where a machine listens.
func moveAddress(t *testing.T, dir, from, to string) {
	t.Helper()
	path := filepath.Join(dir, "cluster", "config.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(data), from, to)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Only the owner can read a machine's files of the cluster.
func TestOnlyTheOwnerReadsFilesOfACluster(t *testing.T) {
	one := startClusterOfOne(t)
	one.joining("n2")
	err := filepath.WalkDir(filepath.Join(one.dir, "cluster"), func(path string, d os.DirEntry, err error) error {
		if err != nil || strings.Contains(path, filepath.Join("cluster", "log")) && path != filepath.Join(one.dir, "cluster", "log") {
			return err // within a private folder
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			return fmt.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A machine with another secret.key is refused, since links of one would be invalid on the
// other.
func TestAnotherSecretIsRefused(t *testing.T) {
	one := startClusterOfOne(t)
	if err := os.WriteFile(store.KeyFile(one.dir), []byte(strings.Repeat("x", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := one.open(); !errors.Is(err, cluster.ErrOtherSecret) {
		t.Errorf("started: %v", err)
	}
}

// A machine that was away for longer than the log reaches back gets an error, and continues
// with a copy of another one's database. One whose database is ahead of the log does not
// start.
func TestAMachineAwayForLongerThanTheLog(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	two := one.joinMachine("n2")
	two.stop()
	one.appendComment("a")
	one.appendComment("b")
	if err := one.cluster.Log().Empty(boundedContext(t)); err != nil {
		t.Fatal(err)
	}
	if err := two.open(); !errors.Is(err, cluster.ErrGone) {
		t.Fatalf("started: %v", err)
	}
	two.stop()
	file, err := cluster.FetchCopy(boundedContext(t), two.dir, 7)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.PutMemberCopy(two.dir, file); err != nil {
		t.Fatal(err)
	}
	two.start()
	one.appendComment("c")
	if got := two.awaitTexts(3); got != "a b c" {
		t.Errorf("it has %q", got)
	}
	if left, err := filepath.Glob(filepath.Join(one.dir, "cluster", "copy*")); err != nil || len(left) > 0 {
		t.Errorf("the copy that was sent is left: %v, %v", left, err)
	}

	two.stop()
	db := openStore(t, two.dir)
	if err := db.JoinLog(t.Context(), one.cluster.Log().Name(), 99); err != nil {
		t.Fatal(err)
	}
	if err := two.open(); !errors.Is(err, cluster.ErrAhead) {
		t.Errorf("ahead of the log: %v", err)
	}
	two.stop()
	one.stop()
	if _, err := cluster.FetchCopy(boundedContext(t), two.dir, 7); !errors.Is(err, cluster.ErrUnreachable) {
		t.Errorf("a copy of nobody: %v", err)
	}
}

// A machine that starts while most of the others are away logs that it waits for them.
func TestAStartThatWaitsSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancelCause(boundedContext(t))
	said := errors.New("it has said so")
	log := slog.New(slog.NewTextHandler(writerFunc(func(line []byte) (int, error) {
		if strings.Contains(string(line), "most of the machines of the cluster have to run") {
			cancel(said)
		}
		return len(line), nil
	}), nil))
	own := listen(t)
	n, err := cluster.Start(cluster.Options{Name: "n1", Dir: t.TempDir(), Listen: own, Peers: []string{own, listen(t), listen(t)}, Key: "secret", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	n.SetSayAfter(0)
	if _, err := n.OpenLog(ctx, "house", 3); err == nil || context.Cause(ctx) != said {
		t.Errorf("opened: %v, %v", err, context.Cause(ctx))
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A machine that was removed from the list, since it seemed gone for good, does not come
// back when it is started again; it leaves, and joins again under its name.
func TestARemovedMachineStaysOut(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	two := one.joinMachine("n2")
	three := one.joinMachine("n3")
	one.awaitStatus("on three", func(s cluster.Status) bool { return s.Copies == 3 && countUp(s) == 3 && s.Home != "" })
	one.appendComment("a")
	two.stop()
	one.awaitStatus("it is away", func(s cluster.Status) bool { return countUp(s) == 2 })
	one.cluster.Membership().Forget() // after a moment of slowness it knows no others
	three.cluster.Membership().Forget()
	if err := cluster.Expel(boundedContext(t), one.dir, "n3"); !errors.Is(err, cluster.ErrRuns) {
		t.Fatalf("one that is up is taken off: %v", err)
	}
	one.cluster.Membership().Forget()
	three.cluster.Membership().Forget()
	if err := cluster.Expel(boundedContext(t), one.dir, "n2"); err != nil {
		t.Fatal(err)
	}
	if err := two.open(); !errors.Is(err, cluster.ErrExpelled) {
		t.Fatalf("it starts again: %v", err)
	}
	if err := cluster.Expel(boundedContext(t), two.dir, "n2"); !errors.Is(err, cluster.ErrNoMachine) {
		t.Errorf("it leaves: %v", err)
	}
	one.awaitStatus("it is not listed", func(s cluster.Status) bool { return len(s.Machines) == 2 })
	again := one.joinMachine("n2")
	if got := again.awaitTexts(1); got != "a" {
		t.Errorf("after joining again it has %q", got)
	}
	one.appendComment("b")
	again.stop()
	again.start() // it may come back now
	if got := again.awaitTexts(2); got != "a b" {
		t.Errorf("started again it has %q", got)
	}
}

// Of two machines neither can be removed while it is away, since the other one is no
// majority: that is an error, and the cluster is unchanged.
func TestOneOfTwoMachinesCannotRemoveTheOther(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	two := one.joinMachine("n2")
	one.appendComment("a")
	one.awaitStatus("both are up", func(s cluster.Status) bool { return countUp(s) == 2 && len(s.Machines) == 2 })
	two.stop()
	one.awaitStatus("it is away", func(s cluster.Status) bool { return countUp(s) == 1 })
	if err := cluster.Expel(boundedContext(t), one.dir, "n2"); !errors.Is(err, cluster.ErrMinority) {
		t.Errorf("it is taken off: %v", err)
	}
	two.start()
	one.appendComment("b")
	if got := two.awaitTexts(2); got != "a b" {
		t.Errorf("back again it has %q", got)
	}
}
