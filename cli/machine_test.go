//go:build !nocluster

package cli

import (
	"context"
	"errors"
	"testing"

	"danmaku/cluster"
	"danmaku/store"
)

// The database reports a change that a newer program wrote as such to package cluster, so that
// the machine reports that it is too old.
func TestTheDatabaseSaysThatAChangeIsNewer(t *testing.T) {
	db, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	pos, err := db.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	batch := cluster.Batch{Prev: pos, Pos: pos + 1, Payload: []byte(`{"k":"of the future","c":{}}`)}
	if err := (logDatabase{db}).Apply(t.Context(), []cluster.Batch{batch}); !errors.Is(err, cluster.ErrNewer) {
		t.Errorf("it says %v", err)
	}
	batch.Payload = []byte(`{"k":`)
	if err := (logDatabase{db}).Apply(t.Context(), []cluster.Batch{batch}); err == nil || errors.Is(err, cluster.ErrNewer) {
		t.Errorf("for a damaged change it says %v", err)
	}
}
