// Go's net package under the load of the overload experiments: a goroutine per connection, and nothing
// between it and too much load. Prints "listening on ADDRESS"; answers "stats" on stdin by a line, and
// ends when stdin does. Frames as dev.loompoll.bench.overload.Protocol has them.
//
//	go_overload ADDRESS MAX_FRAME
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	request = 12
	answer  = 9
	asleep  = 1 << 24
	echo    = 1 << 25
	piece   = 1000
)

var piecesAMicro = 1.0
var sink uint64
var accepted, requests, answered int64

// As much work as takes so long on an idle processor.
func burn(micros int) {
	pieces := int(float64(micros)*piecesAMicro + 0.5)
	x := uint64(micros)
	for i := 0; i < pieces; i++ {
		for k := 0; k < piece; k++ {
			x = x*6364136223846793005 + 1442695040888963407
		}
	}
	if x == 0 {
		atomic.AddUint64(&sink, 1)
	}
}

func calibrate() {
	const try = 5000
	best := time.Hour
	for i := 0; i < 60; i++ {
		start := time.Now()
		burn(try)
		if took := time.Since(start); took < best {
			best = took
		}
	}
	piecesAMicro = try / (float64(best.Nanoseconds()) / 1e3)
}

func serve(conn net.Conn, most uint32) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 4096)
	head := make([]byte, 4+request)
	out := make([]byte, 4+answer)
	for {
		if _, err := io.ReadFull(in, head); err != nil {
			return
		}
		length := binary.BigEndian.Uint32(head)
		if length < request || length > most {
			return
		}
		filler := int(length) - request
		if _, err := in.Discard(filler); err != nil {
			return
		}
		atomic.AddInt64(&requests, 1)
		work := binary.BigEndian.Uint32(head[12:])
		micros := int(work & (asleep - 1))
		if work&asleep != 0 {
			time.Sleep(time.Duration(micros) * time.Microsecond)
		} else if micros > 0 {
			burn(micros)
		}
		size := answer
		if work&echo != 0 {
			size += filler
		}
		if len(out) != 4+size {
			out = make([]byte, 4+size)
		}
		binary.BigEndian.PutUint32(out, uint32(size))
		copy(out[4:], head[4:12])
		out[12] = 0
		if _, err := conn.Write(out); err != nil {
			return
		}
		atomic.AddInt64(&answered, 1)
	}
}

func obey() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if in.Text() == "stats" {
			fmt.Printf("stats {\"accepted\":%d,\"requests\":%d,\"answered\":%d}\n",
				atomic.LoadInt64(&accepted), atomic.LoadInt64(&requests), atomic.LoadInt64(&answered))
		}
	}
	os.Exit(0)
}

func main() {
	most, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	calibrate()
	listener, err := net.Listen("tcp4", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go obey()
	fmt.Println("listening on", listener.Addr())
	for {
		conn, err := listener.Accept()
		if err != nil {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		atomic.AddInt64(&accepted, 1)
		go serve(conn, uint32(most))
	}
}
