// Package youtubetest is a fake YouTube Data API for tests and demos: it answers the calls
// of a reader of live chats, and streams what a script defines. All names and messages are
// invented.
package youtubetest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Key is the key that the server accepts.
const Key = "AIzaInvented-0123456789"

// Video is the live video; Channel and Handle are its owner's.
const (
	Video   = "abc123def45"
	Channel = "UCmika000000000000000000"
	Handle  = "@mika"
	chatID  = "Cg0KC2FiYzEyMw"
)

// Server is a fake YouTube on its own port. Its methods are safe for concurrent use.
type Server struct {
	http    *http.Server
	url     string
	streams chan *Stream

	mu      sync.Mutex
	calls   []string
	status  string // liveBroadcastContent
	noChat  bool
	stale   bool // the search always names the video
	refuse  func(path string) (status int, body string)
	history string
	page    int
	open    map[*Stream]bool
}

// Start starts a server on a free port of this machine.
func Start() (*Server, error) { return StartAt("127.0.0.1:0") }

// StartAt starts a server on an address.
func StartAt(address string) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("start a fake YouTube: %w", err)
	}
	s := &Server{url: "http://" + listener.Addr().String(), streams: make(chan *Stream, 4_096), status: "live", open: map[*Stream]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /youtube/v3/videos", s.videos)
	mux.HandleFunc("GET /youtube/v3/channels", s.channels)
	mux.HandleFunc("GET /youtube/v3/search", s.search)
	mux.HandleFunc("GET /youtube/v3/liveChat/messages/stream", s.stream)
	s.http = &http.Server{Handler: s.checked(mux), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// URL returns the URL to use instead of YouTube's.
func (s *Server) URL() string { return s.url }

// Close ends all streams and the server.
func (s *Server) Close() { _ = s.http.Close() }

// Calls returns the paths and queries of all calls so far.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.calls...)
}

// SetBroadcast sets the state of the video, "live", "upcoming" or "none", and whether it
// has a chat.
func (s *Server) SetBroadcast(status string, chat bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.noChat = status, !chat
}

// LetSearchLag makes the search name the video as live in any state, as YouTube's does for
// a while after a show.
func (s *Server) LetSearchLag() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stale = true
}

