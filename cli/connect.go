package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"danmaku/client"
	"danmaku/config"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/store"
)

// api is the set of operations on a data folder, whether its server runs or not.
type api interface {
	// Links returns all links, oldest first, including revoked ones.
	Links(ctx context.Context) ([]room.AccessLink, error)
	// NewLink creates a link and returns it with its key. Errors: room.ErrNotFound for an
	// unknown room, room.ErrInvalid, room.ErrBusy.
	NewLink(ctx context.Context, roomID string, role room.Role, label string) (room.AccessLink, string, error)
	// RevokeLink revokes a link. Errors: room.ErrNotFound, room.ErrNotAllowed for the last one
	// of an owner, room.ErrBusy.
	RevokeLink(ctx context.Context, id int64) error
	// ScreenKey returns the key of a room's first valid overlay or audience link. Errors:
	// room.ErrNotFound.
	ScreenKey(ctx context.Context, roomID string, role room.Role) (string, error)

	// Chats returns the connected chats of all rooms, oldest first. Their secrets are
	// masked.
	Chats(ctx context.Context) ([]room.Chat, error)
	// AddChat connects a chat with its room. c is the result of live.NewChat for link and
	// secret. Errors: room.ErrNotFound for an unknown room, room.ErrInvalid, room.ErrTaken for
	// a chat that the room has, room.ErrBusy.
	AddChat(ctx context.Context, c room.Chat, link string, secret map[string]string) (room.Chat, error)
	// DeleteChat disconnects a chat. Errors: room.ErrNotFound, room.ErrBusy.
	DeleteChat(ctx context.Context, roomID, id string) error

	// Export writes an export of a room to w; query has the parameters of the HTTP
	// call. Errors: room.ErrInvalid with an explanation, room.ErrNotFound.
	Export(ctx context.Context, roomID string, query url.Values, w io.Writer, progress func(done, all int)) (wire.ExportAccount, error)
	// ExportItems writes a file of a room's items besides comments to w; query has the
	// parameters of the HTTP call. Errors: those of Export.
	ExportItems(ctx context.Context, roomID string, query url.Values, w io.Writer) error
	// Report writes the report of a room's show; query has the parameters of the HTTP call.
	// assets are the pages, for an api without a server. Errors: those of Export.
	Report(ctx context.Context, roomID string, query url.Values, assets fs.FS, w io.Writer) error
}

// connect opens an existing data folder: a command creates none, so that a mistyped --data
// does not pass for an empty one. While a server owns the folder, the api is that server's,
// over HTTP; otherwise it is the database, and no server starts on it until closed. connect
// waits for a server that is just starting or ending.
func connect(ctx context.Context, cfg config.Config) (_ api, closed func() error, err error) {
	return connectOr(ctx, cfg, openDatabase)
}

// withAPI calls do with the api of a data folder, and closes it afterwards. Errors are those of
// [connect], of do and of closing.
func withAPI(ctx context.Context, cfg config.Config, do func(api) error) error {
	a, closed, err := connect(ctx, cfg)
	if err != nil {
		return err
	}
	return errors.Join(do(a), closed())
}

// connectReading is connect for a command that only reads the database, perhaps for long: a
// server can start in the meantime.
func connectReading(ctx context.Context, cfg config.Config) (_ api, closed func() error, err error) {
	return connectOr(ctx, cfg, openReading)
}

// connectOr is connect; open opens a data folder without a server, and receives its lock.
func connectOr(ctx context.Context, cfg config.Config, open func(context.Context, config.Config, func() error) (api, func() error, error)) (_ api, closed func() error, err error) {
	if !store.Exists(cfg.Data) {
		return nil, nil, dataMissing(cfg.Data)
	}
	tick := time.NewTicker(knockEvery)
	defer tick.Stop()
	var silent error // why the server could not be asked
	for tries := startsWithin / knockEvery; tries > 0; tries-- {
		unlock, err := store.LockCommand(cfg.Data)
		if err == nil {
			return open(ctx, cfg, unlock)
		}
		if !errors.Is(err, store.ErrServed) {
			return nil, nil, err
		}
		c, again, err := reach(ctx, cfg.Data)
		if err == nil {
			return c, func() error { c.Close(); return nil }, nil
		}
		if !again {
			return nil, nil, err
		}
		silent = err
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-tick.C:
		}
	}
	return nil, nil, config.Faultf(serverSilent, cfg.Data, silent)
}

