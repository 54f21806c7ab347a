package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var commitTime = time.Date(2026, 11, 21, 8, 0, 1, 0, time.UTC)

// The same files produce the same bytes, in any order and any place; they are sorted, have one
// time, and unpack unchanged.
func TestPackIsReproducible(t *testing.T) {
	entries := []entry{
		{name: "danmaku", data: []byte("program"), run: true},
		{name: "README.md", data: []byte("read")},
		{name: "licences/go/LICENSE", data: []byte("may")},
	}
	for _, tt := range []struct {
		file string
		list func(*testing.T, []byte) ([]string, []time.Time)
	}{{"danmaku-v1.0.0-linux-amd64.tar.gz", listTar}, {"danmaku-v1.0.0-darwin-arm64.zip", listZip}} {
		t.Run(tt.file, func(t *testing.T) {
			const folder = "danmaku-folder"
			var made [2][]byte
			for i := range made {
				file := filepath.Join(t.TempDir(), tt.file)
				if err := pack(file, folder, entries, commitTime); err != nil {
					t.Fatal(err)
				}
				var err error
				if made[i], err = os.ReadFile(file); err != nil {
					t.Fatal(err)
				}
				slices.Reverse(entries)
			}
			if !bytes.Equal(made[0], made[1]) {
				t.Error("two archives of the same files differ")
			}
			names, times := tt.list(t, made[0])
			want := []string{folder + "/README.md", folder + "/danmaku", folder + "/licences/go/LICENSE"}
			if diff := cmp.Diff(want, names); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			for _, at := range times {
				if !at.Equal(commitTime) {
					t.Errorf("a file is of %v", at)
				}
			}
			file, dir := filepath.Join(t.TempDir(), tt.file), t.TempDir()
			if err := os.WriteFile(file, made[0], 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := unpack(file, dir); err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				name := filepath.Join(dir, folder, e.name)
				data, err := os.ReadFile(name)
				if err != nil || !bytes.Equal(data, e.data) {
					t.Errorf("%s comes out as %q, %v", e.name, data, err)
				}
				if info, err := os.Stat(name); err != nil || (info.Mode()&0o100 != 0) != e.run {
					t.Errorf("%s: mode %v, %v", e.name, info.Mode(), err)
				}
			}
		})
	}
	if err := pack(filepath.Join(t.TempDir(), "x.zip"), "x", []entry{{name: "a"}, {name: "a"}}, commitTime); err == nil {
		t.Error("a duplicate file is accepted")
	}
}

func listTar(t *testing.T, data []byte) (names []string, times []time.Time) {
	zipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(zipped); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return names, times
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" {
			t.Errorf("%s has an owner: %+v", h.Name, h)
		}
		names, times = append(names, h.Name), append(times, h.ModTime)
	}
}

func listZip(t *testing.T, data []byte) (names []string, times []time.Time) {
	files, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range files.File {
		names, times = append(names, h.Name), append(times, h.Modified)
	}
	return names, times
}

// An archive cannot write outside the folder that it is unpacked in.
func TestUnpackWritesOnlyIntoItsFolder(t *testing.T) {
	var b bytes.Buffer
	files := tar.NewWriter(&b)
	if err := files.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "../outside", Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := untar(&b, t.TempDir()); err == nil {
		t.Error("it wrote outside")
	}
}

// NOTICE is what the imports of all builds require.
func TestNoticeIsCurrent(t *testing.T) {
	want, err := notice(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("NOTICE is not current; make notice writes it anew (-want +got):\n%s", diff)
	}
}

