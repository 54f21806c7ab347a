package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

func TestBodyMustComeInTime(t *testing.T) {
	read := make(chan error, 1)
	e := echo.New()
	e.Use(boundBodies(50 * time.Millisecond))
	e.POST("/", func(c echo.Context) error {
		_, err := io.ReadAll(c.Request().Body)
		read <- err
		return c.NoContent(http.StatusNoContent)
	})
	s := httptest.NewServer(e)
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
	select {
	case err := <-read:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("reading ended with %v", err)
		}
	case <-time.After(patience):
		t.Error("the body is still waited for")
	}
}

// Handling a request may take longer than reading its body.
func TestWorkMayTakeLongerThanTheBody(t *testing.T) {
	const limit = 2 * time.Second // for reading the body, which is there, on a busy machine
	e := echo.New()
	e.Use(boundBodies(limit))
	e.POST("/", func(c echo.Context) error {
		if _, err := io.ReadAll(c.Request().Body); err != nil {
			return err
		}
		select {
		case <-c.Request().Context().Done():
			return c.NoContent(http.StatusTeapot)
		case <-time.After(limit + limit/10):
			return c.NoContent(http.StatusNoContent)
		}
	})
	s := httptest.NewServer(e)
	defer s.Close()
	resp, err := http.Post(s.URL, "text/plain", strings.NewReader("all of it"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Errorf("the work was ended: status %d", resp.StatusCode)
	}
}

// A client that requests much and reads nothing holds its connection only for a bounded
// time.
func TestAnswerMustBeRead(t *testing.T) {
	wrote := make(chan error, 1)
	e := echo.New()
	e.Use(boundAnswers(50 * time.Millisecond))
	e.GET("/", func(c echo.Context) error {
		for page := make([]byte, 1<<20); ; {
			if _, err := c.Response().Write(page); err != nil {
				wrote <- err
				return err
			}
		}
	})
	s := httptest.NewServer(e)
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case err := <-wrote:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("writing ended with %v", err)
		}
	case <-time.After(patience):
		t.Error("the client is still waited for")
	}
}

// deadlines is an answer that records the changes of its deadline.
type deadlines struct {
	*httptest.ResponseRecorder
	moved []time.Time // for writing
	body  time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.body = t
	return nil
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.moved = append(d.moved, t)
	return nil
}

// A long download may take any time while it is read.
func TestDeadlineMovesWithADownload(t *testing.T) {
	began := time.Now()
	d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	w := rollingDeadline{d, time.Hour}
	for range 3 {
		if _, err := w.Write([]byte("page")); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.moved) != 3 || d.Body.Len() != 12 {
		t.Fatalf("the deadline moved %d times over %q", len(d.moved), d.Body)
	}
	for i, at := range d.moved {
		if at.Before(began.Add(time.Hour)) || i > 0 && at.Before(d.moved[i-1]) {
			t.Errorf("deadline %d is %v", i, at.Sub(began))
		}
	}
}

// The answer to a large, slow upload must still be written.
func TestAnswerComesAfterALargeBody(t *testing.T) {
	d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	began := time.Now()
	if err := allowLargeBody(d, replayFileWithin); err != nil {
		t.Fatal(err)
	}
	if d.body.Before(began.Add(replayFileWithin)) {
		t.Errorf("the body may come for %v", d.body.Sub(began))
	}
	if len(d.moved) != 1 || d.moved[0].Before(d.body.Add(answerTimeout)) {
		t.Errorf("the body may come until %v, the answer may be written until %v", d.body, d.moved)
	}
}

// A refusal arrives while the body is still missing.
func TestARefusalDoesNotWaitForTheBody(t *testing.T) {
	e := echo.New()
	e.POST("/", func(c echo.Context) error {
		answerAtOnce(c)
		return c.NoContent(http.StatusNotFound)
	})
	s := httptest.NewServer(e)
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// A refused upload whose body has arrived leaves a client able to send its next request.
func TestARefusalLeavesTheNextRequestAlone(t *testing.T) {
	e := echo.New()
	e.POST("/", func(c echo.Context) error {
		answerAtOnce(c)
		return c.NoContent(http.StatusNotFound)
	})
	s := httptest.NewServer(e)
	defer s.Close()
	for range 300 {
		resp, err := s.Client().Post(s.URL, "text/plain", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}
