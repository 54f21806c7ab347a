package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// postFields are the fields of a posted comment: a sender may name an author and a source,
// and have a text cut to its length. Other programs write styles and names in many ways,
// which are all accepted, see [comment.Draft.Loose].
type postFields struct {
	Ref    anyText   `json:"ref"`
	Text   string    `json:"text"`
	Mode   anyText   `json:"mode"`
	Color  wireColor `json:"color"`
	Size   anyText   `json:"size"`
	Name   anyText   `json:"name"`
	Author anyText   `json:"author"`
	Source anyText   `json:"source"`
	Clip   anyBool   `json:"clip"`

	// Of a question, see wire.DraftFields.
	Item      string  `json:"item"`
	Anonymous anyBool `json:"anonymous"`
}

// anyText is a string, or the source text of another JSON value, such as a number that a
// program did not quote. null is empty.
type anyText string

// UnmarshalJSON implements json.Unmarshaler.
func (t *anyText) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		text = string(b)
	}
	*t = anyText(text)
	return nil
}

// anyBool is true or false, also in quotes or as 1 or 0. null is false.
type anyBool bool

// UnmarshalJSON implements json.Unmarshaler.
func (t *anyBool) UnmarshalJSON(b []byte) error {
	switch word := strings.ToLower(strings.Trim(string(b), `" `)); word {
	case "true", "1":
		*t = true
	case "false", "0", "", "null":
		*t = false
	default:
		return json.Unmarshal(b, (*bool)(t)) // the error describes the value
	}
	return nil
}

// wireColor is anyText where a number is a colour in decimal.
type wireColor string

// UnmarshalJSON implements json.Unmarshaler.
func (w *wireColor) UnmarshalJSON(b []byte) error {
	var n uint32
	if json.Unmarshal(b, &n) == nil && string(b) != "null" {
		*w = wireColor(fmt.Sprintf("#%06x", n))
		return nil
	}
	return (*anyText)(w).UnmarshalJSON(b)
}

// mostAuthor bounds a sender's name for an author, in bytes.
const mostAuthor = 256

// poster is the sender of a post: a link, or an audience member.
type poster struct {
	link     room.AccessLink
	audience live.Author
}

// poster identifies the sender of a post: a link, otherwise the audience cookie.
func (s *Server) poster(c echo.Context) (poster, error) {
	r, roomID := c.Request(), c.Param("room")
	l, err := s.link(r)
	switch {
	case err == nil && l.Can(room.WriteByLink, roomID):
		return poster{link: l}, nil
	case err == nil:
		return poster{}, room.ErrNotAllowed
	case r.Header.Get("Authorization") != "":
		return poster{}, wire.ErrNoKey
	}
	if _, err := s.guest(c, roomID); err != nil {
		return poster{}, err
	}
	id, ok := s.audience(c)
	if !ok {
		return poster{}, wire.ErrNoKey
	}
	return poster{audience: s.audienceAuthor(c, roomID, id)}, nil
}

// batchPoster identifies the sender of a batch, which needs a link.
func (s *Server) batchPoster(c echo.Context) (poster, error) {
	p, err := s.poster(c)
	if err == nil && p.link.ID == 0 {
		err = wire.ErrNoKey
	}
	return p, err
}

// mayPostBatch is the early check of [Server.postBatch].
func (s *Server) mayPostBatch(c echo.Context) (answered bool, err error) {
	_, err = s.batchPoster(c)
	return false, err
}

// sources are the sources that a sender may name for a comment.
var sources = []comment.Source{comment.FromAPI, comment.FromReplay, comment.FromTwitch, comment.FromYouTube, comment.FromBilibili}

// speaks returns the author and the source of one comment of a poster.
func (s *Server) speaks(p poster, roomID string, f postFields) (live.Author, comment.Source, []comment.Note, error) {
	keys := s.live.Keys()
	switch {
	case p.link.ID == 0:
		return p.audience, comment.FromAudience, nil, nil
	case p.link.Role.Can(room.Immune):
		return live.Author{Role: p.link.Role, User: keys.LinkPseudonym(roomID, p.link.ID), Link: p.link.ID}, comment.FromAudience, nil, nil
	case len(f.Author) > mostAuthor:
		return live.Author{}, "", nil, room.Explain(room.ErrBadFrame, "author: %d bytes, at most %d", len(f.Author), mostAuthor)
	}
	var notes []comment.Note
	source := comment.Source(strings.ToLower(strings.TrimSpace(string(f.Source))))
	if !slices.Contains(sources, source) {
		if source != "" {
			notes = append(notes, comment.Note{Field: "source", Message: fmt.Sprintf("%.40q is unknown; api, replay, twitch, youtube or bilibili.", f.Source)})
		}
		source = comment.FromAPI
	}
	return live.Author{Role: room.Sender, User: keys.AuthorPseudonym(p.link.ID, string(f.Author)), Link: p.link.ID}, source, notes, nil
}