// A module without a licence stops a release.
func TestLicenceMissing(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module danmaku\ngo 1.26\nrequire example.test/nolicence v0.0.0\nreplace example.test/nolicence => ./nolicence\n")
	write("main.go", "package main\nimport _ \"example.test/nolicence/part\"\nfunc main() {}\n")
	write("nolicence/go.mod", "module example.test/nolicence\ngo 1.26\n")
	write("nolicence/part/part.go", "package part\n")
	if _, err := imported(t.Context(), targets[0], dir); err == nil || !strings.Contains(err.Error(), "example.test/nolicence has no licence") {
		t.Errorf("it says %v", err)
	}
	write("nolicence/part/LICENSE.txt", "// Permission is hereby granted, free of charge, to any person obtaining\n// a copy of this software …")
	works, err := imported(t.Context(), targets[0], dir)
	if err != nil || len(works) != 2 || works[0].name != "example.test/nolicence" || works[0].texts[0].name != "part/LICENSE.txt" || works[1].name != "go" {
		t.Errorf("with a licence beside the package: %+v, %v", works, err)
	}
}

// Each page is there once, without its pictures.
func TestDocuments(t *testing.T) {
	pages, err := documents("../..")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, e := range pages {
		count[e.name]++
		if bytes.Contains(e.data, []byte("pictures/")) && e.name != "CHANGELOG.md" && !strings.HasPrefix(e.name, "docs/dev/") {
			t.Errorf("%s shows a picture that does not come with it", e.name)
		}
	}
	for _, want := range []string{"README.md", "README.ja.md", "LICENSE", "NOTICE", "docs/obs.md"} {
		if count[want] != 1 {
			t.Errorf("the archive has %s %d times", want, count[want])
		}
	}
}

func TestWithoutPictures(t *testing.T) {
	for page, want := range map[string]string{
		"a\n![x](docs/pictures/a.png)\nb\n":                                                  "a\nb\n",
		"<img src=\"docs/pictures/a.png\" alt=\"x\"> <img src=\"docs/pictures/b.png\">\nb\n": "b\n",
		"1. Open it. ![x](pictures/a.png)\n":                                                 "1. Open it. \n",
		"[a page](pictures.md) ![far](https://a.test/pictures/a.png)\n":                      "[a page](pictures.md) ![far](https://a.test/pictures/a.png)\n",
		"\n\n": "\n\n",
	} {
		if got := string(withoutPictures([]byte(page))); got != want {
			t.Errorf("%q becomes %q, want %q", page, got, want)
		}
	}
}

// A release program for Linux must not need shared libraries.
func TestStandsAlone(t *testing.T) {
	for _, tt := range []struct {
		flags string
		fault bool
	}{{"-linkmode=internal", false}, {"-linkmode=external", true}} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(dir, "program")
		if _, err := exec.LookPath("gcc"); err != nil && tt.fault {
			t.Skip("there is no gcc")
		}
		if _, err := output(t.Context(), dir, []string{"CGO_ENABLED=1"}, "go", "build", "-o", program, "-ldflags="+tt.flags, "main.go"); err != nil {
			t.Fatal(err)
		}
		if err := standsAlone(program); (err != nil) != tt.fault {
			t.Errorf("linked with %s: %v", tt.flags, err)
		}
	}
}

func TestVersionOf(t *testing.T) {
	for _, tt := range []struct {
		tags []string
		want string
	}{
		{[]string{"v1.2.3", "v1.2.2"}, "v1.2.3"},
		{[]string{"v1.2.3-rc.1"}, "v1.2.3-rc.1"},
		{nil, "v0.0.0-20261121080001.0123456789ab"},
		{[]string{"version-one"}, ""},
		{[]string{"v1.2.3/../../x"}, ""},
	} {
		got, err := versionOf(tt.tags, commitTime, "0123456789abcdef")
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%v: %q, %v; want %q", tt.tags, got, err, tt.want)
		}
	}
}

// A check does not start a modified program.
func TestCheckRefusesAChangedArchive(t *testing.T) {
	dist := t.TempDir()
	name := targets[0].archive("v1.0.0")
	if err := pack(filepath.Join(dist, name), targets[0].folder("v1.0.0"), []entry{{name: "danmaku", run: true}}, commitTime); err != nil {
		t.Fatal(err)
	}
	if err := writeSums(dist, []string{name}); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dist, name), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("more"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := check(t.Context(), dist, targets[:1], io.Discard); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("it says %v", err)
	}
	if err := check(t.Context(), dist, targets[1:2], io.Discard); err == nil || !strings.Contains(err.Error(), "names no archive") {
		t.Errorf("without an archive it says %v", err)
	}
}

