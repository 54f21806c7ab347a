package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"danmaku/config"
	"danmaku/store"
)

// backupName is the name of a copy: its local time.
const backupName = "danmaku-20060102-150405.db"

// backupNames matches the names that backupName makes, and no file that somebody else put
// there.
var backupNames = regexp.MustCompile(`^danmaku-\d{8}-\d{6}(-\d)?\.db$`)

// backupCommand is `danmaku backup`.
func backupCommand() command {
	return command{
		name: "backup", summary: "copy the database to a file or a folder, once or regularly", args: "TARGET",
		about: "Copies the database, also while the server runs. TARGET is a new file or a folder. In a\n" +
			"folder, each copy is named by its time and the oldest copies are deleted; secret.key is\n" +
			"kept beside them, because the links and cookies of a copy are invalid without it.\n" +
			"danmaku restore restores a copy.",
		flags: []flagInfo{
			{name: "every", value: "TIME", help: "copy again at this interval until stopped, such as 6h or 30m"},
			{name: "keep", value: "N", def: "14", help: "number of copies to keep in a folder; 0 = all"},
		},
		folder: true, run: backup,
	}
}

func backup(ctx context.Context, env Env, in input) error {
	keep, err := strconv.Atoi(in.value("keep"))
	if err != nil || keep < 0 {
		return config.Usage(badKeep, in.value("keep"))
	}
	target := in.args[0]
	info, err := os.Stat(target)
	folder := err == nil && info.IsDir() || os.IsPathSeparator(target[len(target)-1])
	every := time.Duration(0)
	if text := in.value("every"); text != "" {
		if every, err = time.ParseDuration(text); err != nil || every < time.Minute {
			return config.Usage(badEvery, text)
		}
		if !folder {
			return config.Usage(everyNeedsFolder, target)
		}
	}
	if !store.Exists(in.cfg.Data) {
		return dataMissing(in.cfg.Data)
	}
	if !folder {
		if err := copyDatabase(ctx, in.cfg, target); err != nil {
			return err
		}
		fmt.Fprintf(env.Out, "%s is a copy of the database. danmaku restore puts it back; keep %s of the data folder with it.\n", target, filepath.Base(store.KeyFile(in.cfg.Data)))
		return nil
	}
	if err := os.MkdirAll(target, 0o700); err != nil {
		return config.Faultf(backupFolder, err)
	}
	if every == 0 {
		return backupInto(ctx, env, in.cfg, target, keep)
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		// Try the next folder even if one fails.
		if err := backupInto(ctx, env, in.cfg, target, keep); err != nil && ctx.Err() == nil {
			fmt.Fprintln(env.Err, "danmaku: "+config.Localize(spoken(err), langIn(env)))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// backupInto makes one copy in a folder, with the key beside it, and deletes the oldest
// copies.
func backupInto(ctx context.Context, env Env, cfg config.Config, dir string, keep int) error {
	key, err := store.Secret(cfg.Data)
	if err != nil {
		return err
	}
	kept := store.KeyFile(dir)
	switch old, err := os.ReadFile(kept); {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.WriteFile(kept, key, 0o600); err != nil {
			return err
		}
	case err != nil:
		return err
	case !slices.Equal(old, key): // copies of two servers in one folder
		return config.Faultf(otherKey, kept)
	}
	file := filepath.Join(dir, time.Now().Format(backupName))
	for n := 2; exists(file) && n < 10; n++ { // several within a second
		file = filepath.Join(dir, strings.TrimSuffix(time.Now().Format(backupName), ".db")+fmt.Sprintf("-%d.db", n))
	}
	if err := copyDatabase(ctx, cfg, file); err != nil {
		return err
	}
	gone, err := deleteOldest(dir, keep)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "%s is a copy of the database", file)
	if gone > 0 {
		fmt.Fprintf(env.Out, "; older ones deleted: %d", gone)
	}
	fmt.Fprintln(env.Out, ".")
	return nil
}

// deleteOldest deletes the oldest copies beyond keep, and returns how many.
func deleteOldest(dir string, keep int) (gone int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil || keep == 0 {
		return 0, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && backupNames.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names) // by time
	for _, name := range names[:max(0, len(names)-keep)] {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}

// copyDatabase copies the database into a new file.
func copyDatabase(ctx context.Context, cfg config.Config, file string) error {
	db, _, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = db.Backup(ctx, file)
	return errors.Join(err, db.Close(context.WithoutCancel(ctx)))
}

// restoreCommand is `danmaku restore`.
func restoreCommand() command {
	return command{
		name: "restore", summary: "restore a copy of the database", args: "FILE",
		about: "Checks a copy that danmaku backup made and restores it into the data folder. Stop the\n" +
			"server first. The key of links and cookies comes from secret.key beside FILE; if there\n" +
			"is none, the data folder keeps its own.",
		flags: []flagInfo{
			{name: "key", value: "FILE", file: true, help: "the secret.key that belongs to the copy"},
			{name: "force", help: "also restore into a folder that holds data; moves that data aside"},
		},
		folder: true, run: restore,
	}
}

func restore(ctx context.Context, env Env, in input) error {
	file, key := in.args[0], in.value("key")
	if err := store.CheckBackup(ctx, file); err != nil {
		return err
	}
	if key == "" {
		if beside := store.KeyFile(filepath.Dir(file)); exists(beside) {
			key = beside
		}
	}
	if key == "" && !exists(store.KeyFile(in.cfg.Data)) {
		return config.Faultf(noKey, file)
	}
	unlock, err := store.LockCommand(in.cfg.Data)
	if errors.Is(err, store.ErrServed) {
		return config.Faultf(restoreServed, in.cfg.Data)
	}
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends anyway
	if inCluster(in.cfg.Data) {
		return config.Faultf(restoreMember, in.cfg.Data)
	}
	aside, err := store.Restore(in.cfg.Data, file, key, in.on("force"), time.Now())
	if errors.Is(err, store.ErrHasData) {
		return config.Faultf(restoreHasData, in.cfg.Data)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "%s is the database of %s now.\n", file, in.cfg.Data)
	if len(aside) > 0 {
		fmt.Fprintf(env.Out, "What was there is kept as %s.\n", strings.Join(aside, ", "))
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
