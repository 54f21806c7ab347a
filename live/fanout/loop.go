package fanout

import (
	"time"
)

// linger is how long a broadcaster's goroutine stays when there is nothing to send.
const linger = time.Second

// Start lets a broadcaster send. It has a goroutine only while something waits, and for
// linger after that, so an idle room costs neither a goroutine nor a timer.
func (bc *Broadcaster) Start() {
	bc.mu.Lock()
	defer bc.mu.Unlock()
	bc.started = true
	bc.wakeUp()
}

// Stop ends the broadcaster, and waits until no frame is being sent. It sends nothing
// afterwards.
func (bc *Broadcaster) Stop() {
	bc.mu.Lock()
	if bc.started {
		bc.started = false
		close(bc.stop)
	}
	running := bc.running
	bc.mu.Unlock()
	if running != nil {
		<-running
	}
}

// wakeUp wakes the goroutine, and starts one if there is none. The caller holds mu.
func (bc *Broadcaster) wakeUp() {
	if bc.running == nil {
		if bc.started {
			running := make(chan struct{})
			bc.running = running
			go func() {
				defer close(running)
				bc.run()
			}()
		}
		return
	}
	select {
	case bc.wake <- struct{}{}:
	default:
	}
}

// run sends until there is nothing to send.
func (bc *Broadcaster) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for bc.idle(timer) {
		for {
			select {
			case <-bc.taken:
				bc.taken = nil
			default:
			}
			wait, urgent := bc.wait(bc.options.Elapsed(), bc.last, bc.hastened, bc.taken != nil)
			if wait <= 0 {
				bc.last = bc.options.Elapsed()
				if urgent {
					bc.hastened = bc.last
				}
				break
			}
			timer.Reset(wait)
			select {
			case <-bc.stop:
				return
			case <-timer.C:
			case <-bc.taken: // the buffer may be full, or its tick over
			case <-bc.wake:
			}
		}
		bc.taken = bc.flush()
	}
}

// idle waits until there is something to send. It returns false when the goroutine may end.
func (bc *Broadcaster) idle(timer *time.Timer) bool {
	for over := false; ; {
		due, ready := bc.drain(bc.options.Elapsed())
		select {
		case <-bc.stop:
			return false
		default:
		}
		switch {
		case ready:
			return true
		case due > 0:
			timer.Reset(due)
		case over:
			if bc.ends() {
				return false
			}
			continue
		default:
			timer.Reset(linger)
		}
		over = false
		select {
		case <-bc.stop:
			return false
		case <-bc.wake:
		case <-timer.C:
			over = due <= 0
		}
	}
}

// ends unregisters the goroutine, unless something has arrived meanwhile.
func (bc *Broadcaster) ends() bool {
	bc.mu.Lock()
	defer bc.mu.Unlock()
	if len(bc.pending) > 0 || len(bc.delayBuffer.queue) > 0 {
		return false
	}
	bc.running = nil
	return true
}
