package server

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// listActs is GET /api/rooms/{room}/audit.
func (s *Server) listActs(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	q := comment.ActQuery{
		Room: c.Param("room"), Text: c.QueryParam("q"), By: c.QueryParam("by"),
		Kind: comment.ActKind(c.QueryParam("act")), Limit: 50,
	}
	if q.Before, err = number(c, "before"); err != nil {
		return err
	}
	if n, err := number(c, "limit"); err != nil {
		return err
	} else if n > 0 {
		q.Limit = int(min(n, 200))
	}
	if format := c.QueryParam("format"); format != "" && format != "json" {
		return s.exportActs(c, actor, q, format)
	}
	acts, more, err := s.hall.Acts(c.Request().Context(), actor, q)
	if err != nil {
		return err
	}
	page := struct {
		Acts []wireAct `json:"acts"`
		Next int64     `json:"next,omitempty"`
	}{Acts: make([]wireAct, len(acts))}
	for i, a := range acts {
		page.Acts[i] = toWireAct(a, actor)
	}
	if more {
		page.Next = acts[len(acts)-1].ID
	}
	return c.JSON(http.StatusOK, page)
}

// number reads a positive number of the query; 0 when it is not there.
func number(c echo.Context, name string) (int64, error) {
	v := c.QueryParam(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 1 {
		return 0, comment.ErrBadFrame
	}
	return n, nil
}

// numbered gives the number in the path of what has one: acts, bans, links.
func numbered(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return 0, comment.ErrNotFound
	}
	return id, nil
}

// exportActs streams every act that is selected, page by page.
func (s *Server) exportActs(c echo.Context, actor live.Actor, q comment.ActQuery, format string) error {
	var write func(wireAct) error
	var flush func() error
	w := c.Response()
	switch format {
	case "jsonl":
		w.Header().Set(echo.HeaderContentType, "application/x-ndjson")
		e := json.NewEncoder(w)
		write, flush = func(a wireAct) error { return e.Encode(a) }, func() error { return nil }
	case "csv":
		w.Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
		t := csv.NewWriter(w)
		t.UseCRLF = true // RFC 4180
		write, flush = func(a wireAct) error { return t.Write(actCells(a)) }, func() error { t.Flush(); return t.Error() }
	default:
		return comment.Explain(comment.ErrInvalid, "format %q: json, jsonl or csv", format)
	}
	q.Limit = 200
	head := format == "csv"
	for more := true; more; {
		acts, further, err := s.hall.Acts(c.Request().Context(), actor, q)
		if err != nil {
			return err
		}
		if !w.Committed {
			w.Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+q.Room+`-audit.`+format+`"`)
			w.WriteHeader(http.StatusOK)
		}
		if head {
			if _, err := w.Write([]byte("id,at,by,role,act,about,user,detail,before,after,undone\r\n")); err != nil {
				return err
			}
			head = false
		}
		for _, a := range acts {
			q.Before = a.ID
			if err := write(toWireAct(a, actor)); err != nil {
				return err
			}
		}
		if err := flush(); err != nil {
			return err
		}
		if err := answerBy(w, answerWithin); err != nil { // for the next page
			return err
		}
		more = further
	}
	return nil
}

// actCells is an act as a line of a table.
func actCells(a wireAct) []string {
	fields := func(m map[string]json.RawMessage) string {
		if m == nil {
			return ""
		}
		return string(mustMarshal(m))
	}
	cells := []string{
		strconv.FormatInt(a.ID, 10), time.UnixMilli(a.At).UTC().Format("2006-01-02T15:04:05.000Z07:00"), a.By, string(a.Role), string(a.Act),
		a.About, a.User, a.Detail, fields(a.Before), fields(a.After), strconv.FormatBool(a.Undone),
	}
	for i, cell := range cells {
		// A spreadsheet would take these for a formula; the full-width signs in East
		// Asian languages, too.
		if sign, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", sign) {
			cells[i] = "'" + cell
		}
	}
	return cells
}

// undo is POST /api/rooms/{room}/audit/{id}/undo.
func (s *Server) undo(c echo.Context) error {
	actor, err := s.moderator(c)
	if err != nil {
		return err
	}
	id, err := numbered(c)
	if err != nil {
		return err
	}
	if err := s.hall.Undo(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
