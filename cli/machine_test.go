//go:build !nocluster

package cli

import (
	"context"
	"errors"
	"testing"

	"danmaku/cluster"
	"danmaku/store"
)

// What a newer program has written, and the database of this one does not know, is told to
// package cluster as what it is, so that the machine says that it is too old.
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
		t.Errorf("of what is broken it says %v", err)
	}
}
