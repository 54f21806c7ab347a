package show_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/show"
)

// startWall makes a wall of a spec and starts it.
func startWall(items []show.Item, id, spec string) ([]show.Item, error) {
	at := time.Unix(1_700_000_000, 0)
	for _, c := range []show.Command{{Op: show.Create, ID: id, Kind: show.Photos, Spec: json.RawMessage(spec), At: at}, {Op: show.Start, ID: id, At: at}} {
		changes, err := show.Decide(items, c)
		if err != nil {
			return items, err
		}
		for _, change := range changes {
			items = show.Apply(items, change)
		}
	}
	return items, nil
}

func TestWalls(t *testing.T) {
	for _, tt := range []struct {
		spec string
		slot show.Slot
		want string // the stored spec; empty: it is refused
	}{
		{`{"title":" Yours "}`, show.NoSlot, `{"title":"Yours","each":3,"most":200}`},
		{`{"title":"Yours","each":20,"most":500,"overlay":true}`, show.Corner, `{"title":"Yours","each":20,"most":500,"overlay":true}`},
		{`{"title":"Yours","closed":true}`, show.NoSlot, `{"title":"Yours","each":3,"most":200,"closed":true}`},
		{`{"title":""}`, "", ""},
		{`{"title":"Yours","each":21}`, "", ""},
		{`{"title":"Yours","each":-1}`, "", ""},
		{`{"title":"Yours","most":501}`, "", ""},
		{`{"title":"Yours","size":1}`, "", ""},
	} {
		items, err := startWall(nil, "w", tt.spec)
		if tt.want == "" {
			if !errors.Is(err, show.ErrInvalid) {
				t.Errorf("%s: %v", tt.spec, err)
			}
			continue
		}
		if err != nil || string(items[0].Spec) != tt.want || items[0].Slot() != tt.slot || items[0].State != show.Live {
			t.Errorf("%s: %+v, %v", tt.spec, items, err)
			continue
		}
		if _, err := items[0].Wall(); (err == nil) == strings.Contains(tt.spec, "closed") {
			t.Errorf("%s accepts photos: %v", tt.spec, err)
		}
	}
}

// A wall in the corner occupies its slot like other items there, and keeps it while it is
// live.
func TestAWallHasItsSlot(t *testing.T) {
	items, err := startWall(nil, "a", `{"title":"A","overlay":true}`)
	if err != nil {
		t.Fatal(err)
	}
	if items, err = startWall(items, "b", `{"title":"B","overlay":true}`); err != nil || items[1].State != show.Queued {
		t.Fatalf("a second one in the corner: %+v, %v", items[1], err)
	}
	if items, err = startWall(items, "c", `{"title":"C"}`); err != nil || items[2].State != show.Live {
		t.Fatalf("one beside the overlay: %+v, %v", items[2], err)
	}
	for _, id := range []string{"a", "c"} {
		if _, err := show.Decide(items, show.Command{Op: show.Edit, ID: id, Spec: json.RawMessage(fmt.Sprintf(`{"title":"X","overlay":%v}`, id == "c"))}); !errors.Is(err, show.ErrState) {
			t.Errorf("%s goes to another place while it is live: %v", id, err)
		}
	}
	changes, err := show.Decide(items, show.Command{Op: show.Stop, ID: "a", At: time.Unix(1_700_000_100, 0)})
	if err != nil || len(changes) != 2 || changes[1].After.ID != "b" || changes[1].After.State != show.Live {
		t.Errorf("the next does not come: %+v, %v", changes, err)
	}
}

// Screens receive the newest photos, phones their number.
func TestBoardOfPhotos(t *testing.T) {
	b := show.NewBoard(show.Photos, &show.Tally{})
	for i := range 70 {
		at := time.UnixMilli(int64(1_700_000_000_000 + i))
		b.Put(comment.Comment{
			ID: comment.NewID(time.UnixMilli(1_700_000_000_000), uint32(i)), At: at, User: fmt.Sprint("u", i%7), Text: comment.PhotoText,
			Photo: &comment.Photo{Path: fmt.Sprint("/photos/", i), Width: 4, Height: 3},
		}, int64(i+1))
	}
	it := b.Counted(show.Item{Kind: show.Photos, State: show.Live})
	var r show.PhotosResult
	if err := json.Unmarshal(it.Result, &r); err != nil || r.Photos != 70 || r.People != 7 || len(r.Newest) != 60 || r.Newest[0].Path != "/photos/69" || r.Newest[0].Text != "" {
		t.Errorf("%v %+v", err, r)
	}
	r = show.PhotosResult{}
	if err := json.Unmarshal(show.ForPhones(it).Result, &r); err != nil || r.Photos != 70 || len(r.Newest) != 0 {
		t.Errorf("phones: %v %+v", err, r)
	}
	b.Drop(func(c comment.Comment) bool { return c.Photo.Path == "/photos/69" })
	if list := b.Photos(); len(list) != 69 || list[0].Photo.Path != "/photos/68" {
		t.Errorf("after a removal %d are left", len(list))
	}
}
