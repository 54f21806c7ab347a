package main

import (
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// manifestTemplates are the manifests for package managers.
//
//go:embed manifests
var manifestTemplates embed.FS

// manifest has the data of a release for the templates.
type manifest struct {
	Home    string // the project's page, such as https://github.com/owner/danmaku
	Tag     string // v1.2.3
	Version string // 1.2.3
	sums    map[string]string
}

// Arch returns the version for Arch Linux, without hyphens.
func (m manifest) Arch() string { return strings.ReplaceAll(m.Version, "-", "_") }

// Archive returns the name of a target's archive; system is for example linux/amd64.
func (m manifest) Archive(system string) (string, error) {
	chosen, err := choose(system)
	if err != nil || len(chosen) != 1 {
		return "", fmt.Errorf("no target %q: %w", system, err)
	}
	return chosen[0].archive(m.Tag), nil
}

// Folder returns the single folder in a target's archive.
func (m manifest) Folder(system string) (string, error) {
	name, err := m.Archive(system)
	return strings.TrimSuffix(strings.TrimSuffix(name, ".zip"), ".tar.gz"), err
}

// URL returns the download URL of a target's archive.
func (m manifest) URL(system string) (string, error) {
	name, err := m.Archive(system)
	return m.Home + "/releases/download/" + m.Tag + "/" + name, err
}

// Sum returns the SHA-256 of a target's archive in lower case.
func (m manifest) Sum(system string) (string, error) {
	name, err := m.Archive(system)
	if err != nil {
		return "", err
	}
	sum, ok := m.sums[name]
	if !ok {
		return "", fmt.Errorf("%s names no %s; build all targets first", sumsFile, name)
	}
	return sum, nil
}

// manifests writes the manifests of Homebrew, Scoop, winget and the AUR for the release in
// dist into dist/manifests.
func manifests(dist, home string) error {
	if home == "" || strings.HasSuffix(home, "/") || !strings.HasPrefix(home, "https://") {
		return fmt.Errorf("-home %q: write where the project lives, such as https://github.com/owner/danmaku", home)
	}
	text, err := os.ReadFile(filepath.Join(dist, sumsFile))
	if err != nil {
		return fmt.Errorf("%w; make release builds what is described", err)
	}
	m := manifest{Home: home, sums: map[string]string{}}
	for line := range strings.Lines(string(text)) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if b, err := hex.DecodeString(sum); err != nil || len(b) != 32 || !ok {
			return fmt.Errorf("%s: %q is not a checksum", sumsFile, line)
		}
		m.sums[name] = sum
		if rest, ok := strings.CutSuffix(strings.TrimPrefix(name, "danmaku-"), "-linux-amd64.tar.gz"); ok {
			m.Tag, m.Version = rest, strings.TrimPrefix(rest, "v")
		}
	}
	if m.Tag == "" {
		return errors.New("there is no archive for linux/amd64")
	}
	all, err := template.New("").Option("missingkey=error").ParseFS(manifestTemplates, "manifests/*")
	if err != nil {
		return err
	}
	folder := filepath.Join(dist, "manifests")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, t := range all.Templates() {
		if t.Name() == "" {
			continue
		}
		f, err := os.Create(filepath.Join(folder, t.Name()))
		if err != nil {
			return err
		}
		if err := errors.Join(t.Execute(f, m), f.Close()); err != nil {
			return err
		}
	}
	return nil
}
