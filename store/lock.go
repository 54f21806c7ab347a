package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrServed is in the chain of [Lock]'s error when a server has the folder.
var ErrServed = errors.New("another danmaku server")

// errTaken is takeLock's error when another process has the lock.
var errTaken = errors.New("taken")

// commandMark precedes the process number in the lock file of a command.
const commandMark = "command "

// A command holds the lock only briefly: another program waits for it, and checks at
// intervals.
const (
	commandWait = 5 * time.Second
	lookEvery   = 20 * time.Millisecond
)

// Lock makes this process the one server of a data folder until the returned function is
// called or the process ends, however it ends. A second server gets [ErrServed] and advice:
// two servers would number the same rooms twice. Lock waits for a command that has the
// folder.
func Lock(dir string) (unlock func() error, err error) { return lock(dir, "") }

// LockCommand keeps servers away from a data folder while a command works on its database,
// until the returned function is called. [ErrServed] means that a server has the folder:
// the command must use that server. LockCommand waits for another command.
func LockCommand(dir string) (unlock func() error, err error) { return lock(dir, commandMark) }

func lock(dir, mark string) (unlock func() error, err error) {
	dir, err = makeFolder(dir)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, notWritable(dir, err)
	}
	err = takeLock(f)
	// A process that has just taken the lock has not written its line yet, so the line is
	// read twice before we conclude that a server has it.
	for looked, tries := false, commandWait/lookEvery; errors.Is(err, errTaken) && tries > 0; tries-- {
		if pid, command := holder(f); !command {
			if looked {
				defer f.Close()
				return nil, &FolderError{Kind: FolderServed, Path: dir, Cause: ErrServed, Holder: pid}
			}
			looked = true
		}
		time.Sleep(lookEvery)
		err = takeLock(f)
	}
	if errors.Is(err, errTaken) {
		err = errors.New("another command has it, and does not end")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data folder %s: %w", dir, withoutPath(err)), f.Close())
	}
	// The line is only for the messages above; without it the lock holds, too.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(mark+strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f.Close, nil
}

// holder returns the process that wrote the lock file, or 0, and whether it is a command.
func holder(f *os.File) (pid int, command bool) {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	line, command := strings.CutPrefix(strings.TrimSpace(string(b)), strings.TrimSpace(commandMark))
	pid, bad := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || bad != nil {
		return 0, command
	}
	return pid, command
}
