package export

import (
	"errors"
	"os"
	"path/filepath"
)

// Scratch is a file of the data folder that goes with its last user. Where a file
// may lose its name while it is open, it has none.
type Scratch struct {
	*os.File
	named bool
}

// ReplayScratch and ExportScratch are the names of such files; some are left
// when a program ends by force.
const ReplayScratch, ExportScratch = "replay-*.tmp", "export-*.tmp"

// NewScratch makes a file with a name of ReplayScratch or ExportScratch.
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

// SweepScratch removes what programs left that ended by force. Only the server whose
// folder it is may.
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