// submit submits one posted comment to the use case, and returns the answer with its
// status. The error is the one in the answer, or one that the poster must not see.
func (s *Server) submit(ctx context.Context, setup room.Room, p poster, f postFields) (status int, ack wire.Ack, err error) {
	author, source, notes, err := s.speaks(p, setup.ID, f)
	var o live.Outcome
	if err == nil {
		d, more := comment.Draft{
			Ref: string(f.Ref), Text: f.Text, Name: string(f.Name), Mode: comment.Mode(f.Mode), Color: string(f.Color),
			Size: comment.Size(f.Size), Source: source, Item: f.Item, Anonymous: bool(f.Anonymous),
		}.Loose(setup.Limits(), bool(f.Clip) && p.link.ID != 0)
		notes = append(notes, more...)
		o, err = s.live.Submit(ctx, setup.ID, author, d)
	}
	ack = wire.AckOf(string(f.Ref), o, err)
	for _, n := range notes {
		ack.Notes = append(ack.Notes, wire.Note(n))
	}
	switch {
	case err != nil:
		return wire.FaultOf(err).Status, ack, err
	case ack.Outcome == comment.Held:
		return http.StatusAccepted, ack, nil
	case ack.Outcome == comment.Refused:
		return http.StatusUnprocessableEntity, ack, nil
	}
	return http.StatusCreated, ack, nil
}

// postComment handles POST /api/rooms/{room}/comments.
func (s *Server) postComment(c echo.Context) error {
	setup, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	var f postFields
	if err := readJSON(c, &f); err != nil {
		return err
	}
	p, err := s.poster(c)
	if err != nil {
		return err
	}
	status, ack, err := s.submit(c.Request().Context(), setup, p, f)
	if err != nil && wire.FaultOf(err).Code == wire.Internal.Code {
		return err
	}
	retryAfter(c, err)
	return c.JSON(status, ack)
}

// mostBatch is how many comments a batch may have.
const mostBatch = 200

// batchBody is enough for a batch of the longest comments, written as JSON with every
// character escaped.
const batchBody = mostBatch*6*(comment.MaxTextBytes+comment.MaxNameBytes+mostAuthor+256) + formBody

// batch is the body of a batch; a bare list is accepted, too.
type batch struct {
	Comments []json.RawMessage `json:"comments"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *batch) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, &b.Comments)
	}
	type object batch
	return json.Unmarshal(raw, (*object)(b))
}

// wireBatchAnswer is the answer for one comment of a batch.
type wireBatchAnswer struct {
	Status int `json:"status"` // the status that it would have had alone
	wire.Ack
}

// postBatch handles POST /api/rooms/{room}/comments/batch: up to 200 comments of a link,
// in their order, each with its own answer.
func (s *Server) postBatch(c echo.Context) error {
	setup, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	p, err := s.batchPoster(c)
	if err != nil {
		return err
	}
	var body batch
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if n := len(body.Comments); n == 0 || n > mostBatch {
		return room.Explain(room.ErrInvalid, "comments: %d, send 1 to %d", n, mostBatch)
	}
	ctx := c.Request().Context()
	results := make([]wireBatchAnswer, len(body.Comments))
	for i, raw := range body.Comments {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var f postFields
		err := decodeValue(fmt.Sprintf("comments[%d]", i), raw, &f)
		if err != nil {
			results[i] = wireBatchAnswer{wire.FaultOf(err).Status, wire.AckOf("", live.Outcome{}, err)}
			continue
		}
		results[i].Status, results[i].Ack, err = s.submit(ctx, setup, p, f)
		if err != nil && wire.FaultOf(err).Code == wire.Internal.Code {
			s.log.Error("comment of a batch failed", "room", setup.ID, "err", err)
		}
	}
	return c.JSON(http.StatusOK, map[string]any{"results": results})
}

func (s *Server) audienceAuthor(c echo.Context, roomID string, id identity) live.Author {
	keys := s.live.Keys()
	return live.Author{
		Role: room.Audience, User: keys.Pseudonym(roomID, id.id),
		Address: keys.Address(s.address(c)), Networks: s.networks(c), Identity: id.made, Fleeting: id.fleeting,
	}
}

// retryAfter sets the header Retry-After in whole seconds.
func retryAfter(c echo.Context, err error) {
	wait := room.Wait(err)
	if wait == 0 && !errors.Is(err, room.ErrBusy) {
		return
	}
	seconds := max(1, int(wait.Seconds()+0.999))
	c.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
}

// nameOf returns the name in the path. echo does not decode a path that has an escaped
// slash.
func nameOf(c echo.Context) string {
	name := c.Param("name")
	if c.Request().URL.RawPath == "" {
		return name
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// commentOf returns the actor, and the comment in the path.
func commentOf(c echo.Context) (room.Actor, comment.ID, error) {
	id, err := comment.ParseID(c.Param("id"))
	return actorOf(c), id, err
}

// listComments handles GET /api/rooms/{room}/comments.
func (s *Server) listComments(c echo.Context) error {
	q := room.HistoryQuery{
		Status: comment.Status(c.QueryParam("status")), User: c.QueryParam("user"), Text: c.QueryParam("q"),
		Source: comment.Source(c.QueryParam("source")),
	}
	switch q.Status {
	case "", comment.Shown, comment.Held, comment.Refused, comment.Removed:
	default:
		return room.Explain(room.ErrInvalid, "status %q: use shown, held, refused or removed", clip(string(q.Status), 40))
	}
	var err error
	if q.Before, q.Limit, err = pageOf(c); err != nil {
		return err
	}
	rows, more, err := s.live.Comments(c.Request().Context(), c.Param("room"), actorOf(c), q)
	if err != nil {
		return err
	}
	page := struct {
		Comments []wire.Row `json:"comments"`
		Next     int64      `json:"next,omitempty"`
	}{Comments: make([]wire.Row, len(rows))}
	for i, r := range rows {
		page.Comments[i] = wire.RowOf(r)
		if r.Status == comment.Held {
			page.Comments[i].Group = s.live.GroupOf(r)
		}
	}
	if more {
		page.Next = rows[len(rows)-1].Seq
	}
	return c.JSON(http.StatusOK, page)
}
