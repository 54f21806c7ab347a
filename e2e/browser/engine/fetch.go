package engine

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
)

// release is an npm package that contains a Chromium, and the hash of its archive
// in the format of the registry's integrity field.
type release struct{ name, version, sha512 string }

// Both packages (MIT) pack headless builds for Linux on amd64 in the same format, and
// still offer those of years ago.
const (
	lambda    = "chrome-aws-lambda" // up to 92
	sparticuz = "@sparticuz/chromium"
)

// packed are the old Chromiums.
var packed = map[string]release{
	Chromium79:  {lambda, "2.0.2", "Aqgq5F93eJARkO+O/wD+2bCCFOVQNfA329sdPNl8ib0gsRjS00bAgTc9f5Mvto7H7yDuBcy0V3xJQZwMvmILUg=="},
	Chromium90:  {lambda, "8.0.2", "a4VEX6DknxISPqGLksZa/JuEnjc4nLXaG0BMp5c9qERvJ/eBHPUJ7oCRQQC+SxSxuxsEwxbBj2RBlCQbivnihg=="},
	Chromium103: {sparticuz, "103.0.0", "tFX5k5uWAT0fIxelUtpN4GN1VOTT61AHB6rRjeYzC296SjizKM1pNslEWj0YeuajKfsnNeDuHizB320TTTOrkA=="},
	Chromium109: {sparticuz, "109.0.6", "9hTE03DXnrWTiGNpfjLfmGhIfmiVAerSPinDb+x5bBdM4KF4PMM1NZ0A+V7WKazoA+CasSX/osHK8K0MuO6uqg=="},
	Chromium113: {sparticuz, "113.0.1", "m64Nc58YObfCYkPbc8EBsnhWCFaw02dbXhWNOmx+OYoIPtIRar+reGYyAeGC0HD9RUZfPEwMHHSZ8MFxdSWXZQ=="},
	Chromium127: {sparticuz, "127.0.0", "3YdElfXb6kqcFtlgaArNZohhZ1gWAiWg5kPYIZbaoHFau7dHZvbYg3EEjeE30bYi6cfOnB8wVpluuasF8Y3QyQ=="},
}

// Packed are the engines that [Fetch] can get.
var Packed = []string{Chromium79, Chromium90, Chromium103, Chromium109, Chromium113, Chromium127}

// Folder returns the folder of fetched engines: the variable ENGINES_FOLDER, or a folder
// in the user's cache.
func Folder() string {
	if folder := os.Getenv("ENGINES_FOLDER"); folder != "" {
		return folder
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "danmaku-engines")
}

// Fetch gets an engine from npm's registry into [Folder] unless it is already there. It
// refuses an archive with another hash than the one here.
func Fetch(ctx context.Context, name string) error {
	r, ok := packed[name]
	if !ok {
		return fmt.Errorf("engine %q is not fetched from npm", name)
	}
	goal := filepath.Join(Folder(), name, "chrome")
	if _, err := os.Stat(goal); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(goal), 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(Folder(), "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	// npm knows the registry and the proxy of this machine.
	pack := exec.CommandContext(ctx, "npm", "pack", "--silent", r.name+"@"+r.version)
	pack.Dir = temp
	if out, err := pack.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack: %w: %s", err, out)
	}
	archive := filepath.Join(temp, strings.NewReplacer("@", "", "/", "-").Replace(r.name)+"-"+r.version+".tgz")
	if err := verify(archive, r.sha512); err != nil {
		return err
	}
	if err := unpack(archive, filepath.Join(temp, "chrome")); err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	return os.Rename(filepath.Join(temp, "chrome"), goal)
}

func verify(path, want string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha512.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(sum.Sum(nil)); got != want {
		return fmt.Errorf("%s has the hash sha512-%s, want sha512-%s", filepath.Base(path), got, want)
	}
	return nil
}

// unpack writes the browser in an npm archive to an executable file.
func unpack(archive, goal string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	zipped, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for files := tar.NewReader(zipped); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return errors.New("there is no bin/chromium.br in it")
		}
		if err != nil {
			return err
		}
		if head.Name != "package/bin/chromium.br" {
			continue
		}
		out, err := os.OpenFile(goal, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, brotli.NewReader(files))
		return errors.Join(err, out.Close())
	}
}