// Refuse answers every call with an error while answer returns a status other than 0.
func (s *Server) Refuse(answer func(path string) (status int, body string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = answer
}

// SetHistory sets the first items, as JSON joined by commas, of a stream without a token.
func (s *Server) SetHistory(items string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = items
}

// Error returns the body of an error as Google writes it.
func Error(code int, domain, reason string) string {
	return fmt.Sprintf(`{"error":{"code":%d,"message":"invented","errors":[{"message":"invented","domain":%q,"reason":%q}]}}`, code, domain, reason)
}

func (s *Server) checked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/youtube/v3/")
		s.mu.Lock()
		s.calls = append(s.calls, path+"?"+r.URL.RawQuery)
		refuse := s.refuse
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		if r.Header.Get("X-Goog-Api-Key") != Key {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","errors":[{"domain":"global","reason":"badRequest"}],"details":[{"reason":"API_KEY_INVALID"}]}}`)
			return
		}
		if refuse != nil {
			if status, body := refuse(path); status != 0 {
				w.WriteHeader(status)
				fmt.Fprint(w, body)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) videos(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.FormValue("id") != Video {
		fmt.Fprint(w, `{"items":[]}`)
		return
	}
	details := ""
	if !s.noChat {
		details = `"activeLiveChatId":"` + chatID + `"`
	}
	fmt.Fprintf(w, `{"items":[{"id":%q,"snippet":{"title":"An evening","channelTitle":"Mika","liveBroadcastContent":%q},"liveStreamingDetails":{%s}}]}`, Video, s.status, details)
}

func (s *Server) channels(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("forHandle") != Handle {
		fmt.Fprint(w, `{"items":[]}`)
		return
	}
	fmt.Fprintf(w, `{"items":[{"id":%q}]}`, Channel)
}

func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.FormValue("channelId") != Channel || r.FormValue("eventType") != "live" || s.status != "live" && !s.stale {
		fmt.Fprint(w, `{"items":[]}`)
		return
	}
	fmt.Fprintf(w, `{"items":[{"id":{"videoId":%q}}]}`, Video)
}

// Streams receives each stream that a client has opened.
func (s *Server) Streams() <-chan *Stream { return s.streams }

// Say sends items to every open stream.
func (s *Server) Say(items ...string) {
	s.mu.Lock()
	open := make([]*Stream, 0, len(s.open))
	for st := range s.open {
		open = append(open, st)
	}
	s.mu.Unlock()
	for _, st := range open {
		st.Say(items...)
	}
}

// Stream is one open answer of the streaming call.
type Stream struct {
	Token  string // token that the client sent
	server *Server
	write  chan []byte
	gone   <-chan struct{}
	first  bool
	mu     sync.Mutex
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("liveChatId") != chatID {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, Error(404, "youtube.liveChat", "liveChatNotFound"))
		return
	}
	st := &Stream{Token: r.FormValue("pageToken"), server: s, write: make(chan []byte, 64), gone: r.Context().Done(), first: true}
	s.mu.Lock()
	s.open[st] = true
	history := s.history
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.open, st)
		s.mu.Unlock()
	}()
	fmt.Fprint(w, "[")
	flush := http.NewResponseController(w).Flush
	if flush() != nil {
		return
	}
	if st.Token == "" && history != "" {
		st.Say(history)
	}
	s.streams <- st
	for {
		select {
		case b := <-st.write:
			if b == nil {
				return
			}
			if _, err := w.Write(b); err != nil || flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

// Say sends a page with items, which are JSON.
func (st *Stream) Say(items ...string) { st.Send([]byte(st.Page(items...))) }

// Page returns the next page with items, for the open array.
func (st *Stream) Page(items ...string) string {
	st.server.mu.Lock()
	st.server.page++
	n := st.server.page
	st.server.mu.Unlock()
	st.mu.Lock()
	comma := ","
	if st.first {
		comma, st.first = "", false
	}
	st.mu.Unlock()
	return fmt.Sprintf(`%s{"kind":"youtube#liveChatMessageListResponse","nextPageToken":"token-%d","pollingIntervalMillis":4000,"items":[%s]}`+"\n",
		comma, n, strings.Join(items, ","))
}

// Send sends bytes as they are.
func (st *Stream) Send(b []byte) {
	select {
	case st.write <- b:
	case <-st.gone:
	}
}

// End ends the answer properly, as the server does.
func (st *Stream) End() {
	st.Send([]byte("]"))
	st.Send(nil)
}

// Gone is closed when the client has gone.
func (st *Stream) Gone() <-chan struct{} { return st.gone }

// Item returns one event. details are more members of its snippet, as JSON without braces.
func Item(id, kind, at, author, name, details string) string {
	quoted, err := json.Marshal(name)
	if err != nil {
		panic(err) // strings always encode
	}
	if details != "" {
		details = "," + details
	}
	return fmt.Sprintf(`{"kind":"youtube#liveChatMessage","id":%q,"snippet":{"type":%q,"liveChatId":%q,"authorChannelId":%q,"publishedAt":%q,"hasDisplayContent":true%s},"authorDetails":{"channelId":%q,"displayName":%s,"isVerified":false,"isChatOwner":false,"isChatSponsor":false,"isChatModerator":false}}`,
		id, kind, chatID, author, at, details, author, quoted)
}

// Text returns one ordinary message.
func Text(id, at, author, name, text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // strings always encode
	}
	return Item(id, "textMessageEvent", at, author, name, fmt.Sprintf(`"displayMessage":%s,"textMessageDetails":{"messageText":%s}`, quoted, quoted))
}
