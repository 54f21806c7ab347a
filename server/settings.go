package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
)

// roomPatch is a change of settings: what is left out stays.
type roomPatch struct {
	ID        *string         `json:"id"`     // read only, but a client may send back what it got
	Locked    *bool           `json:"locked"` // read only, too
	Title     *string         `json:"title"`
	State     *comment.State  `json:"state"`
	Review    *comment.Review `json:"review"`
	SlowMS    *int64          `json:"slow_ms"`
	MaxLength *int            `json:"max_length"`
	Modes     *[]comment.Mode `json:"modes"`
	Colors    *[]string       `json:"colors"`
	Sizes     *[]comment.Size `json:"sizes"`
	Message   *string         `json:"message"`
	DelayMS   *int64          `json:"delay_ms"`
	Newcomers *comment.Gate   `json:"newcomers"`
	Links     *comment.Gate   `json:"links"`
	Phrases   *[]string       `json:"phrases"`
	Look      *wireLook       `json:"look"`
	Archived  *bool           `json:"archived"`
	Secret    *bool           `json:"secret"`
}

func put[T any](into *T, v *T) {
	if v != nil {
		*into = *v
	}
}

// apply gives the room with the patch.
func (p roomPatch) apply(r comment.Room) (comment.Room, error) {
	if p.ID != nil && *p.ID != r.ID {
		return r, comment.Explain(comment.ErrInvalid, "id: a room keeps its name in the address; change its title")
	}
	put(&r.Title, p.Title)
	put(&r.State, p.State)
	put(&r.Review, p.Review)
	put(&r.MaxLength, p.MaxLength)
	put(&r.Modes, p.Modes)
	put(&r.Colors, p.Colors)
	put(&r.Sizes, p.Sizes)
	put(&r.Message, p.Message)
	put(&r.Newcomers, p.Newcomers)
	put(&r.Links, p.Links)
	put(&r.Phrases, p.Phrases)
	put(&r.Archived, p.Archived)
	put(&r.Secret, p.Secret)
	for _, d := range []struct {
		name string
		ms   *int64
		into *time.Duration
	}{{"slow_ms", p.SlowMS, &r.Slow}, {"delay_ms", p.DelayMS, &r.Delay}} {
		if d.ms == nil {
			continue
		}
		if *d.ms < 0 || *d.ms > time.Hour.Milliseconds() {
			return r, comment.Explain(comment.ErrInvalid, "%s: %d is out of bounds", d.name, *d.ms)
		}
		*d.into = time.Duration(*d.ms) * time.Millisecond
	}
	if p.Look != nil {
		r.Look = comment.Look(*p.Look)
	}
	if r.Archived {
		r.State = comment.Closed
	}
	return r, nil
}

// readPatch reads settings and says which of them cannot be.
func readPatch(c echo.Context) (roomPatch, error) {
	var raw json.RawMessage
	var p roomPatch
	if err := readJSON(c, &raw); err != nil {
		return p, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(&p)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return p, comment.Explain(comment.ErrInvalid, "%s: not a %s", wrong.Field, wrong.Type)
	case err != nil:
		return p, comment.Explain(comment.ErrInvalid, "%v; see settings in docs/protocol.md", err)
	}
	return p, nil
}

// patchRoom is PATCH /api/rooms/{room}.
func (s *Server) patchRoom(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	p, err := readPatch(c)
	if err != nil {
		return err
	}
	r, err := s.hall.SetRoom(c.Request().Context(), c.Param("room"), actor, p.apply)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireRoom(r))
}

// lockDown is POST /api/rooms/{room}/lockdown.
func (s *Server) lockDown(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	r, err := s.hall.LockDown(c.Request().Context(), c.Param("room"), actor)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireRoom(r))
}

// unlock is DELETE /api/rooms/{room}/lockdown.
func (s *Server) unlock(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	r, err := s.hall.Unlock(c.Request().Context(), c.Param("room"), actor)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireRoom(r))
}

// newRoom is POST /api/rooms.
func (s *Server) newRoom(c echo.Context) error {
	actor, err := s.owner(c)
	if err != nil {
		return err
	}
	p, err := readPatch(c)
	if err != nil {
		return err
	}
	if p.ID == nil {
		return comment.Explain(comment.ErrInvalid, "id: a room needs a name for its address")
	}
	setup, err := p.apply(comment.NewRoom(*p.ID))
	if err != nil {
		return err
	}
	r, err := s.hall.NewRoom(c.Request().Context(), actor, setup)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, toWireRoom(r))
}

// archiveRoom is DELETE /api/rooms/{room}.
func (s *Server) archiveRoom(c echo.Context) error {
	actor, err := s.owner(c)
	if err != nil {
		return err
	}
	if err := s.hall.Archive(c.Request().Context(), c.Param("room"), actor); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
