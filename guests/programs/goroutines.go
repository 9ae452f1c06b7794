// A static Go program: a thousand goroutines on all processors, with timers, channels and a garbage
// collector that runs all the time. Built only where there is a Go compiler.
// needs: moving
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const workers = 1000

func put(directory, name, text string) {
	path := filepath.Join(directory, name)
	os.WriteFile(path+".part", []byte(text), 0o600)
	os.Rename(path+".part", path)
}

func exists(directory, name string) bool {
	_, err := os.Stat(filepath.Join(directory, name))
	return err == nil
}

func stuck(counts, before *[workers]int64) int {
	for i := range before {
		if atomic.LoadInt64(&counts[i]) <= before[i] {
			return i
		}
	}
	return -1
}

func main() {
	directory := os.Args[1]
	var counts [workers]int64
	var stopping atomic.Bool
	var group sync.WaitGroup
	// A ring of channels with one token, and every goroutine on its own timer as well.
	channels := make([]chan int64, workers)
	for i := range channels {
		channels[i] = make(chan int64, 1)
	}
	for i := 0; i < workers; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			ticker := time.NewTicker(20 * time.Millisecond)
			defer ticker.Stop()
			for !stopping.Load() {
				select {
				case token := <-channels[i]:
					channels[(i+1)%workers] <- token + 1
				case <-ticker.C:
					counts[i]++
					_ = make([]byte, 2000)
				}
			}
		}(i)
	}
	channels[0] <- 0
	for i := 0; i < workers; i++ {
		for atomic.LoadInt64(&counts[i]) < 2 {
			time.Sleep(time.Millisecond)
		}
	}
	put(directory, "ready", fmt.Sprintln(os.Getpid()))
	fmt.Println("ready")
	for !exists(directory, "go") {
		time.Sleep(3 * time.Millisecond)
	}
	var before [workers]int64
	for i := range before {
		before[i] = atomic.LoadInt64(&counts[i])
	}
	// One that is stuck is named; one that is only late, on a machine with much to do, is waited for.
	for start := time.Now(); stuck(&counts, &before) >= 0 && time.Since(start) < 40*time.Second; {
		time.Sleep(10 * time.Millisecond)
	}
	stopping.Store(true)
	group.Wait()
	runtime.GC()
	if exists(directory, "sabotage") {
		before[7] = counts[7]
	}
	var failures []string
	for i := range before {
		if counts[i] <= before[i] {
			failures = append(failures, fmt.Sprintf("FAIL: goroutine %d: expected to go on got stuck at %d", i, counts[i]))
		}
	}
	tokens := 0
	for i := range channels {
		tokens += len(channels[i])
	}
	if tokens != 1 {
		failures = append(failures, fmt.Sprintf("FAIL: tokens: expected 1 got %d", tokens))
	}
	if len(failures) > 0 {
		put(directory, "result", strings.Join(failures, "\n")+"\n")
		os.Exit(1)
	}
	put(directory, "result", "PASS\n")
}
