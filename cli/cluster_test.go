//go:build !nocluster

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/cluster"
	"danmaku/config"
	"danmaku/store"
)

// A cluster command that cannot run refuses in every language, says what to do, and changes
// nothing.
func TestWhatAClusterCommandRefuses(t *testing.T) {
	empty := t.TempDir()
	missing := filepath.Join(empty, "missing")
	rooms := t.TempDir()
	db, err := store.Open(t.Context(), store.Options{Dir: rooms})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	served := t.TempDir()
	unlock, err := store.Lock(served)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unlock() }()
	here := "--listen 127.0.0.1:1 "
	for _, c := range []struct {
		args string
		code int
		want config.Sentence
		with []any
	}{
		{"init --name N1 " + here + "--data " + empty, ExitUsage, badMachineName, []any{"N1"}},
		{"init --machines 0 " + here + "--data " + empty, ExitUsage, badMachines, []any{"0"}},
		{"init --for 1s " + here + "--data " + empty, ExitUsage, badFor, []any{"1s"}},
		{"init --listen :x --data " + empty, ExitUsage, badClusterPlace, []any{":x"}},
		{"init --listen 127.0.0.1:65535 --data " + empty, ExitUsage, badClusterPlace, []any{"127.0.0.1:65535"}},
		{"init --name a " + here + "--data " + served, ExitFailed, clusterServed, []any{served}},
		{"invite --data " + empty, ExitFailed, noCluster, []any{empty}},
		{"status --data " + empty, ExitFailed, noCluster, []any{empty}},
		{"leave --data " + empty, ExitFailed, noCluster, []any{empty}},
		{"alone --data " + empty, ExitFailed, noCluster, []any{empty}},
		{"join dm1-abc --name a --data " + empty, ExitFailed, notInvitation, nil},
		{"join dm1-abc --name a --data " + missing, ExitFailed, notInvitation, nil},
		{"join dm1-abc --name a --data " + rooms, ExitFailed, clusterHasRooms, []any{rooms}},
		{"join dm1-abc --name a --data " + served, ExitFailed, clusterServed, []any{served}},
	} {
		for lang, want := range map[string]string{
			"en": fmt.Sprintf(c.want.English, c.with...), "zh_CN.UTF-8": fmt.Sprintf(c.want.Chinese, c.with...), "ja_JP.UTF-8": fmt.Sprintf(c.want.Japanese, c.with...),
		} {
			code, out, errs := runCommand(t, []string{"LANG=" + lang}, append([]string{"cluster"}, strings.Fields(c.args)...)...)
			if code != c.code || out != "" || errs != "danmaku: "+want+"\n" {
				t.Errorf("%s in %s: %d, %q, %q; want %q", c.args, lang, code, out, errs, want)
			}
		}
	}
	if exists(missing) {
		t.Error("a broken invitation made a data folder")
	}
	for _, dir := range []string{empty, rooms, served} {
		if _, err := os.Stat(filepath.Join(dir, "cluster")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s has a cluster: %v", dir, err)
		}
	}
}

// Every error of package cluster that a user can meet has a sentence in every language.
func TestErrorsOfTheClusterAreSaidInEveryLanguage(t *testing.T) {
	for _, err := range []error{
		cluster.ErrAlready, cluster.ErrNoInvitation, cluster.ErrOtherCluster, cluster.ErrWrongToken, cluster.ErrStale, cluster.ErrUsed,
		cluster.ErrOlder, cluster.ErrOtherSecret, cluster.ErrWitness, cluster.ErrExpelled, cluster.ErrMinority, cluster.ErrLost, cluster.ErrAhead, cluster.ErrAddress, cluster.ErrUnreachable,
	} {
		wrapped := fmt.Errorf("join the cluster: %w", err)
		fault, ok := spoken(wrapped).(*config.Fault)
		if !ok {
			t.Errorf("%v has no sentence", err)
			continue
		}
		if english, chinese, japanese := fault.In(config.English), fault.In(config.Chinese), fault.In(config.Japanese); english == chinese || english == japanese || chinese == japanese {
			t.Errorf("%v: %q, %q, %q", err, english, chinese, japanese)
		}
	}
	for _, err := range []error{nil, context.Canceled, store.ErrServed, several{context.Canceled}} {
		if fault := spokenCluster(err); fault != nil {
			t.Errorf("%v became %v", err, fault)
		}
	}
	taken := config.Localize(spokenJoin(fmt.Errorf("join the cluster: %w", cluster.ErrNameTaken), "studio"), config.Japanese)
	if want := fmt.Sprintf(nameTaken.Japanese, "studio"); taken != want {
		t.Errorf("a name that another machine has: %q, want %q", taken, want)
	}
}
