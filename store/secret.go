package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// secretLen is the length of the server key in bytes.
const secretLen = 32

// Secret reads the server key of a data folder and creates it (and the folder) the first
// time. The key is beside the database, not in it, so that a copy of the database is not
// enough to forge a link or a cookie. Two programs that create it at once get the same key.
func Secret(dir string) ([]byte, error) {
	dir, err := makeFolder(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, secretFile)
	key, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeSecret(dir, path); err != nil {
		return nil, notWritable(dir, err)
	}
	return readSecret(path)
}

func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, &FolderError{Kind: FileUnreadable, Path: path, Cause: withoutPath(err)}
	}
	defer f.Close()
	if err := restrictToOwner(f); err != nil {
		return nil, err
	}
	key, err := io.ReadAll(io.LimitReader(f, secretLen+1))
	if err != nil {
		return nil, &FolderError{Kind: FileUnreadable, Path: path, Cause: withoutPath(err)}
	}
	if len(key) != secretLen {
		return nil, &FolderError{Kind: FileNotKey, Path: path}
	}
	return key, nil
}

// makeSecret puts a complete key in place atomically: it writes the key to another file and
// links that to its name, which fails if another program was faster. On a file system
// without links it creates the name first.
func makeSecret(dir, path string) error {
	key := make([]byte, secretLen)
	rand.Read(key) // never fails
	tmp, err := os.CreateTemp(dir, secretFile+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := writeAll(tmp, key); err != nil {
		return err
	}
	err = os.Link(tmp.Name(), path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return writeAll(f, key)
}

// PutSecret writes the server key of another data folder into this one, for machines that
// run as one. It replaces the existing key.
func PutSecret(dir string, key []byte) error {
	if len(key) != secretLen {
		return fmt.Errorf("put a server key into %s: it must be %d bytes, and is %d", dir, secretLen, len(key))
	}
	dir, err := makeFolder(dir)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, secretFile+".*")
	if err != nil {
		return notWritable(dir, err)
	}
	err = writeAll(f, key)
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, secretFile))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("put a server key into %s: %w", dir, err), os.Remove(f.Name()))
	}
	return nil
}

// writeAll writes, syncs and closes a file.
func writeAll(f *os.File, b []byte) error {
	_, err := f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