// reach finds the running server of a data folder. again reports that it does not answer yet,
// so a retry is worthwhile.
func reach(ctx context.Context, data string) (_ *client.Client, again bool, err error) {
	secret, err := store.Secret(data)
	if err != nil {
		return nil, false, err
	}
	noted, err := os.ReadFile(filepath.Join(data, addressFile))
	if err != nil {
		return nil, true, errors.New("it has not noted its address yet")
	}
	keys := access.NewKeys(secret)
	c := client.New(strings.TrimSpace(string(noted)), func(method, target string) string {
		return keys.SignLocal(time.Now(), method, target)
	})
	if err = c.Ping(ctx); err == nil {
		return c, false, nil
	}
	c.Close()
	switch {
	case errors.Is(err, client.ErrOlder):
		return nil, false, config.Faultf(olderServer, data)
	case errors.Is(err, client.ErrRemote):
		return nil, false, config.Faultf(remoteServer, data)
	}
	return nil, true, err
}

// database is an api on the database of a data folder without a server.
type database struct {
	access.Registrar
	db *store.Store
}

// openDatabase opens a data folder whose lock this process holds.
func openDatabase(ctx context.Context, cfg config.Config, unlock func() error) (api, func() error, error) {
	db, keys, err := openFolder(ctx, cfg, slog.New(slog.DiscardHandler), true, nil, nil)
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return newDatabase(db, keys), func() error { return errors.Join(db.Close(context.WithoutCancel(ctx)), unlock()) }, nil
}

// openReading opens a data folder for reading, and releases its lock.
func openReading(ctx context.Context, cfg config.Config, unlock func() error) (api, func() error, error) {
	if err := unlock(); err != nil {
		return nil, nil, err
	}
	db, keys, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	return newDatabase(db, keys), func() error { return db.Close(context.WithoutCancel(ctx)) }, nil
}

func newDatabase(db *store.Store, keys access.Keys) database {
	return database{access.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now, By: live.Shell}, db}
}

// Links implements api.
func (d database) Links(ctx context.Context) ([]room.AccessLink, error) { return d.db.Links(ctx) }

// NewLink implements api.
func (d database) NewLink(ctx context.Context, roomID string, role room.Role, label string) (room.AccessLink, string, error) {
	return d.New(ctx, roomID, role, label)
}

// RevokeLink implements api.
func (d database) RevokeLink(ctx context.Context, id int64) error { return d.Revoke(ctx, id) }

func (d database) book() live.ChatBook {
	return live.ChatBook{Stored: d.db, Keys: d.Keys, Now: d.Now, By: d.By}
}

// Chats implements api.
func (d database) Chats(ctx context.Context) ([]room.Chat, error) {
	list, err := d.book().List(ctx)
	for i := range list {
		for name, value := range list[i].Secret {
			list[i].Secret[name] = live.MaskSecret(value)
		}
	}
	return list, err
}

// AddChat implements api.
func (d database) AddChat(ctx context.Context, c room.Chat, _ string, _ map[string]string) (room.Chat, error) {
	return d.book().Add(ctx, c)
}

// DeleteChat implements api.
func (d database) DeleteChat(ctx context.Context, roomID, id string) error {
	return d.book().Delete(ctx, roomID, id)
}

// Export implements api.
func (d database) Export(ctx context.Context, roomID string, query url.Values, w io.Writer, progress func(done, all int)) (wire.ExportAccount, error) {
	file, err := archive{db: d.db}.write(ctx, w, roomID, query, progress)
	return file.Account, err
}

// addressFile is in the data folder while a server runs, and after a crash until the next
// start. It contains the URL of that server for programs on this machine: never the public
// URL, which may lead through a proxy.
const addressFile = "address"

// noteAddress stores this server's URL for commands. forget removes it.
func noteAddress(dir, base string) (forget func(), err error) {
	if err := os.WriteFile(filepath.Join(dir, addressFile), []byte(base+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("note the address of the server: %w", err)
	}
	return func() { forgetAddress(dir) }, nil
}

// forgetAddress removes the file of [noteAddress], of this run or of one that crashed. At
// worst a command asks at an old address, where its signature is useless.
func forgetAddress(dir string) { _ = os.Remove(filepath.Join(dir, addressFile)) }
