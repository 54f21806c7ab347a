package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// source is the commit that is built.
type source struct {
	version string // its tag, otherwise v0.0.0 with date and commit
	commit  string
	date    time.Time // of the commit, UTC
	dir     string    // with its files, and nothing else
}

// checkout writes the files of the repository's commit into dir. Uncommitted files are not
// part of a release.
func checkout(ctx context.Context, repository, dir string) (s source, err error) {
	said, err := output(ctx, repository, nil, "git", "log", "-1", "--format=%H %ct")
	if err != nil {
		return s, err
	}
	var seconds int64
	if _, err := fmt.Sscan(said, &s.commit, &seconds); err != nil {
		return s, fmt.Errorf("git says %q: %w", said, err)
	}
	s.date, s.dir = time.Unix(seconds, 0).UTC(), dir
	tags, err := output(ctx, repository, nil, "git", "tag", "--points-at", "HEAD", "--list", "v*", "--sort=-version:refname")
	if err != nil {
		return s, err
	}
	if s.version, err = versionOf(strings.Fields(tags), s.date, s.commit); err != nil {
		return s, err
	}
	files, err := output(ctx, repository, nil, "git", "archive", "--format=tar", "HEAD")
	if err != nil {
		return s, err
	}
	return s, untar(strings.NewReader(files), dir)
}

var versionTag = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

// versionOf returns the newest tag of a commit as the version. A commit without one gets a
// name that sorts before every release.
func versionOf(tags []string, date time.Time, commit string) (string, error) {
	if len(tags) == 0 {
		return fmt.Sprintf("v0.0.0-%s.%.12s", date.Format("20060102150405"), commit), nil
	}
	if !versionTag.MatchString(tags[0]) {
		return "", fmt.Errorf("the tag %s is not a version such as v1.2.3", tags[0])
	}
	return tags[0], nil
}

// untar writes the regular files of an archive into dir.
func untar(r io.Reader, dir string) error {
	root, err := openRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	files := tar.NewReader(r)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read an archive: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := writeFile(root, h.Name, files, h.FileInfo().Mode().Perm()|0o600); err != nil {
			return err
		}
	}
}

// openRoot creates a folder and returns a root that no name can escape.
func openRoot(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}

func writeFile(root *os.Root, name string, r io.Reader, mode os.FileMode) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// output runs a program in dir with additional variables and returns its output. Its standard
// error is in the error.
func output(ctx context.Context, dir string, environ []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environ...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, &errs)
	}
	return out.String(), nil
}
