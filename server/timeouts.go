package server

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// bodyTimeout is how long the body of a request may take: 64 KiB need no more, and a client
// that sends slowly holds a connection and a goroutine meanwhile.
const bodyTimeout = 10 * time.Second

// answerTimeout is how long a client may take to read an answer. It is for clients that
// request much and read nothing, which would hold a connection and a goroutine forever.
const answerTimeout = time.Minute

// boundAnswers bounds the time for an answer. It restarts with each request; a hijacked
// connection has no deadline.
func boundAnswers(limit time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := setAnswerDeadline(c.Response(), limit); err != nil {
				return err
			}
			return next(c)
		}
	}
}

func setAnswerDeadline(w http.ResponseWriter, limit time.Duration) error {
	err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(limit))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// noAnswerDeadline removes the deadline of an answer, until the next write.
func noAnswerDeadline(w http.ResponseWriter) error {
	err := http.NewResponseController(w).SetWriteDeadline(time.Time{})
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// rollingDeadline is the writer of an answer that may take any time while it is being read:
// the deadline moves with every write.
type rollingDeadline struct {
	http.ResponseWriter
	limit time.Duration
}

// Write implements io.Writer.
func (s rollingDeadline) Write(b []byte) (int, error) {
	if err := setAnswerDeadline(s.ResponseWriter, s.limit); err != nil {
		return 0, err
	}
	return s.ResponseWriter.Write(b)
}

// boundBodies bounds the time in which a request's body must arrive. At its end net/http
// removes the deadline itself, so the work may take longer.
func boundBodies(limit time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if c.Request().ContentLength == 0 {
				return next(c)
			}
			if err := setBodyDeadline(c.Response(), limit); err != nil {
				return err
			}
			return next(c)
		}
	}
}

func setBodyDeadline(w http.ResponseWriter, limit time.Duration) error {
	err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(limit))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// allowLargeBody extends the time for a large body, followed by the usual time for its
// answer. Call it only for a sender whose key is known: even an answer that refuses others
// waits for some of the body first.
func allowLargeBody(w http.ResponseWriter, body time.Duration) error {
	return errors.Join(setBodyDeadline(w, body), setAnswerDeadline(w, body+answerTimeout))
}

// answerAtOnce lets an answer leave before the request's body has arrived, and closes the
// connection after it. Otherwise net/http first waits for up to 256 KB of the body, and who
// sends slowly hears late that it is in vain. Full duplex would not do: net/http may then
// read the rest of the body and the next request at once, and breaks the connection.
func answerAtOnce(c echo.Context) {
	if c.Request().ProtoMajor == 1 { // the streams of HTTP/2 do not wait for each other
		c.Response().Header().Set("Connection", "close")
	}
}
