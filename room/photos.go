package room

import "fmt"

// Codes of faults of photos, see [Fault.Code]. The phone translates each.
const (
	FaultPhotoClosed  = "photo_closed"
	FaultPhotoYours   = "photo_yours" // N is how many one person may have on the wall
	FaultPhotoFull    = "photo_full"  // N is the most photos
	FaultPhotoBytes   = "photo_bytes" // N is the most KB
	FaultPhotoKind    = "photo_kind"
	FaultPhotoHEIC    = "photo_heic"
	FaultPhotoPixels  = "photo_pixels" // N is the most pixels, in millions
	FaultPhotoSmall   = "photo_small"  // N is the least pixels of a side
	FaultPhotoDamaged = "photo_damaged"
)

// MaxRoomPhotos is the most photos of a room, waiting ones and those of all its walls.
const MaxRoomPhotos = 1000

// PhotoFault returns the reason why a photo is not accepted: err is [ErrInvalid] or
// [ErrNotLive].
func PhotoFault(err error, code string, n int, format string, args ...any) error {
	return ExplainFault(err, &Fault{Code: code, N: n, Message: fmt.Sprintf(format, args...)})
}

// PhotoYours is the error for somebody with as many photos on a wall as one person may
// have.
func PhotoYours(each int) error {
	return PhotoFault(ErrNotLive, FaultPhotoYours, each, "one person may have %d photos here, and you have; delete one first", each)
}

// PhotoFull is the error for a wall, or a room, with the most photos that it may have.
func PhotoFull(most int) error {
	return PhotoFault(ErrNotLive, FaultPhotoFull, most, "the photo wall has %d photos, as many as it takes", most)
}

// PhotoPath returns the path of a photo by its key.
func PhotoPath(key string) string { return "/photos/" + key }
