package server

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// replayFilePath takes a file of comments. How large one may be, and what is
// wrong with it, its reader says; the limit here only ends what never ends.
const (
	replayFilePath   = "/api/rooms/:room/replay/file"
	replayFileLimit  = "65MiB" // M would be a million
	replayFileWithin = 5 * time.Minute
)

// mostFileName bounds the name of a file, in letters.
const mostFileName = 80

// listSessions is GET /api/rooms/{room}/sessions.
func (s *Server) listSessions(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	sessions, err := s.hall.Sessions(c.Request().Context(), c.Param("room"), actor)
	if err != nil {
		return err
	}
	out := make([]wireSession, len(sessions))
	for i, x := range sessions {
		out[i] = wireSession{From: x.From.UnixMilli(), To: x.To.UnixMilli(), Count: x.Count}
	}
	return c.JSON(http.StatusOK, map[string]any{"sessions": out})
}

// getReplay is GET /api/rooms/{room}/replay.
func (s *Server) getReplay(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	r, err := s.hall.ReplayOf(c.Param("room"), actor)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireReplay(r))
}

// replayPast is POST /api/rooms/{room}/replay: what the room showed once.
func (s *Server) replayPast(c echo.Context) error {
	actor, err := s.owner(c)
	if err != nil {
		return err
	}
	body := struct {
		From  int64   `json:"from"` // ms
		To    int64   `json:"to"`   // ms; 0 is now
		Speed float64 `json:"speed"`
	}{Speed: 1}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	var to time.Time
	if body.To != 0 {
		to = time.UnixMilli(body.To)
	}
	r, err := s.hall.ReplayPast(c.Request().Context(), c.Param("room"), actor, time.UnixMilli(body.From), to, body.Speed)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, toWireReplay(r))
}

// replayFile is PUT /api/rooms/{room}/replay/file: the body is the file, which is
// read as it comes.
func (s *Server) replayFile(c echo.Context) error {
	actor, err := s.owner(c)
	if err != nil {
		return err
	}
	speed := 1.0
	if v := c.QueryParam("speed"); v != "" {
		if speed, err = strconv.ParseFloat(v, 64); err != nil {
			return comment.ErrBadFrame
		}
	}
	name := []rune(comment.OneLine(c.QueryParam("name")))
	name = name[:min(len(name), mostFileName)]
	if len(name) == 0 {
		name = []rune("file")
	}
	if err := patiently(c.Response(), replayFileWithin); err != nil {
		return err
	}
	body := c.Request().Body
	r, err := s.hall.ReplayFile(c.Request().Context(), c.Param("room"), actor, string(name), body, speed)
	if err != nil {
		// A browser reads no answer before it has sent everything.
		_, _ = io.Copy(io.Discard, body)
		return err
	}
	return c.JSON(http.StatusCreated, toWireReplay(r))
}

// steerReplay is PATCH /api/rooms/{room}/replay.
func (s *Server) steerReplay(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	var body struct {
		State *live.ReplayState `json:"state"`
		Speed *float64          `json:"speed"`
		AtMS  *int64            `json:"at_ms"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	steering := live.Steering{State: body.State, Speed: body.Speed}
	if body.AtMS != nil {
		// Beyond a month nothing is long, and nothing overflows.
		at := time.Duration(min(max(*body.AtMS, -1), 1<<40)) * time.Millisecond
		steering.At = &at
	}
	r, err := s.hall.Steer(c.Param("room"), actor, steering)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireReplay(r))
}

// stopReplay is DELETE /api/rooms/{room}/replay.
func (s *Server) stopReplay(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	if err := s.hall.StopReplay(c.Request().Context(), c.Param("room"), actor); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

type wireSession struct {
	From  int64 `json:"from"` // ms
	To    int64 `json:"to"`
	Count int   `json:"count"`
}

// wireReplay is how a replay is doing, as consoles are told and as the API
// answers.
type wireReplay struct {
	Type     string           `json:"type,omitempty"`
	State    live.ReplayState `json:"state"`
	File     string           `json:"file,omitempty"`
	From     int64            `json:"from,omitempty"` // ms
	To       int64            `json:"to,omitempty"`
	By       string           `json:"by"`
	Total    int              `json:"total"`
	AtMS     int64            `json:"at_ms"`
	LengthMS int64            `json:"length_ms"`
	Speed    float64          `json:"speed"`
	Counts   wireCounts       `json:"counts"`
	Why      string           `json:"why,omitempty"` // a code
	Defects  []wireReason     `json:"defects,omitempty"`
}

// wireCounts is what became of the comments of a replay.
type wireCounts struct {
	Shown   int `json:"shown"`
	Held    int `json:"held"`
	Refused int `json:"refused"`
	Skipped int `json:"skipped"`
}

// wireReason is why a replay does not begin, or what is the matter with a comment
// of its file: a sentence, and what other languages make theirs of.
type wireReason struct {
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Code     string `json:"code"`
	Word     string `json:"word,omitempty"`
	Other    string `json:"other,omitempty"`
	N        int    `json:"n,omitempty"`
	Why      string `json:"why,omitempty"`
	OfLine   int    `json:"of_line,omitempty"`
	OfColumn int    `json:"of_column,omitempty"`
	Message  string `json:"message"`
}

func toWireReason(f comment.Fault) wireReason {
	return wireReason{
		Line: f.Line, Column: f.Column, Code: f.Code, Word: f.Word, Other: f.Other, N: f.N, Why: f.Why,
		OfLine: f.OfLine, OfColumn: f.OfColumn, Message: f.Message,
	}
}

func toWireReplay(r live.Replay) wireReplay {
	w := wireReplay{
		State: r.State, File: r.File, From: unixMS(r.From), To: unixMS(r.To), By: r.By, Total: r.Total,
		AtMS: r.At.Milliseconds(), LengthMS: r.Length.Milliseconds(), Speed: r.Speed,
		Counts: wireCounts{r.Shown, r.Held, r.Refused, r.Skipped},
	}
	if r.Why != nil {
		w.Why = comment.Code(r.Why)
	}
	for _, d := range r.Defects {
		w.Defects = append(w.Defects, toWireReason(d))
	}
	return w
}

// Replay implements live.Encoder.
func (Encoder) Replay(r live.Replay) []byte {
	w := toWireReplay(r)
	w.Type, w.Defects = "replay", nil
	return mustMarshal(w)
}
