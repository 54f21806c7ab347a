package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"danmaku/live"
	"danmaku/room"
)

// newHome is a cluster whose home has been this machine for a moment: the rest of the log
// arrives when it is awaited.
type newHome struct {
	Cluster
	rest  func() error
	waits int
}

func (c *newHome) Term() uint64      { return 1 }
func (c *newHome) Committed() uint64 { return 1 }
func (c *newHome) Ready() error      { return nil }

func (c *newHome) AwaitEnd(context.Context) error {
	c.waits++
	return c.rest()
}

// A home repeats a failed look-up with the whole log, once, before it answers that
// something does not exist. When the log cannot be asked, the command is repeated.
func TestANewHomeFindsCommentsOfTheLastOne(t *testing.T) {
	for name, row := range map[string]struct {
		room   string
		rest   func(h *testServer) error
		status int
		again  bool
		waits  int
	}{
		"it is there": {"live", nil, http.StatusOK, false, 0},
		"it comes with the rest of the log": {"later", func(h *testServer) error {
			_, err := h.Service.NewRoom(context.Background(), room.Actor{Role: room.Owner}, room.New("later"))
			return err
		}, http.StatusOK, false, 1},
		"it does not exist":         {"never", func(*testServer) error { return nil }, http.StatusNotFound, false, 1},
		"the log cannot be asked":   {"never", func(*testServer) error { return errors.New("no leader") }, 0, true, 1},
		"it is refused for another": {"live/rules/none", func(*testServer) error { return errors.New("not to be asked") }, http.StatusMethodNotAllowed, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var h *testServer
			c := &newHome{rest: func() error { return row.rest(h) }}
			h = newTestServerWith(t, func(o *Options) { o.Cluster = c })
			_, key, err := h.Service.NewLink(t.Context(), live.Shell, "", room.Owner, "test")
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(command{Name: "one", Request: &sentRequest{
				Method: http.MethodPatch, Target: "/api/rooms/" + row.room, Host: h.base, Peer: "127.0.0.1:1", Body: []byte(`{"title":"Hall"}`),
				Header: http.Header{"Authorization": {"Bearer " + key}, "Content-Type": {"application/json"}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			answer, again := h.DoCommand(t.Context(), data)
			var out reply
			if !again {
				if err := json.Unmarshal(answer, &out); err != nil {
					t.Fatal(err)
				}
			}
			if out.Status != row.status || again != row.again || c.waits != row.waits {
				t.Errorf("%d %s, again %v after %d waits; want %d, %v, %d", out.Status, out.Body, again, c.waits, row.status, row.again, row.waits)
			}
		})
	}
}

// A phone's frame at another machine follows the same rule: a new home repeats a failed
// look-up.
func TestANewHomeRepeatsAFailedLookUpOfAFrame(t *testing.T) {
	for name, row := range map[string]struct {
		room, frame, want string
		waits             int
	}{
		"it is there":                       {"live", `{"type":"send","ref":"a","text":"hello"}`, `"outcome":"shown"`, 0},
		"it comes with the rest of the log": {"later", `{"type":"send","ref":"a","text":"hello"}`, `"outcome":"shown"`, 1},
		"it does not exist":                 {"live", `{"type":"take_part","ref":"a","item":"nothing","choice":"1"}`, `"code":"not_found"`, 1},
		"it cannot be read":                 {"live", `{"type":"nothing"}`, `"code":"bad_frame"`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var h *testServer
			c := &newHome{rest: func() error {
				_, err := h.Service.NewRoom(context.Background(), room.Actor{Role: room.Owner}, room.New("later"))
				return err
			}}
			h = newTestServerWith(t, func(o *Options) { o.Cluster = c })
			data, err := json.Marshal(command{Name: "one", Frame: &sentFrame{
				Room: row.room, Author: live.Author{Role: room.Audience, User: h.Service.Keys().Pseudonym(row.room, "ann")}, Frame: []byte(row.frame),
			}})
			if err != nil {
				t.Fatal(err)
			}
			answer, again := h.DoCommand(t.Context(), data)
			var out reply
			if err := json.Unmarshal(answer, &out); err != nil {
				t.Fatal(err)
			}
			if again || !strings.Contains(string(out.Body), row.want) || c.waits != row.waits {
				t.Errorf("%s, again %v after %d waits; want %s after %d", out.Body, again, c.waits, row.want, row.waits)
			}
		})
	}
}

// here is a cluster whose home is this machine, or another one that carries out this one's
// commands.
type here struct {
	newHome
	other *Server
}

func (c *here) Do(ctx context.Context, k Command, _ bool) ([]byte, error) {
	if c.other == nil {
		k.Here(ctx)
		return nil, nil
	}
	data, err := k.Encode()
	if err != nil {
		return nil, err
	}
	answer, _ := c.other.DoCommand(ctx, data)
	return answer, nil
}

// A phone's frame gets the same answer from its own machine and from another one, and from
// an older one, which asks for no plain answer and gets none.
func TestLocalAndForwardedFramesGetTheSameAnswer(t *testing.T) {
	c := &here{newHome: newHome{rest: func() error { return nil }}}
	h := newTestServerWith(t, func(o *Options) { o.Cluster = c })
	author := live.Author{Role: room.Audience, User: h.Service.Keys().Pseudonym("live", "ann")}
	frame := []byte(`{"type":"nothing","ref":"<a>"}`)
	ask := func() string {
		t.Helper()
		answer, err := h.frameHome(t.Context(), "live", author, frame)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	local := ask()
	c.other = h.Server
	if sent := ask(); sent != local || !strings.Contains(local, `"code":"bad_frame"`) {
		t.Errorf("here %s, from another machine %s", local, sent)
	}
	for _, plain := range []bool{true, false} {
		data, err := json.Marshal(command{Name: "one", Frame: &sentFrame{Room: "live", Author: author, Frame: frame, Plain: plain}})
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := h.DoCommand(t.Context(), data)
		if out, err := decodeReply(answer); err != nil || string(out.Body) != local || out.Pos != 1 || json.Valid(answer) == plain {
			t.Errorf("asked for a plain answer, %v: %q, which is %+v, %v", plain, answer, out, err)
		}
	}
	for _, broken := range [][]byte{nil, {plainReply}, {plainReply, 0x80}, {2, 1}} {
		if out, err := decodeReply(broken); err == nil {
			t.Errorf("%v is read as %+v", broken, out)
		}
	}
}
