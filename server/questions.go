package server

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"
)

// questionsPage is how many questions a phone gets at once: more than anybody reads, and no
// more than a phone in a crowded hall can fetch in a second.
const questionsPage = 100

// listQuestions handles GET /api/rooms/{room}/items/{id}/questions: the first of an order for
// everybody who may watch, and all of them, including hidden and merged ones, for those who
// run the room.
func (s *Server) listQuestions(c echo.Context) error {
	by := cmp.Or(show.Sorting(c.QueryParam("sort")), show.ByVotes)
	if !slices.Contains(show.Sortings, by) {
		return room.Explain(room.ErrInvalid, "sort %.20q: votes, new or old", by)
	}
	view, err := s.itemView(c)
	if err != nil {
		return err
	}
	list, err := s.live.Questions(c.Request().Context(), c.Param("room"), c.Param("id"), view, by)
	if err != nil {
		return err
	}
	total := len(list)
	if view != room.ViewConsole {
		list = list[:min(total, questionsPage)]
	}
	return c.JSON(http.StatusOK, map[string]any{"questions": wire.QuestionsOf(view, list), "total": total})
}

// markQuestion handles PATCH /api/rooms/{room}/items/{id}/questions/{question}: it answers,
// hides or merges a question, or reverts one of these.
func (s *Server) markQuestion(c echo.Context) error {
	var body struct {
		Answered *bool   `json:"answered"`
		Hidden   *bool   `json:"hidden"`
		Into     *string `json:"into"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	q, err := s.live.MarkQuestion(c.Request().Context(), c.Param("room"), actorOf(c), show.MarkCommand{
		Item: c.Param("id"), ID: c.Param("question"), Answered: body.Answered, Hidden: body.Hidden, Into: body.Into,
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.QuestionOf(room.ViewConsole, q))
}

// questionLists reads the lists of questions among items.
func (s *Server) questionLists(c echo.Context, items []show.Item) ([]show.QuestionList, error) {
	var lists []show.QuestionList
	for _, it := range items {
		if it.Kind != show.Questions {
			continue
		}
		list, err := s.live.Questions(c.Request().Context(), c.Param("room"), it.ID, room.ViewConsole, show.ByVotes)
		if err != nil {
			return nil, err
		}
		lists = append(lists, show.QuestionList{Item: it, Questions: list})
	}
	return lists, nil
}
