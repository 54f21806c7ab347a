package store

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"danmaku/comment"
)

// Inspection is the result of [Inspect] for a data folder.
type Inspection struct {
	Path       string
	Size       int64     // bytes of the database, without SQLite's other files
	Newest     time.Time // of the newest comment; zero when there is none
	Photos     int       // pictures of photos in it
	PhotoBytes int64     // bytes of these
	Older      bool      // the next start upgrades its schema
	Problem    error     // damage, or what prevents opening it; nil when there is none
}

// Inspect checks the database of a folder, even while its server runs, and changes nothing.
// It reads all of it.
func Inspect(ctx context.Context, dir string) (Inspection, error) {
	i := Inspection{Path: filepath.Join(dir, dbFile)}
	info, err := os.Stat(i.Path)
	if err != nil {
		return i, err
	}
	i.Size = info.Size()
	if i.Problem = CheckBackup(ctx, i.Path); i.Problem != nil {
		return i, nil
	}
	db, err := openDB(i.Path, []pragma{{"busy_timeout", busyTimeout}, {"query_only", "1"}})
	if err != nil {
		return i, err
	}
	defer db.Close()
	var version int
	var newest comment.ID
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return i, err
	}
	if err := db.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM comments").Scan(&newest); err != nil {
		return i, err
	}
	if newest > 0 {
		i.Newest = newest.Time()
	}
	list, err := scripts()
	if i.Older = version < len(list); i.Older || err != nil {
		return i, err // it may have no photos yet
	}
	err = db.QueryRowContext(ctx, "SELECT count(*), COALESCE(SUM(length(picture)), 0) FROM photos").Scan(&i.Photos, &i.PhotoBytes)
	return i, err
}
