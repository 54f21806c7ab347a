package show

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"danmaku/comment"
)

// Bounds of a photo wall.
const (
	PhotosEach    = 3   // of one person, by default
	MaxPhotosEach = 20  // … at most
	PhotosMost    = 200 // on the wall and waiting for it, by default
	MaxPhotos     = 500 // … at most
	wallPhotos    = 60  // the newest photos, for screens
)

func photosKind() kindSpec {
	return kindSpec{
		slot: NoSlot, place: photosSlot, offered: true, again: true, check: checked(PhotosSpec.check), duration: forever,
		fixed: photosFixed, phone: photosPhone,
	}
}

// PhotosSpec lets the audience send photos. A photo is a comment that names the item; it is
// shown once a moderator has approved it.
type PhotosSpec struct {
	Title   string `json:"title"`
	Each    int    `json:"each"`              // photos of one person
	Most    int    `json:"most"`              // photos of everybody
	Closed  bool   `json:"closed,omitempty"`  // no new ones; those on the wall stay
	Overlay bool   `json:"overlay,omitempty"` // the newest is also shown in the corner of the overlay
}

func (s PhotosSpec) check() (out PhotosSpec, err error) {
	if s.Title, err = line("title", s.Title, 60, false); err != nil {
		return s, err
	}
	s.Each, s.Most = cmp.Or(s.Each, PhotosEach), cmp.Or(s.Most, PhotosMost)
	if err := within("each", s.Each, 1, MaxPhotosEach); err != nil {
		return s, err
	}
	return s, within("most", s.Most, 1, MaxPhotos)
}

// photosSlot returns the slot of a wall on the overlay.
func photosSlot(spec json.RawMessage) Slot {
	var s PhotosSpec
	if json.Unmarshal(spec, &s) == nil && s.Overlay {
		return Corner
	}
	return NoSlot
}

// photosFixed keeps a live wall in its slot, since another item may have the other one.
func photosFixed(before, after json.RawMessage) error {
	if photosSlot(before) != photosSlot(after) {
		return fmt.Errorf("%w: overlay: it cannot change while the wall is open; end it first", ErrState)
	}
	return nil
}

// PhotosResult is the result of a wall.
type PhotosResult struct {
	Photos int         `json:"photos"` // approved ones
	People int         `json:"people"` // their authors
	Newest []WallPhoto `json:"newest,omitempty"`
}

// WallPhoto is a photo on the wall, the newest first.
type WallPhoto struct {
	ID     string `json:"id"` // of the comment
	Path   string `json:"path"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Text   string `json:"text,omitempty"`
	Name   string `json:"name,omitempty"`
	At     int64  `json:"at"` // when it was approved, ms
}

// Wall returns the spec of a wall that accepts photos. Errors: [ErrState] for an item that
// accepts none now, [ErrChoice] for an item that is not a wall.
func (it Item) Wall() (s PhotosSpec, err error) {
	switch {
	case it.Kind != Photos:
		return s, fmt.Errorf("%w: nobody sends photos there", ErrChoice)
	case it.State != Live:
		return s, fmt.Errorf("%w: the photo wall is over, or has not begun", ErrState)
	case json.Unmarshal(it.Spec, &s) != nil:
		return s, ErrInvalid
	case s.Closed:
		return s, fmt.Errorf("%w: the photo wall takes no more photos", ErrState)
	}
	return s, nil
}

// Collects reports whether comments belong to an item of the kind: questions, or photos.
func (k Kind) Collects() bool { return k == Questions || k == Photos }

// photosPhone omits what only screens draw.
func photosPhone(it Item) Item {
	var r PhotosResult
	if len(it.Result) == 0 || json.Unmarshal(it.Result, &r) != nil {
		return it
	}
	r.Newest = nil
	return it.with(r)
}

// Photos returns the comments on a board with a photo, the last approved one first.
func (b *Board) Photos() []comment.Comment {
	var list []comment.Comment
	for _, c := range b.questions {
		if c.Photo != nil {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(x, y comment.Comment) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(y.ID, x.ID))
	})
	return list
}

// wall returns the result of a wall's board up to a log number.
func (b *Board) wall(passed int64) PhotosResult {
	list := slices.DeleteFunc(b.Photos(), func(c comment.Comment) bool { return b.seqs[c.ID.String()] > passed })
	r := PhotosResult{Photos: len(list)}
	people := map[string]bool{}
	for i, c := range list {
		people[c.User] = true
		if i >= wallPhotos {
			continue
		}
		p := WallPhoto{ID: c.ID.String(), Path: c.Photo.Path, Width: c.Photo.Width, Height: c.Photo.Height, Text: c.Text, Name: c.Name, At: c.At.UnixMilli()}
		if p.Text == comment.PhotoText {
			p.Text = ""
		}
		r.Newest = append(r.Newest, p)
	}
	r.People = len(people)
	return r
}
