package store

import (
	"encoding/json"
	"fmt"
	"time"

	"danmaku/comment"
)

// settings is a room as the database keeps it. The names are for good: a field
// that is not there when read has the default of comment.NewRoom.
type settings struct {
	Title     string         `json:"title"`
	State     comment.State  `json:"state"`
	Review    comment.Review `json:"review"`
	SlowMS    int64          `json:"slow_ms"`
	MaxLength int            `json:"max_length"`
	Modes     []comment.Mode `json:"modes"`
	Colors    []string       `json:"colors"`
	Sizes     []comment.Size `json:"sizes"`
	Message   string         `json:"message"`
	DelayMS   int64          `json:"delay_ms"`
	Newcomers comment.Gate   `json:"newcomers"`
	Links     comment.Gate   `json:"links"`
	Phrases   []string       `json:"phrases"`
	LookColor string         `json:"look_color"`
	LookPic   string         `json:"look_picture"`
	Archived  bool           `json:"archived,omitempty"`
	Secret    bool           `json:"secret,omitempty"`
	Lock      *lock          `json:"lock,omitempty"`
}

// lock is what a lock-down puts back when it ends.
type lock struct {
	State     comment.State `json:"state"`
	Links     comment.Gate  `json:"links"`
	Newcomers comment.Gate  `json:"newcomers"`
	SlowMS    int64         `json:"slow_ms"`
}

func fromRoom(r comment.Room) settings {
	s := settings{
		Title: r.Title, State: r.State, Review: r.Review, SlowMS: r.Slow.Milliseconds(),
		MaxLength: r.MaxLength, Modes: r.Modes, Colors: r.Colors, Sizes: r.Sizes,
		Message: r.Message, DelayMS: r.Delay.Milliseconds(), Newcomers: r.Newcomers,
		Links: r.Links, Phrases: r.Phrases, LookColor: r.Look.Color, LookPic: r.Look.Picture,
		Archived: r.Archived, Secret: r.Secret,
	}
	if l := r.Lock; l != nil {
		s.Lock = &lock{State: l.State, Links: l.Links, Newcomers: l.Newcomers, SlowMS: l.Slow.Milliseconds()}
	}
	return s
}

func (s settings) room(id string) comment.Room {
	r := comment.Room{
		ID: id, Title: s.Title, State: s.State, Review: s.Review,
		Slow: time.Duration(s.SlowMS) * time.Millisecond, MaxLength: s.MaxLength,
		Modes: s.Modes, Colors: s.Colors, Sizes: s.Sizes, Message: s.Message,
		Delay: time.Duration(s.DelayMS) * time.Millisecond, Newcomers: s.Newcomers,
		Links: s.Links, Phrases: s.Phrases,
		Look: comment.Look{Color: s.LookColor, Picture: s.LookPic}, Archived: s.Archived, Secret: s.Secret,
	}
	if l := s.Lock; l != nil {
		r.Lock = &comment.Lock{State: l.State, Links: l.Links, Newcomers: l.Newcomers, Slow: time.Duration(l.SlowMS) * time.Millisecond}
	}
	return r
}

func encodeRoom(r comment.Room) (string, error) {
	b, err := json.Marshal(fromRoom(r))
	return string(b), err
}

func decodeRoom(id, text string) (comment.Room, error) {
	s := fromRoom(comment.NewRoom(id))
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return comment.Room{}, fmt.Errorf("settings of room %s: %w", id, err)
	}
	return s.room(id), nil
}
