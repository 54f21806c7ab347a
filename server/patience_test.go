package server

import (
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
	e.Use(hurry(50 * time.Millisecond))
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
	case <-time.After(10 * time.Second):
		t.Error("the body is still waited for")
	}
}

// A request that came in time may be worked on for longer.
func TestWorkMayTakeLongerThanTheBody(t *testing.T) {
	const limit = 50 * time.Millisecond
	e := echo.New()
	e.Use(hurry(limit))
	e.POST("/", func(c echo.Context) error {
		if _, err := io.ReadAll(c.Request().Body); err != nil {
			return err
		}
		select {
		case <-c.Request().Context().Done():
			return c.NoContent(http.StatusTeapot)
		case <-time.After(3 * limit):
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
