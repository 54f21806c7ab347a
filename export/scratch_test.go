package export

import (
	"os"
	"testing"
)

// TestScratchFilesLeaveNothing checks that a scratch file leaves nothing in the data folder, even where an open
// file keeps its name.
func TestScratchFilesLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := os.CreateTemp(dir, ReplayScratch)
	if err != nil {
		t.Fatal(err)
	}
	if err := (Scratch{f, true}).Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
