package server

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// This file exports and deletes one person's data: for moderators by the pseudonym, for the
// audience by its own cookie.

// me returns the author of the request's identity. Errors: room.ErrNotFound for a request
// without an identity, whose sender has written nothing here.
func (s *Server) me(c echo.Context) (live.Author, error) {
	who, ok := s.audience(c)
	if !ok {
		who, ok = s.fleeting(c.FormValue(tokenField)) // in a form or a link, where cookies are blocked
	}
	if !ok {
		return live.Author{}, room.ErrNotFound
	}
	return s.audienceAuthor(c, c.Param("room"), who), nil
}

// ownData handles GET /api/rooms/{room}/me: what is kept of the audience member who asks.
func (s *Server) ownData(c echo.Context) error {
	a, err := s.me(c)
	if err != nil {
		return err
	}
	ctx, roomID := c.Request().Context(), c.Param("room")
	d, err := s.live.OwnData(ctx, roomID, a)
	if err != nil {
		retryAfter(c, err)
		return err
	}
	return s.sendData(c, wire.PersonalDataOf(d, s.now().UnixMilli(), true), func(ctx context.Context, before int64) ([]any, int64, error) {
		rows, more, err := s.live.OwnComments(ctx, roomID, a.User, before)
		return encodeRows(rows, wire.OwnCommentOf), pageAfter(rows, more), err
	})
}

// personData handles GET /api/rooms/{room}/users/{user}/data: the same for those who run
// the room.
func (s *Server) personData(c echo.Context) error {
	ctx, roomID, user, by := c.Request().Context(), c.Param("room"), c.Param("user"), actorOf(c)
	d, err := s.live.Data(ctx, roomID, by, user)
	if err != nil {
		return err
	}
	return s.sendData(c, wire.PersonalDataOf(d, s.now().UnixMilli(), false), func(ctx context.Context, before int64) ([]any, int64, error) {
		rows, more, err := s.live.Comments(ctx, roomID, by, room.HistoryQuery{User: user, Before: before, Limit: 200})
		return encodeRows(rows, wire.RowOf), pageAfter(rows, more), err
	})
}

// encodeRows encodes rows of history.
func encodeRows[T any](rows []room.Row, encode func(room.Row) T) []any {
	out := make([]any, len(rows))
	for i, r := range rows {
		out[i] = encode(r)
	}
	return out
}

// pageAfter returns where the next page begins; 0 after the last one.
func pageAfter(rows []room.Row, more bool) int64 {
	if !more {
		return 0
	}
	return rows[len(rows)-1].Seq
}

// sendData sends a JSON file. It reads comments in pages, newest first, while it sends: an
// author may have many. An error after the start aborts the connection, so that nobody
// takes half a file for the whole.
func (s *Server) sendData(c echo.Context, d wire.PersonalData, read func(ctx context.Context, before int64) (rows []any, next int64, err error)) error {
	ctx := c.Request().Context()
	rows, before, err := read(ctx, 0)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "danmaku-" + d.Room + "-" + d.User + ".json"}))
	head := wire.Marshal(d)
	out := rollingDeadline{c.Response(), answerTimeout}
	if _, err := out.Write(append(head[:len(head)-1], `,"comments":[`...)); err != nil {
		return err
	}
	for first := true; ; {
		for _, row := range rows {
			b, err := json.Marshal(row)
			if err != nil {
				return err
			}
			if !first {
				b = append([]byte(",\n"), b...)
			}
			first = false
			if _, err := out.Write(b); err != nil {
				return err
			}
		}
		if before == 0 {
			break
		}
		if rows, before, err = read(ctx, before); err != nil {
			return err
		}
	}
	_, err = io.WriteString(out, "]}\n")
	return err
}

// eraseOwn handles DELETE /api/rooms/{room}/me: everything that the audience member who asks
// wrote in the room, for good.
func (s *Server) eraseOwn(c echo.Context) error {
	a, err := s.me(c)
	if err != nil {
		return err
	}
	n, err := s.live.EraseOwn(c.Request().Context(), c.Param("room"), a)
	if err != nil {
		retryAfter(c, err)
		return err
	}
	return c.JSON(http.StatusOK, map[string]int{"erased": n})
}

// erasePerson handles DELETE /api/rooms/{room}/users/{user}: the same for those who run the
// room.
func (s *Server) erasePerson(c echo.Context) error {
	n, err := s.live.Erase(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("user"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]int{"erased": n})
}
