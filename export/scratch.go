package export

import (
	"errors"
	"os"
	"path/filepath"
)

// Scratch is a file in the data folder that is removed when it is closed. Where the system can
// unlink an open file, it has no name.
type Scratch struct {
	*os.File
	named bool
}

// ReplayScratch and ExportScratch are the name patterns of such files; some are left over when
// a program is killed.
const ReplayScratch, ExportScratch = "replay-*.tmp", "export-*.tmp"

// NewScratch creates a file with the pattern ReplayScratch or ExportScratch.
func NewScratch(dir, name string) (Scratch, error) {
	f, err := os.CreateTemp(dir, name)
	if err != nil {
		return Scratch{}, err
	}
	return Scratch{f, os.Remove(f.Name()) != nil}, nil
}

// Close implements io.Closer.
func (s Scratch) Close() error {
	err := s.File.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.Name()))
	}
	return err
}

// SweepScratch removes the files that killed programs left. Only the server that owns the
// folder may call it.
func SweepScratch(dir string) error {
	var faults error
	for _, kind := range []string{ReplayScratch, ExportScratch} {
		left, err := filepath.Glob(filepath.Join(dir, kind))
		for _, name := range left {
			err = errors.Join(err, os.Remove(name))
		}
		faults = errors.Join(faults, err)
	}
	return faults
}
