package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// toolsFile lists the third-party programs that build a release. They are not part of the
// build, so go.mod does not name them.
const toolsFile = "tools/release/tools.mod"

// goTool runs a program of toolsFile in the folder of the source.
func goTool(ctx context.Context, src source, name string, args ...string) error {
	// Built for this machine, whatever the target is.
	environ := []string{"GOFLAGS=-mod=readonly", "GOWORK=off", "CGO_ENABLED=0", fmt.Sprint("SOURCE_DATE_EPOCH=", src.date.Unix())}
	_, err := output(ctx, src.dir, environ, "go", append([]string{"tool", "-modfile=" + toolsFile, name}, args...)...)
	return err
}

// nfpm is the part of nfpm's configuration that we use; see
// https://nfpm.goreleaser.com/configuration. JSON is valid YAML.
type nfpm struct {
	Name          string            `json:"name"`
	Arch          string            `json:"arch"`
	Platform      string            `json:"platform"`
	Version       string            `json:"version"`
	VersionSchema string            `json:"version_schema"`
	Section       string            `json:"section"`
	Maintainer    string            `json:"maintainer"`
	Description   string            `json:"description"`
	Homepage      string            `json:"homepage,omitempty"`
	License       string            `json:"license"`
	ModTime       time.Time         `json:"mtime"`
	Contents      []nfpmFile        `json:"contents"`
	Scripts       map[string]string `json:"scripts"`
	RPM           map[string]string `json:"rpm"`
}

// nfpmFile is a file of a package.
type nfpmFile struct {
	Src  string `json:"src"`
	Dst  string `json:"dst"`
	Type string `json:"type,omitempty"` // "config|noreplace": kept when its owner changed it
	Info struct {
		Mode    fs.FileMode `json:"mode"`
		ModTime time.Time   `json:"mtime"`
	} `json:"file_info"`
}

// packages creates the .deb and the .rpm of a target for Linux in dist, and returns their
// names. entries are the files of its archive, without the program.
func packages(ctx context.Context, t target, src source, program string, entries []entry, dist, home string) ([]string, error) {
	work, err := os.MkdirTemp("", "danmaku-package-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	p := nfpm{
		Name: "danmaku", Arch: t.goarch, Platform: "linux", Version: strings.TrimPrefix(src.version, "v"), VersionSchema: "semver",
		Section: "net", Maintainer: "The authors of danmaku <danmaku@localhost>", License: "MIT", Homepage: home,
		Description: "live comments that fly over a stream\nOne program serves the overlay for OBS, the page for the audience's phones\nand the console for moderators.",
		ModTime:     src.date,
		Scripts:     map[string]string{"postinstall": filepath.Join(src.dir, "deploy/packages/postinstall.sh"), "preremove": filepath.Join(src.dir, "deploy/packages/preremove.sh")},
		RPM:         map[string]string{"buildhost": "localhost", "group": "Applications/Internet", "summary": "live comments that fly over a stream"},
	}
	add := func(from, to, kind string, mode fs.FileMode) {
		f := nfpmFile{Src: from, Dst: to, Type: kind}
		f.Info.Mode, f.Info.ModTime = mode, src.date
		p.Contents = append(p.Contents, f)
	}
	add(program, "/usr/bin/danmaku", "", 0o755)
	add(filepath.Join(src.dir, "deploy/danmaku.service"), "/usr/lib/systemd/system/danmaku.service", "", 0o644)
	add(filepath.Join(src.dir, "deploy/danmaku.socket"), "/usr/lib/systemd/system/danmaku.socket", "", 0o644)
	add(filepath.Join(src.dir, "deploy/packages/danmaku.default"), "/etc/default/danmaku", "config|noreplace", 0o644)
	for shell, to := range map[string]string{
		"bash": "/usr/share/bash-completion/completions/danmaku", "zsh": "/usr/share/zsh/vendor-completions/_danmaku", "fish": "/usr/share/fish/vendor_completions.d/danmaku.fish",
	} {
		script, err := output(ctx, src.dir, []string{"CGO_ENABLED=0"}, "go", "run", ".", "completion", shell)
		if err != nil {
			return nil, err
		}
		from := filepath.Join(work, "completion."+shell)
		if err := os.WriteFile(from, []byte(script), 0o600); err != nil {
			return nil, err
		}
		add(from, to, "", 0o644)
	}
	root, err := openRoot(filepath.Join(work, "doc"))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for _, e := range entries {
		if err := writeFile(root, e.name, strings.NewReader(string(e.data)), 0o600); err != nil {
			return nil, err
		}
		add(filepath.Join(work, "doc", e.name), path.Join("/usr/share/doc/danmaku", e.name), "", 0o644)
		if e.name == "LICENSE" { // for Debian's tools
			add(filepath.Join(work, "doc", e.name), "/usr/share/doc/danmaku/copyright", "", 0o644)
		}
	}
	config, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(work, "nfpm.yaml")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return nil, err
	}
	dist, err = filepath.Abs(dist)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, kind := range []string{"deb", "rpm"} {
		name := t.folder(src.version) + "." + kind
		if err := goTool(ctx, src, "nfpm", "package", "--config", file, "--packager", kind, "--target", filepath.Join(dist, name)); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// bill writes the contents of a program as CycloneDX (an SBOM) into dist, and returns the
// file's name.
func bill(ctx context.Context, t target, src source, program, dist string) (string, error) {
	dist, err := filepath.Abs(dist)
	if err != nil {
		return "", err
	}
	name := t.folder(src.version) + ".cdx.json"
	// Without serial number and time: the same program has the same list.
	return name, goTool(ctx, src, "cyclonedx-gomod", "bin", "-json", "-noserial", "-notimestamp", "-std",
		"-version", src.version, "-output", filepath.Join(dist, name), program)
}
