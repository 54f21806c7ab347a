package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrServed is in the chain of what [Lock] says when a server has the folder.
var ErrServed = errors.New("another danmaku server")

// errTaken is what takeLock says when another process has the lock.
var errTaken = errors.New("taken")

// Lock makes this process the one server of a data folder until the returned
// function is called or the process ends, however it ends. Commands that only
// read or change settings need no lock. A second server gets [ErrServed] and
// what to do: two of them would number the same rooms twice.
func Lock(dir string) (unlock func() error, err error) {
	dir, err = makeFolder(dir)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, notWritable(dir, err)
	}
	err = takeLock(f)
	if errors.Is(err, errTaken) {
		defer f.Close()
		return nil, fmt.Errorf("%w%s already uses the data folder %s; "+
			"danmaku open shows its console. To start another, stop it or name another folder with --data", ErrServed, holder(f), dir)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data folder %s: %w", dir, cause(err)), f.Close())
	}
	// The number is only for the message above; without it the lock holds too.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f.Close, nil
}

// holder names the process that wrote the lock file, when it can be read.
func holder(f *os.File) string {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	if pid, bad := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && bad == nil {
		return fmt.Sprintf(" (process %d)", pid)
	}
	return ""
}
