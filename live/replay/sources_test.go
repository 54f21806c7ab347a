package replay

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/room"
)

// A file needs a folder to be stored in while it is played.
func TestFileWithoutAFolder(t *testing.T) {
	one := strings.NewReader(`<i><d p="1,1,25,16777215,1700000000,0,a,1">x</d></i>`)
	l := Library{Dir: filepath.Join(t.TempDir(), "gone")}
	if _, err := l.File(t.Context(), "x", one, false); !errors.Is(err, room.ErrBusy) {
		t.Errorf("without a folder: %v", err)
	}
}
