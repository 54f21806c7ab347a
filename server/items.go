package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"
)

// listItems handles GET /api/rooms/{room}/items.
func (s *Server) listItems(c echo.Context) error {
	items, err := s.live.Items(c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	for i := range items {
		items[i] = show.Brief(items[i])
	}
	return c.JSON(http.StatusOK, map[string]any{"items": wire.ItemsOf(items), "kinds": show.Kinds()})
}

// newItem handles POST /api/rooms/{room}/items.
func (s *Server) newItem(c echo.Context) error {
	var body struct {
		Kind   show.Kind       `json:"kind"`
		Spec   json.RawMessage `json:"spec"`
		Rank   int             `json:"rank"`
		Start  bool            `json:"start"`
		Starts int64           `json:"starts"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if body.Start && body.Starts != 0 {
		return room.Explain(room.ErrBadFrame, "Send either start, to start at once, or starts, to start at a moment.")
	}
	it, err := s.live.CreateItem(c.Request().Context(), c.Param("room"), actorOf(c), body.Kind, body.Spec, body.Rank, moment(body.Starts))
	return s.answerNewItem(c, it, body.Start, err)
}

// feature handles POST /api/rooms/{room}/comments/{id}/feature.
func (s *Server) feature(c echo.Context) error {
	actor, id, err := commentOf(c)
	if err != nil {
		return err
	}
	body := struct {
		Seconds int  `json:"seconds"`
		Start   bool `json:"start"`
	}{Seconds: 12}
	if err := readOptionalJSON(c, &body); err != nil {
		return err
	}
	it, err := s.live.Feature(c.Request().Context(), c.Param("room"), actor, id, body.Seconds)
	return s.answerNewItem(c, it, body.Start, err)
}

// answerNewItem starts a new item, or leaves it, and answers with it.
func (s *Server) answerNewItem(c echo.Context, it show.Item, start bool, err error) error {
	if err == nil && start {
		it, err = s.live.ChangeItem(c.Request().Context(), c.Param("room"), actorOf(c), show.Command{Op: show.Start, ID: it.ID})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, wire.ItemOf(it))
}

// getItem handles GET /api/rooms/{room}/items/{id}: as it is for those who run the room,
// and in its public form for others who may watch.
func (s *Server) getItem(c echo.Context) error {
	view, err := s.itemView(c)
	if err != nil {
		return err
	}
	it, err := s.live.Item(c.Param("room"), c.Param("id"), view)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.ItemOf(it))
}

// itemView returns the view in which a request sees items: a console's for people who run
// the room, that of its key for other programs, otherwise a phone's.
func (s *Server) itemView(c echo.Context) (room.View, error) {
	if s.authorize(c, room.ReadRoom) == nil {
		return room.ViewConsole, nil
	}
	if key := c.QueryParam("key"); key != "" {
		if l, err := s.live.Open(key); err == nil && l.Allows(c.Param("room"), room.ViewOverlay) {
			return room.ViewOverlay, nil
		}
	}
	_, err := s.guest(c, c.Param("room"))
	return room.ViewAudience, err
}

// moment converts a time on the wire, in ms since 1970; 0 means none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// patchItem handles PATCH /api/rooms/{room}/items/{id}: another spec, another place in the
// queue, another start time, or several of these.
func (s *Server) patchItem(c echo.Context) error {
	var body struct {
		Spec   json.RawMessage `json:"spec"`
		Rank   *int            `json:"rank"`
		Starts *int64          `json:"starts"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if body.Spec == nil && body.Rank == nil && body.Starts == nil {
		return room.Explain(room.ErrBadFrame, "Send spec, rank or starts.")
	}
	var it show.Item
	var err error
	switch {
	case body.Spec != nil:
		it, err = s.changeItem(c, show.Command{Op: show.Edit, Spec: body.Spec, Move: body.Rank})
	case body.Rank != nil:
		it, err = s.changeItem(c, show.Command{Op: show.Order, Rank: *body.Rank})
	}
	if err == nil && body.Starts != nil {
		it, err = s.changeItem(c, show.Command{Op: show.Schedule, Starts: moment(*body.Starts)})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.ItemOf(show.Brief(it)))
}

// orderItems handles POST /api/rooms/{room}/items/order: it permutes some items within the
// places that they have.
func (s *Server) orderItems(c echo.Context) error {
	var body struct {
		IDs []string `json:"ids"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if n := len(body.IDs); n < 2 || n > show.MaxItems {
		return room.Explain(room.ErrBadFrame, "ids: send 2 to %d items in their new order", show.MaxItems)
	}
	_, err := s.live.ChangeItem(c.Request().Context(), c.Param("room"), actorOf(c), show.Command{Op: show.Order, ID: body.IDs[0], IDs: body.IDs})
	if err != nil {
		return err
	}
	return s.listItems(c)
}

// changeItem carries out a command on the item in the path.
func (s *Server) changeItem(c echo.Context, cmd show.Command) (show.Item, error) {
	cmd.ID = c.Param("id")
	return s.live.ChangeItem(c.Request().Context(), c.Param("room"), actorOf(c), cmd)
}

// changingItem handles POST /api/rooms/{room}/items/{id}/queue, /start and /stop.
func changingItem(op show.Op) func(*Server, echo.Context) error {
	return func(s *Server, c echo.Context) error {
		it, err := s.changeItem(c, show.Command{Op: op})
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, wire.ItemOf(show.Brief(it)))
	}
}

// redraw handles POST /api/rooms/{room}/items/{id}/redraw.
func (s *Server) redraw(c echo.Context) error {
	var body struct {
		Person string `json:"person"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	it, err := s.changeItem(c, show.Command{Op: show.Redraw, Person: body.Person})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.ItemOf(show.Brief(it)))
}

// deleteItem handles DELETE /api/rooms/{room}/items/{id}.
func (s *Server) deleteItem(c echo.Context) error {
	if _, err := s.changeItem(c, show.Command{Op: show.Delete}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// takePart handles POST /api/rooms/{room}/items/{id}/take_part, with the audience's cookie.
func (s *Server) takePart(c echo.Context) error {
	var body struct {
		Choice   string `json:"choice"`
		Withdraw bool   `json:"withdraw"`
	}
	if err := readOptionalJSON(c, &body); err != nil {
		return err
	}
	roomID := c.Param("room")
	if _, err := s.guest(c, roomID); err != nil {
		return err
	}
	id, ok := s.audience(c)
	if !ok {
		return wire.ErrNoKey
	}
	part, err := s.live.TakePart(c.Request().Context(), roomID, s.audienceAuthor(c, roomID, id),
		show.Entry{Item: c.Param("id"), Choice: body.Choice, Withdraw: body.Withdraw})
	if err != nil && wire.FaultOf(err).Code == wire.Internal.Code {
		return err
	}
	status := http.StatusOK
	if err != nil {
		status, part = wire.FaultOf(err).Status, live.Part{Item: c.Param("id")}
	}
	retryAfter(c, err)
	return c.JSON(status, wire.PartAckOf("", part, err))
}

// exportItems handles GET /api/rooms/{room}/items/export.
func (s *Server) exportItems(c echo.Context) error {
	if prefetching(c.Request()) {
		return errLooking
	}
	items, err := s.live.Items(c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	if only := c.QueryParam("item"); only != "" {
		items = slices.DeleteFunc(items, func(it show.Item) bool { return it.ID != only })
	}
	var lists []show.QuestionList
	if c.QueryParam("kind") == string(show.Questions) {
		if lists, err = s.questionLists(c, items); err != nil {
			return err
		}
	}
	d, err := s.opt.Archive.ExportItems(c.Param("room"), items, lists, c.QueryParams())
	return sendWhole(c, d, err)
}

// exportReactions handles GET /api/rooms/{room}/reactions/export.
func (s *Server) exportReactions(c echo.Context) error {
	if prefetching(c.Request()) {
		return errLooking
	}
	if err := s.live.KeepReactions(c.Request().Context(), c.Param("room")); err != nil {
		return err
	}
	d, err := s.opt.Archive.ExportReactions(c.Request().Context(), c.Param("room"), c.QueryParams())
	return sendWhole(c, d, err)
}

// report handles GET /api/rooms/{room}/report.
func (s *Server) report(c echo.Context) error {
	if prefetching(c.Request()) {
		return errLooking
	}
	items, err := s.live.Items(c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	lists, err := s.questionLists(c, items)
	if err != nil {
		return err
	}
	if err := s.live.KeepReactions(c.Request().Context(), c.Param("room")); err != nil {
		return err
	}
	d, err := s.opt.Archive.Report(c.Request().Context(), c.Param("room"), items, lists, c.QueryParams())
	return sendWhole(c, d, err)
}

// sendWhole sends a file that is small enough for memory.
func sendWhole(c echo.Context, d Download, err error) error {
	if err != nil {
		return err
	}
	body, err := io.ReadAll(d.Body)
	if err = errors.Join(err, d.Body.Close()); err != nil {
		return err
	}
	h := c.Response().Header()
	describe(h, d)
	h.Set(wire.CountHeader, strconv.Itoa(d.Account.Count))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, d.MediaType, body)
}
