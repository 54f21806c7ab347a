package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
	"danmaku/store"
)

// openWall makes a wall in the room live.
func openWall(t *testing.T, s *store.Store) {
	t.Helper()
	for _, c := range []show.Command{{Op: show.Create, ID: "w", Kind: show.Photos, Spec: json.RawMessage(`{"title":"!","each":20}`)}, {Op: show.Start, ID: "w"}} {
		if _, err := s.Append(t.Context(), room.Event{Room: "live", At: noon, Kind: room.KindItem, Command: &c}); err != nil {
			t.Fatal(err)
		}
	}
}

func sendPhoto(t *testing.T, s *store.Store, n int, user string) (comment.ID, error) {
	t.Helper()
	id := comment.NewID(noon.Add(time.Duration(n)*time.Second), uint32(n))
	r, err := s.Append(t.Context(), room.Event{
		Room: "live", At: noon, Kind: room.KindHeld, Picture: []byte{0xff, byte(n)}, Entry: room.Entry{Ref: fmt.Sprint("r", n)},
		Comment: comment.Comment{ID: id, At: noon, Text: comment.PhotoText, User: user, Item: "w", Photo: &comment.Photo{Path: fmt.Sprint("/photos/", n), Width: 4, Height: 3}},
	})
	if err == nil && r.Event.Picture != nil {
		t.Error("the event still has the picture")
	}
	return id, err
}

// The picture of a photo exists as long as its comment may be shown: of refused ones the
// newest fifty, and none of a photo that was taken down or grew too old.
func TestPicturesOfPhotos(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	openWall(t, s)
	there := func(n int) bool {
		_, row, in, err := s.Photo(t.Context(), fmt.Sprint("/photos/", n))
		if err != nil && !errors.Is(err, room.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil && in == "live" && row.Photo != nil && row.Photo.Width == 4
	}
	for n := range 60 {
		id, err := sendPhoto(t, s, n, "ann")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), room.Event{Room: "live", At: noon, Kind: room.KindRefused, From: comment.Held, Comment: comment.Comment{ID: id}}); err != nil {
			t.Fatal(err)
		}
	}
	id, err := sendPhoto(t, s, 60, "ann")
	if err != nil || !there(60) || !there(59) || there(0) || there(9) || !there(10) {
		t.Errorf("%v; of the refused: first %v, tenth %v, last %v", err, there(0), there(10), there(59))
	}
	if list, err := s.PhotosOf(t.Context(), "live", "w", ""); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := s.PhotosOf(t.Context(), "live", "w", "ann"); err != nil || len(list) != 61 {
		t.Errorf("of the author %d, %v", len(list), err)
	}
	if _, err := s.Append(t.Context(), room.Event{Room: "live", At: noon, Kind: room.KindRemove, IDs: []comment.ID{id}}); err != nil || there(60) {
		t.Errorf("taken down: %v, there %v", err, there(60))
	}
	if _, err := s.Forget(t.Context(), noon.Add(time.Hour)); err != nil || there(59) {
		t.Errorf("too old: %v, there %v", err, there(59))
	}
}

// The log enforces the limit, whatever the earlier check said.
func TestTheLogBoundsPhotos(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	if _, err := sendPhoto(t, s, 0, "ann"); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("without a wall: %v", err)
	}
	openWall(t, s)
	for n := range 20 {
		if _, err := sendPhoto(t, s, n, "ann"); err != nil {
			t.Fatal(err)
		}
	}
	var why *room.ExplainedError
	if _, err := sendPhoto(t, s, 20, "ann"); !errors.As(err, &why) || why.Fault.Code != room.FaultPhotoYours || why.Fault.N != 20 {
		t.Errorf("one too many: %v", err)
	}
	if _, err := sendPhoto(t, s, 21, "bob"); err != nil {
		t.Errorf("of another person: %v", err)
	}
	if id, err := sendPhoto(t, s, 7, "ann"); err != nil || id == 0 {
		t.Errorf("the same once more: %v", err)
	}
}
