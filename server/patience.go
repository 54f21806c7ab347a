package server

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// bodyWithin is how long the body of a request may take: 64 KiB need no more,
// and a client that drips them holds a connection and a goroutine meanwhile.
const bodyWithin = 10 * time.Second

// hurry bounds the time in which a request's body must have come. At its end
// net/http takes the deadline away by itself, so the work may take longer.
func hurry(limit time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if c.Request().ContentLength == 0 {
				return next(c)
			}
			err := http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(limit))
			if err != nil && !errors.Is(err, http.ErrNotSupported) {
				return err
			}
			return next(c)
		}
	}
}