// Tests and releases use the same version of Go everywhere.
func TestOneVersionOfGo(t *testing.T) {
	found, err := goVersions("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, version := range found {
		if version != found["go.mod"] {
			t.Errorf("%s names Go %s, go.mod %s", name, version, found["go.mod"])
		}
	}
	if found["go.mod"] == "" || found["deploy/Dockerfile"] == "" || found["docs/dev/releases.md"] == "" {
		t.Errorf("a file names no version of Go: %v", found)
	}
}

// sums writes checksums of non-existing archives into a new folder.
func sums(t *testing.T, version string, chosen []target) string {
	t.Helper()
	dist := t.TempDir()
	var lines strings.Builder
	for i, target := range chosen {
		fmt.Fprintf(&lines, "%064x  %s\n", i+1, target.archive(version))
	}
	if err := os.WriteFile(filepath.Join(dist, sumsFile), []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return dist
}

// Each manifest names the archives that it installs, with their checksums.
func TestManifests(t *testing.T) {
	const home = "https://code.test/owner/danmaku"
	dist := sums(t, "v1.2.3-rc.1", targets)
	if err := manifests(dist, home); err != nil {
		t.Fatal(err)
	}
	for name, systems := range map[string][]string{
		"danmaku.rb": {"darwin/arm64", "darwin/amd64", "linux/arm64", "linux/amd64"}, "danmaku.json": {"windows/amd64", "windows/arm64"},
		"danmaku.installer.yaml": {"windows/amd64", "windows/arm64"}, "PKGBUILD": {"linux/amd64", "linux/arm64"},
		"danmaku.yaml": nil, "danmaku.locale.en-US.yaml": nil,
	} {
		text, err := os.ReadFile(filepath.Join(dist, "manifests", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if version := map[bool]string{true: "1.2.3_rc.1", false: "1.2.3-rc.1"}[name == "PKGBUILD"]; !bytes.Contains(text, []byte(version)) {
			t.Errorf("%s does not name the version %s", name, version)
		}
		for i, target := range targets {
			has := bytes.Contains(text, []byte(home+"/releases/download/v1.2.3-rc.1/"+target.archive("v1.2.3-rc.1"))) && bytes.Contains(text, fmt.Appendf(nil, "%064x", i+1))
			if has != slices.Contains(systems, target.String()) {
				t.Errorf("%s: names %s with its checksum: %v", name, target, has)
			}
		}
		if name == "danmaku.json" && !json.Valid(text) {
			t.Errorf("%s is no JSON", name)
		}
		for file, check := range map[string][]string{"danmaku.rb": {"ruby", "-c"}, "PKGBUILD": {"bash", "-n"}} {
			if _, err := exec.LookPath(check[0]); err == nil && file == name {
				if _, err := output(t.Context(), "", nil, check[0], check[1], filepath.Join(dist, "manifests", name)); err != nil {
					t.Error(err)
				}
			}
		}
	}
	for _, bad := range []string{"", "http://code.test", "https://code.test/", "code.test"} {
		if err := manifests(dist, bad); err == nil {
			t.Errorf("-home %q is accepted", bad)
		}
	}
	if err := manifests(sums(t, "v1.2.3", targets[:3]), home); err == nil || !strings.Contains(err.Error(), "darwin") && !strings.Contains(err.Error(), "windows") {
		t.Errorf("without an archive it says %v", err)
	}
}

// The service asks for few privileges.
func TestServiceIsHardened(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd-analyze")
	}
	said, err := output(t.Context(), "", nil, "systemd-analyze", "security", "--offline=true", "--threshold=20", "../../deploy/danmaku.service")
	if err != nil {
		t.Errorf("systemd-analyze rates the service worse than 2.0: %v\n%s", err, said)
	}
}
