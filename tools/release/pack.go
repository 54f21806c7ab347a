package main

import (
	"archive/tar"
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// sumsFile contains the checksums of all archives, in the format of sha256sum.
const sumsFile = "SHA256SUMS"

// entry is a file of an archive.
type entry struct {
	name string // with slashes, relative to the archive's folder
	data []byte
	run  bool // executable
}

func (e entry) mode() os.FileMode {
	if e.run {
		return 0o755
	}
	return 0o644
}

// pack writes the entries into one folder, sorted by name and with the same time, so that the
// same entries always produce the same bytes.
func pack(file, folder string, entries []entry, at time.Time) error {
	entries = slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for i := range entries {
		if i > 0 && entries[i].name == entries[i-1].name {
			return fmt.Errorf("%s would be twice in %s", entries[i].name, file)
		}
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if strings.HasSuffix(file, ".zip") {
		err = packZip(f, folder, entries, at)
	} else {
		err = packTar(f, folder, entries, at)
	}
	return errors.Join(err, f.Close())
}

func packTar(w io.Writer, folder string, entries []entry, at time.Time) error {
	zipped, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	files := tar.NewWriter(zipped)
	for _, e := range entries {
		err := files.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: path.Join(folder, e.name), Size: int64(len(e.data)),
			Mode: int64(e.mode()), ModTime: at, Format: tar.FormatPAX,
		})
		if err != nil {
			return err
		}
		if _, err := files.Write(e.data); err != nil {
			return err
		}
	}
	return errors.Join(files.Close(), zipped.Close())
}

func packZip(w io.Writer, folder string, entries []entry, at time.Time) error {
	files := zip.NewWriter(w)
	files.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, e := range entries {
		h := &zip.FileHeader{Name: path.Join(folder, e.name), Method: zip.Deflate, Modified: at.UTC()}
		h.SetMode(e.mode())
		f, err := files.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(e.data); err != nil {
			return err
		}
	}
	return files.Close()
}

// unpack extracts an archive into dir and returns its single folder.
func unpack(file, dir string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if strings.HasSuffix(file, ".zip") {
		err = unzip(f, dir)
	} else {
		var zipped *gzip.Reader
		if zipped, err = gzip.NewReader(f); err == nil {
			err = untar(zipped, dir)
		}
	}
	if err != nil {
		return "", fmt.Errorf("unpack %s: %w", file, err)
	}
	folder := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".zip"), ".tar.gz")
	return filepath.Join(dir, folder), nil
}

func unzip(f *os.File, dir string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	files, err := zip.NewReader(f, info.Size())
	if err != nil {
		return err
	}
	root, err := openRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, h := range files.File {
		r, err := h.Open()
		if err != nil {
			return err
		}
		if err := errors.Join(writeFile(root, h.Name, r, h.Mode().Perm()), r.Close()); err != nil {
			return err
		}
	}
	return nil
}

// writeSums writes the checksums of files in dir.
func writeSums(dir string, names []string) error {
	var lines strings.Builder
	for _, name := range slices.Sorted(slices.Values(names)) {
		sum, err := sumOf(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%s  %s\n", sum, name)
	}
	return os.WriteFile(filepath.Join(dir, sumsFile), []byte(lines.String()), 0o644)
}

func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
