package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// tryImage builds the container's image around a program with buildah, sends a comment
// through it and runs its health check.
func tryImage(ctx context.Context, archive string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	dir, err := os.MkdirTemp("", "danmaku-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	folder, err := unpack(archive, dir)
	if err != nil {
		return err
	}
	stage := filepath.Join(dir, "stage")
	if err := os.MkdirAll(filepath.Join(stage, "out", "data"), 0o755); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(folder, "danmaku"), filepath.Join(stage, "out", "danmaku")); err != nil {
		return err
	}
	// A separate store, so that nothing is left behind.
	buildah := []string{"buildah", "--storage-driver", "vfs", "--root", filepath.Join(dir, "images"), "--runroot", filepath.Join(dir, "run")}
	run := func(args ...string) (string, error) {
		return output(ctx, "", nil, buildah[0], append(buildah[1:], args...)...)
	}
	const name = "danmaku-check"
	if _, err := run("build", "--isolation", "chroot", "--format", "docker", "-f", "deploy/Dockerfile", "--build-context", "build="+stage, "-t", name, "deploy"); err != nil {
		return err
	}
	if _, err := run("from", "--name", name, name); err != nil {
		return err
	}
	defer func() {
		_, removed := run("rm", name)
		err = errors.Join(err, removed)
	}()
	inside := append(buildah, "run", "--isolation", "chroot", name, "--", "/danmaku")
	p, err := startProgram(ctx, "", nil, inside, true)
	if err != nil {
		return err
	}
	err = carry(ctx, p)
	if err == nil {
		_, err = run("run", "--isolation", "chroot", name, "--", "/danmaku", "health")
	}
	_ = p.stop() // buildah forwards the signal, and then exits with 1 itself
	return err
}

// image returns the result of the container's image, or why it was not tried.
func image(ctx context.Context, archive string) (string, error) {
	if _, err := exec.LookPath("buildah"); err != nil {
		return "skipped: there is no buildah; Debian: apt-get install buildah", nil
	}
	if os.Geteuid() != 0 {
		return "skipped: buildah is tried as root alone", nil
	}
	return "passed in a container: a comment reached the overlay's socket, and the health check is content", tryImage(ctx, archive)
}

// goVersions returns the versions of Go in workflows, go.mod and the Dockerfile, by file:
// tests and releases must use the same one.
func goVersions(dir string) (map[string]string, error) {
	found := map[string]string{}
	named := regexp.MustCompile(`(?m)(?:^toolchain go|GOTOOLCHAIN: go|go-version: "?|FROM golang:|with Go |and Go )(\d+\.\d+\.\d+)`)
	names := []string{"go.mod", "deploy/Dockerfile", "docs/dev/releases.md"}
	workflows, err := fs.Glob(os.DirFS(dir), ".github/workflows/*.yml")
	if err != nil {
		return nil, err
	}
	for _, name := range append(names, workflows...) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		for _, m := range named.FindAllSubmatch(text, -1) {
			version := string(m[1])
			if found[name] != "" && found[name] != version {
				return nil, fmt.Errorf("%s names Go %s and %s", name, found[name], version)
			}
			found[name] = version
		}
		if bytes.Contains(text, []byte("setup-go@")) && found[name] == "" && !bytes.Contains(text, []byte("go-version-file: go.mod")) {
			return nil, fmt.Errorf("%s names no version of Go", name)
		}
	}
	return found, nil
}
