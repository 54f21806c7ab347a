package wire

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ProgressHeader asks an export to report its progress, with the value 1, while the file is
// made: by answers of status 102, whose header of this name is the number of finished
// comments, beside [CountHeader].
const ProgressHeader = "Danmaku-Progress"

// CountHeader is the number of comments that an export selects.
const CountHeader = "Danmaku-Count"

// ExportAccount is the information about the file in the head of an export's answer.
type ExportAccount struct {
	Count     int       // selected comments
	Early     int       // of those, comments from before the beginning of the recording
	Paused    int       // of those, comments from while the recording was paused
	After     int       // of those, comments from after its end
	Covered   int       // subtitles that overlap another one
	Zero, End time.Time // beginning and end of the recording; zero when there is none
}

// counts returns the headers of an account except the times.
func (a *ExportAccount) counts() map[string]*int {
	return map[string]*int{
		CountHeader: &a.Count, "Danmaku-Early": &a.Early, "Danmaku-Paused": &a.Paused, "Danmaku-After": &a.After, "Danmaku-Covered": &a.Covered,
	}
}

func (a *ExportAccount) times() map[string]*time.Time {
	return map[string]*time.Time{"Danmaku-Zero": &a.Zero, "Danmaku-End": &a.End}
}

// SetHeader writes an account into a head. Times are RFC 3339 in UTC.
func (a ExportAccount) SetHeader(h http.Header) {
	for name, n := range a.counts() {
		h.Set(name, strconv.Itoa(*n))
	}
	for name, at := range a.times() {
		if !at.IsZero() {
			h.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
}

// ReadExportAccount reads the headers of SetHeader.
func ReadExportAccount(h http.Header) (a ExportAccount, err error) {
	for name, n := range a.counts() {
		if *n, err = strconv.Atoi(h.Get(name)); err != nil {
			return ExportAccount{}, fmt.Errorf("header %s: %w", name, err)
		}
	}
	for name, at := range a.times() {
		if v := h.Get(name); v != "" {
			if *at, err = time.Parse(time.RFC3339Nano, v); err != nil {
				return ExportAccount{}, fmt.Errorf("header %s: %w", name, err)
			}
		}
	}
	return a, nil
}

// SetExportProgress writes the number of finished comments into the head of an answer of
// status 102.
func SetExportProgress(h http.Header, done, all int) {
	h.Set(ProgressHeader, strconv.Itoa(done))
	h.Set(CountHeader, strconv.Itoa(all))
}

// ReadExportProgress reads the headers of [SetExportProgress].
func ReadExportProgress(h http.Header) (done, all int, err error) {
	if done, err = strconv.Atoi(h.Get(ProgressHeader)); err == nil {
		all, err = strconv.Atoi(h.Get(CountHeader))
	}
	return done, all, err
}
