package wire

import (
	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// CommentFor returns a comment as a view gets it. Only moderators get the pseudonym of a
// question without a name, since it would reveal which other comments are by the same
// person.
func CommentFor(v room.View, c comment.Comment) Comment {
	w := CommentOf(c)
	if c.Item != "" && c.Name == "" && v != room.ViewConsole {
		w.User = ""
	}
	return w
}

// Mark is a question's marks by moderators.
type Mark struct {
	Answered int64  `json:"answered,omitempty"` // ms
	Hidden   bool   `json:"hidden,omitempty"`
	Into     string `json:"into,omitempty"` // the question into which it was merged
}

func markOf(m show.Mark) Mark {
	w := Mark{Hidden: m.Hidden, Into: m.Into}
	if !m.Answered.IsZero() {
		w.Answered = m.Answered.UnixMilli()
	}
	return w
}

// Question is a question as clients get it.
type Question struct {
	Comment
	Mark
	Votes int `json:"votes"`
}

// QuestionOf returns a question as a view gets it.
func QuestionOf(v room.View, q show.Question) Question {
	return Question{Comment: CommentFor(v, q.Comment), Mark: markOf(q.Mark), Votes: q.Votes}
}

// QuestionsOf returns questions as a view gets them.
func QuestionsOf(v room.View, list []show.Question) []Question {
	out := make([]Question, len(list))
	for i, q := range list {
		out[i] = QuestionOf(v, q)
	}
	return out
}

// MarkEvent is the frame for a question that moderators have marked.
type MarkEvent struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	Item string `json:"item"`
	ID   string `json:"id"`
	Mark
}

// encodeMark encodes a question's new marks. The second screen gets them from the item.
func encodeMark(v room.View, e room.Event) []byte {
	if e.Mark == nil || v == room.ViewOverlay {
		return nil
	}
	return Marshal(MarkEvent{Type: string(e.Kind), Seq: e.Seq, Item: e.Mark.Item, ID: e.Mark.ID, Mark: markOf(e.Mark.After)})
}
