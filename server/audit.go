package server

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
)

// listAudit handles GET /api/rooms/{room}/audit.
func (s *Server) listAudit(c echo.Context) error {
	var err error
	actor := actorOf(c)
	q := room.AuditQuery{
		Room: c.Param("room"), Text: c.QueryParam("q"), By: c.QueryParam("by"),
		Kind: room.Action(c.QueryParam("act")),
	}
	if q.Before, q.Limit, err = pageOf(c); err != nil {
		return err
	}
	if format := c.QueryParam("format"); format != "" && format != "json" {
		return s.exportAudit(c, actor, q, format)
	}
	acts, more, err := s.live.AuditEntries(c.Request().Context(), actor, q)
	if err != nil {
		return err
	}
	page := struct {
		AuditEntries []wire.AuditEntry `json:"acts"`
		Next         int64             `json:"next,omitempty"`
	}{AuditEntries: make([]wire.AuditEntry, len(acts))}
	for i, a := range acts {
		page.AuditEntries[i] = wire.AuditEntryOf(a, actor)
	}
	if more {
		page.Next = acts[len(acts)-1].ID
	}
	return c.JSON(http.StatusOK, page)
}

// The number of entries on a page of a list.
const (
	usualPage = 50
	mostPage  = 200
)

// pageOf reads which page of a list is requested: the entries before an ID, 0 for the
// newest, and how many, at most [mostPage].
func pageOf(c echo.Context) (before int64, limit int, err error) {
	if before, err = number(c, "before", "the next of the page before"); err != nil {
		return 0, 0, err
	}
	n, err := number(c, "limit", fmt.Sprintf("of which more than %d count as %d", mostPage, mostPage))
	if err != nil {
		return 0, 0, err
	}
	if n == 0 {
		n = usualPage
	}
	return before, int(min(n, mostPage)), nil
}

// number reads a positive number of the query; 0 when it is missing. hint ends the error's
// sentence.
func number(c echo.Context, name, hint string) (int64, error) {
	v := c.QueryParam(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 1 {
		return 0, room.Explain(room.ErrBadFrame, "%s: a whole number from 1, %s, not %q", name, hint, clip(v, 40))
	}
	return n, nil
}

// numbered returns the number in the path, of an audit entry, a ban or a link.
func numbered(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return 0, room.ErrNotFound
	}
	return id, nil
}

// exportAudit streams all selected audit entries, page by page. An error after the first
// page aborts the connection, see answerError.
func (s *Server) exportAudit(c echo.Context, actor room.Actor, q room.AuditQuery, format string) error {
	if prefetching(c.Request()) {
		return errLooking
	}
	var write func(wire.AuditEntry) error
	var flush func() error
	w := c.Response()
	switch format {
	case "jsonl":
		w.Header().Set(echo.HeaderContentType, "application/x-ndjson")
		e := json.NewEncoder(w)
		write, flush = func(a wire.AuditEntry) error { return e.Encode(a) }, func() error { return nil }
	case "csv":
		w.Header().Set(echo.HeaderContentType, "text/csv; charset=utf-8")
		t := csv.NewWriter(w)
		t.UseCRLF = true // RFC 4180
		write, flush = func(a wire.AuditEntry) error { return t.Write(auditCells(a)) }, func() error { t.Flush(); return t.Error() }
	default:
		return room.Explain(room.ErrInvalid, "format %q: json, jsonl or csv", format)
	}
	q.Limit = 200
	head := format == "csv"
	for more := true; more; {
		acts, further, err := s.live.AuditEntries(c.Request().Context(), actor, q)
		if err != nil {
			return err
		}
		if !w.Committed {
			w.Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+q.Room+`-audit.`+format+`"`)
			w.WriteHeader(http.StatusOK)
			if looking(c.Request()) {
				return nil
			}
		}
		if head {
			if _, err := w.Write([]byte("id,at,by,role,act,about,user,detail,before,after,undone\r\n")); err != nil {
				return err
			}
			head = false
		}
		for _, a := range acts {
			q.Before = a.ID
			if err := write(wire.AuditEntryOf(a, actor)); err != nil {
				return err
			}
		}
		if err := flush(); err != nil {
			return err
		}
		if err := setAnswerDeadline(w, answerTimeout); err != nil { // for the next page
			return err
		}
		more = further
	}
	return nil
}

// auditCells returns an audit entry as a line of a table.
func auditCells(a wire.AuditEntry) []string {
	fields := func(m map[string]json.RawMessage) string {
		if m == nil {
			return ""
		}
		return string(wire.Marshal(m))
	}
	cells := []string{
		strconv.FormatInt(a.ID, 10), time.UnixMilli(a.At).UTC().Format("2006-01-02T15:04:05.000Z07:00"), a.By, string(a.Role), string(a.Act),
		a.About, a.User, a.Detail, fields(a.Before), fields(a.After), strconv.FormatBool(a.Undone),
	}
	for i, cell := range cells {
		// A spreadsheet would interpret these as a formula; in East Asian languages the
		// full-width signs, too.
		if sign, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", sign) {
			cells[i] = "'" + cell
		}
	}
	return cells
}

// undo handles POST /api/rooms/{room}/audit/{id}/undo.
func (s *Server) undo(c echo.Context) error {
	actor := actorOf(c)
	id, err := numbered(c)
	if err != nil {
		return err
	}
	if err := s.live.Undo(c.Request().Context(), c.Param("room"), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
