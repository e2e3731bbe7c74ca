// Command ttl_cache shows a small cache for exchange rates whose entries grow stale.
//
// An entry is served until its time to live has passed. Concurrent requests for the same missing
// key trigger only one load; the others wait for its result. Failed loads are not remembered.
package main

import (
	"fmt"
	"sync"
	"time"
)

// Loader fetches the value of a key from its slow source.
type Loader[K comparable, V any] func(key K) (V, error)

type entry[V any] struct {
	ready   chan struct{} // closed once value and err are set
	value   V
	err     error
	expires time.Time
}

// Cache is safe for concurrent use.
type Cache[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
	load    Loader[K, V]
	ttl     time.Duration
	now     func() time.Time
}

// New returns an empty cache that fills itself through load.
func New[K comparable, V any](ttl time.Duration, load Loader[K, V]) *Cache[K, V] {
	return &Cache[K, V]{
		entries: make(map[K]*entry[V]),
		load:    load,
		ttl:     ttl,
		now:     time.Now,
	}
}

// Get returns a fresh value, loading it if necessary.
func (c *Cache[K, V]) Get(key K) (V, error) {
	c.mu.Lock()
	e, found := c.entries[key]
	if found && (e.expires.IsZero() || c.now().Before(e.expires)) {
		c.mu.Unlock()
		<-e.ready
		return e.value, e.err
	}
	e = &entry[V]{ready: make(chan struct{})}
	c.entries[key] = e
	c.mu.Unlock()

	value, err := c.load(key)

	c.mu.Lock()
	e.value, e.err = value, err
	e.expires = c.now().Add(c.ttl)
	if err != nil && c.entries[key] == e {
		delete(c.entries, key)
	}
	c.mu.Unlock()
	close(e.ready)
	return value, err
}

func main() {
	clock := time.Date(2024, 1, 1, 9, 0, 0, 0, time.UTC)
	loads := 0
	rates := New(time.Minute, func(currency string) (float64, error) {
		loads++
		if currency == "???" {
			return 0, fmt.Errorf("unknown currency %q", currency)
		}
		return 1.05 + float64(loads)/100, nil
	})
	rates.now = func() time.Time { return clock }

	for _, wait := range []time.Duration{0, 30 * time.Second, 45 * time.Second} {
		clock = clock.Add(wait)
		rate, err := rates.Get("NOK")
		fmt.Printf("%s rate %.2f, error %v, loads %d\n", clock.Format("15:04:05"), rate, err, loads)
	}
	_, err := rates.Get("???")
	fmt.Println(err)
}
