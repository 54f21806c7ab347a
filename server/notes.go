package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// noteFields is the body of a new note.
type noteFields struct {
	Text  string       `json:"text"`
	Warn  bool         `json:"warn"`
	Ready room.Warning `json:"ready"`
}

// newNote handles POST /api/rooms/{room}/users/{user}/notes.
func (s *Server) newNote(c echo.Context) error {
	var f noteFields
	if err := readJSON(c, &f); err != nil {
		return err
	}
	q := live.NoteRequest{User: c.Param("user"), Text: comment.OneLine(f.Text), Warn: f.Warn, Ready: f.Ready}
	n, err := s.live.Note(c.Request().Context(), c.Param("room"), actorOf(c), q)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, wire.PersonNoteOf(n))
}

// deleteNote handles DELETE /api/rooms/{room}/users/{user}/notes/{id}.
func (s *Server) deleteNote(c echo.Context) error {
	id, err := numbered(c)
	if err != nil {
		return err
	}
	if err := s.live.DeleteNote(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("user"), id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
