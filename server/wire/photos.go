package wire

import (
	"danmaku/comment"
	"danmaku/room"
)

// WallPhoto is a photo of a wall, in the form for its author and those who run the room.
type WallPhoto struct {
	Comment
	Status comment.Status `json:"status"`
}

// WallPhotosOf returns photos as clients get them.
func WallPhotosOf(rows []room.Row) []WallPhoto {
	out := make([]WallPhoto, len(rows))
	for i, r := range rows {
		out[i] = WallPhoto{CommentOf(r.Comment), r.Status}
	}
	return out
}
