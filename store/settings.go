package store

import (
	"encoding/json"
	"fmt"

	"danmaku/room"
)

// roomRow is a room in the database. The names never change: a missing field has the
// default of room.New.
type roomRow struct {
	room.Settings
	Look     *struct{} `json:"look,omitempty"` // hides that of Settings, which rows store in two parts
	Color    string    `json:"look_color"`
	Picture  string    `json:"look_picture"`
	Archived bool      `json:"archived,omitempty"`
	Secret   bool      `json:"secret,omitempty"`

	Lock   *room.Lock   `json:"lock,omitempty"`
	Emotes []room.Emote `json:"emotes,omitempty"`
}

func toRow(r room.Room) roomRow {
	return roomRow{
		Settings: r.Settings, Color: r.Look.Color, Picture: r.Look.Picture, Archived: r.Archived, Secret: r.Secret, Lock: r.Lock, Emotes: r.Emotes,
	}
}

func encodeRoom(r room.Room) (string, error) {
	b, err := json.Marshal(toRow(r))
	return string(b), err
}

func decodeRoom(id, text string) (room.Room, error) {
	row := toRow(room.New(id))
	if err := json.Unmarshal([]byte(text), &row); err != nil {
		return room.Room{}, fmt.Errorf("settings of room %s: %w", id, err)
	}
	r := room.Room{ID: id, Settings: row.Settings, Archived: row.Archived, Secret: row.Secret, Lock: row.Lock, Emotes: row.Emotes}
	r.Look = room.Look{Color: row.Color, Picture: row.Picture}
	return r, nil
}
